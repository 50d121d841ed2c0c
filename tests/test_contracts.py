"""What a canonical table promises, and what happens to rows that break it."""

from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest

from kit import contracts


def test_missing_columns_are_empty_and_unknown_ones_text_at_the_end():
    made = contracts.arrow(pd.DataFrame({"month": ["2026-05-01"], "zeal": [3]}), contracts.Costs)
    assert made.column_names == ["month", "kind", "planned", "spent", "zeal"]
    assert made.to_pylist()[0]["zeal"] == "3"
    assert made.schema.field("month").type == pa.date32()
    assert made["kind"].null_count == 1


@pytest.mark.parametrize("money", [0.1, 1.005, 435_212_212.15, -3.3, 9_999_999_999.99])
def test_money_is_rounded_to_the_cent_once(money):
    made = contracts.arrow(pd.DataFrame({"spent": [money]}), contracts.Costs)
    assert made["spent"].to_pylist() == [Decimal(str(round(money, 2))).quantize(Decimal("0.01"))]


def test_rows_are_in_an_order_of_their_own():
    rows = pd.DataFrame({"month": ["2026-05-01"] * 3, "kind": ["b", "a", "a"], "spent": [1, 3, 2]})
    made = contracts.arrow(rows, contracts.Costs)
    again = contracts.arrow(rows.sample(frac=1, random_state=1), contracts.Costs)
    assert made["spent"].to_pylist() == [Decimal(2), Decimal(3), Decimal(1)]
    assert made.equals(again)


def test_a_frame_has_the_types_analysts_expect():
    made = contracts.empty(contracts.Orders)
    assert made["gmv"].dtype == "float64"
    assert made["quantity"].dtype == "Int64"
    assert made["counts"].dtype == "boolean"
    assert str(made["ordered_at"].dtype) == "datetime64[us, UTC]"
    assert str(made["seen_on"].dtype) == "datetime64[us]"
    assert made["order_id"].dtype == "str"


def test_there_and_back_is_the_same():
    rows = pd.DataFrame(
        {
            "post_id": ["1", "2"],
            "product_ids": [["a", "b"], []],
            "published_at": pd.to_datetime(["2026-05-04 23:30Z", None], utc=True),
            "published_on": pd.to_datetime(["2026-05-04", None]),
        }
    )
    once = contracts.frame(contracts.arrow(rows, contracts.Posts))
    twice = contracts.frame(contracts.arrow(once, contracts.Posts))
    pd.testing.assert_frame_equal(once, twice)
    assert once["product_ids"].map(list).tolist() == [["a", "b"], []]


def test_a_broken_row_is_listed_once_with_the_first_rule_it_breaks():
    rows = pd.DataFrame(
        {
            "order_id": ["1", None, "3"],
            "ordered_at": pd.to_datetime(["2026-05-04"] * 3, utc=True),
            "gmv": [5.0, -1.0, -2.0],
        }
    )
    good, failures = contracts.check(rows, contracts.Orders)
    assert good["order_id"].tolist() == ["1"]
    assert failures["rule"].tolist() == [
        "order and day are known",
        "payment amount is not negative",
    ]
    assert len(good) + len(failures) == len(rows)


def test_a_table_without_rules_keeps_every_row():
    good, failures = contracts.check(pd.DataFrame({"post_id": [None]}), contracts.Posts)
    assert (len(good), len(failures)) == (1, 0)


def test_a_look_up_keeps_rows_and_type_even_from_nothing():
    keys = pd.Series(["a", "b"], index=[7, 9])
    found = contracts.look_up(keys, pd.Series([1.5], index=["b"]))
    assert found.index.tolist() == [7, 9]
    assert found.fillna(-1).tolist() == [-1, 1.5]
    nothing = pd.Series([], index=pd.Index([], dtype="str"), dtype="datetime64[us]")
    assert str(contracts.look_up(keys, nothing).dtype) == "datetime64[us]"


@pytest.mark.parametrize("table", contracts.TABLES.values(), ids=contracts.TABLES)
def test_each_table_says_what_a_row_is(table):
    assert table.__doc__.startswith("One row per ")
    assert set(table.key) <= set(table.columns)
