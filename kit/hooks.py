"""Which hook angle persuades, for which product: at equal creators and products.

Pooled rates of angles compare the creators who happened to use them, and a few posts with most
of the clicks. Here an angle's effect is what is left once each creator's, product's and post's
own effect is allowed for (`kit.crossed`), and a claim is made only at 95% probability.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from kit import crossed, words

CLAIM = 0.95
LEVEL = 0.90
# More clicks than this for a comparison of angles are not to be had in any month.
MOST_CLICKS = 50_000
ONE_CREATOR = "cannot be told from the creator"
NO_CLICKS = "no clicks yet"


class Hooks(NamedTuple):
    """`angles` has one row per hook angle, `cells` one per angle × product, tried or not."""

    angles: pd.DataFrame
    cells: pd.DataFrame


def effects(posts: pd.DataFrame) -> Hooks:
    """What each hook angle adds to conversion, and where: `posts` as for `kit.spark.rank`.

    Angles: hook_angle, posts, creators, clicks, orders, effect (centred log odds: 0.10 is about
    10% more orders per click than the average angle), ci_low, ci_high, probability_better (that
    the angle beats the average of all), probability_best (that it beats each other one), claim
    (beats the others, falls behind the others, or none), clicks_needed and note. Cells:
    hook_angle, product_id, posts, creators, clicks, orders, estimate (orders per click of such a
    post by an average creator, shrunk to the sum of the two effects; missing without clicks),
    ci_low, ci_high, effect (of the angle within the product), probability_better, firm, note.
    """
    rows = _told(posts)
    return Hooks(_angles(rows), _cells(rows))


def _told(posts: pd.DataFrame) -> pd.DataFrame:
    """Posts with clicks, orders capped at them, in an order of their own."""
    clicks = pd.to_numeric(posts["clicks"]).to_numpy(dtype=float, na_value=np.nan)
    orders = pd.to_numeric(posts["orders"]).to_numpy(dtype=float, na_value=np.nan)
    rows = crossed.labels(posts, ["post_id", *_FACTORS])
    rows = rows.assign(clicks=clicks, orders=np.minimum(orders, clicks))
    rows = rows[(rows["clicks"] > 0) & rows["orders"].notna()]
    both = rows["hook_angle"].notna() & rows["product_id"].notna()
    rows["cell"] = (rows["hook_angle"] + "/" + rows["product_id"]).where(both)
    return rows.sort_values(["post_id", "clicks", "orders"], ignore_index=True)


_FACTORS = ["creator_id", "hook_angle", "product_id"]
_COUNTS = {
    "posts": ("post_id", "size"),
    "creators": ("creator_id", "nunique"),
    "clicks": ("clicks", "sum"),
    "orders": ("orders", "sum"),
}
_ANGLES = [
    "hook_angle", "posts", "creators", "clicks", "orders", "effect", "ci_low", "ci_high",
    "probability_better", "probability_best", "claim", "clicks_needed", "note",
]  # fmt: skip
_CELLS = [
    "hook_angle", "product_id", "posts", "creators", "clicks", "orders", "estimate", "ci_low",
    "ci_high", "effect", "probability_better", "firm", "note",
]  # fmt: skip


def _angles(rows: pd.DataFrame) -> pd.DataFrame:
    table = rows.groupby("hook_angle", as_index=False).agg(**_COUNTS)
    if table.empty:
        return pd.DataFrame(columns=_ANGLES)
    fitted = crossed.fit(
        rows["orders"].to_numpy(), rows["clicks"].to_numpy(), rows[_FACTORS], "creator_id"
    )
    mean, covariance = _of_factor(fitted, "hook_angle")
    centre = np.eye(len(mean)) - 1 / len(mean)
    effect = centre @ mean
    sd = np.sqrt(np.diag(centre @ covariance @ centre.T))
    table["effect"] = effect
    half = special.ndtri((1 + LEVEL) / 2) * sd
    table["ci_low"], table["ci_high"] = effect - half, effect + half
    # With one angle there is nothing to compare it with.
    compared = len(mean) > 1
    better = special.ndtr(np.divide(effect, sd, out=np.zeros_like(sd), where=sd > 1e-9))
    table["probability_better"] = better if compared else np.nan
    table["probability_best"] = _probability_best(mean, covariance) if compared else np.nan
    alone = (table["creators"] < 2) | (not compared)
    table["claim"] = np.select(
        [alone, better >= CLAIM, better <= 1 - CLAIM],
        ["", "beats the others", "falls behind the others"],
        "",
    )
    prior = fitted.sds["hook_angle"] ** 2 * (1 - 1 / len(mean))
    needed = _angle_clicks(table["clicks"].to_numpy(), effect, sd, prior)
    table["clicks_needed"] = np.where(table["claim"] == "", needed, 0.0)
    table.loc[alone, "clicks_needed"] = np.nan
    table["note"] = [_angle_note(row, compared) for row in table.itertuples()]
    return table[_ANGLES]


def _of_factor(fitted: crossed.Fit, factor: str) -> tuple[np.ndarray, np.ndarray]:
    at = np.flatnonzero(fitted.levels.get_level_values(0) == factor)
    return fitted.effects[at], fitted.covariance[np.ix_(at, at)] * crossed.WIDEN**2


def _probability_best(mean: np.ndarray, covariance: np.ndarray, draws: int = 4096) -> np.ndarray:
    """P(largest) of correlated normals, by a fixed low-discrepancy sample: no chance in it."""
    # Roots of primes, Weyl's sequence: spread evenly, the same on every run.
    primes = np.array([2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53])
    if len(mean) > len(primes):
        return np.full(len(mean), np.nan)
    even = (np.arange(1, draws + 1)[:, None] * np.sqrt(primes[: len(mean)])) % 1
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    drawn = mean + special.ndtri(np.clip(even, 1e-9, 1 - 1e-9)) @ root.T
    return np.bincount(drawn.argmax(axis=1), minlength=len(mean)) / draws


def _angle_clicks(
    clicks: np.ndarray, effect: np.ndarray, sd: np.ndarray, prior: float
) -> np.ndarray:
    """About how many more clicks of an angle, spread as so far, would settle where it stands."""
    z = special.ndtri(CLAIM)
    with np.errstate(divide="ignore", invalid="ignore"):
        # one angle alone has no spread around the average: nothing would settle where it stands
        known = np.divide(1.0, prior)
        wanted = (z / effect) ** 2 - known
        so_far = 1 / sd**2 - known
        more = clicks * (wanted / so_far - 1)
    usable = np.isfinite(more) & (so_far > 0) & (more <= MOST_CLICKS)
    return np.where(usable, np.ceil(np.maximum(more, 1)), np.nan)


def _angle_note(row: Any, compared: bool) -> str:
    if not compared:
        return "the only angle used"
    if row.creators < 2:
        return ONE_CREATOR
    return row.claim or about_more(row.clicks_needed)


def about_more(clicks: float) -> str:
    """ "about 280 more clicks", rounded to two figures; missing: too close to tell apart."""
    if pd.isna(clicks):
        return "too close to tell apart"
    rounded = float(f"{clicks:.2g}")
    return f"about {words.count(int(rounded), 'more click')}"


def _cells(rows: pd.DataFrame) -> pd.DataFrame:
    table = rows.dropna(subset=["cell"]).groupby("cell").agg(**_COUNTS)
    if table.empty:
        return pd.DataFrame(columns=_CELLS)
    fitted = crossed.fit(
        rows["orders"].to_numpy(),
        rows["clicks"].to_numpy(),
        rows[[*_FACTORS, "cell"]],
        "creator_id",
    )
    known = rows.dropna(subset=["cell"])
    grid = pd.MultiIndex.from_product(
        [sorted(known["hook_angle"].unique()), sorted(known["product_id"].unique())],
        names=["hook_angle", "product_id"],
    ).to_frame(index=False)
    grid["cell"] = grid["hook_angle"] + "/" + grid["product_id"]
    out = grid.merge(table, left_on="cell", right_index=True, how="left")
    out[list(_COUNTS)] = out[list(_COUNTS)].fillna(0)
    out = _with_rates(out, fitted)
    out = _with_effects(out, fitted)
    tried = out["clicks"] > 0
    alone = out["creators"] == 1
    sure = out["probability_better"].ge(CLAIM) | out["probability_better"].le(1 - CLAIM)
    out["firm"] = tried & ~alone & sure
    out["note"] = [_cell_note(row) for row in out.itertuples()]
    return out[_CELLS]


def _weights(out: pd.DataFrame, fitted: crossed.Fit, factors: list[str]) -> np.ndarray:
    """One row per cell over the fitted levels: 1 where a level belongs to the cell."""
    weights = np.zeros((len(out), len(fitted.levels)))
    for factor in factors:
        at = fitted.levels.get_indexer([(factor, label) for label in out[factor]])
        weights[np.flatnonzero(at >= 0), at[at >= 0]] = 1
    return weights


def _with_rates(out: pd.DataFrame, fitted: crossed.Fit) -> pd.DataFrame:
    weights = _weights(out, fitted, ["hook_angle", "product_id", "cell"])
    weights[:, 0] = 1
    mean = crossed.PRIOR_LOGIT + weights @ fitted.effects
    sd = np.sqrt(((weights @ fitted.covariance) * weights).sum(axis=1)) * crossed.WIDEN
    half = special.ndtri((1 + LEVEL) / 2) * sd
    # Averaged over creators and posts, so that it compares with a pooled rate.
    spread = np.full(len(out), np.hypot(fitted.sds["creator_id"], fitted.sds["post"]))
    known = out["clicks"] > 0
    return out.assign(
        estimate=pd.Series(crossed.expected_rate(mean, np.hypot(sd, spread))).where(known),
        ci_low=pd.Series(crossed.expected_rate(mean - half, spread)).where(known),
        ci_high=pd.Series(crossed.expected_rate(mean + half, spread)).where(known),
    )


def _with_effects(out: pd.DataFrame, fitted: crossed.Fit) -> pd.DataFrame:
    """The angle's effect within the product, against the angles tried with that product."""
    weights = _weights(out, fitted, ["hook_angle", "cell"])
    tried = (out["clicks"] > 0).to_numpy()
    same = out["product_id"].to_numpy()[:, None] == out["product_id"].to_numpy()
    share = same * tried
    compared = share.sum(axis=1) > 1
    contrast = weights - (share / np.maximum(share.sum(axis=1, keepdims=True), 1)) @ weights
    effect = contrast @ fitted.effects
    variance = ((contrast @ fitted.covariance) * contrast).sum(axis=1)
    sd = np.sqrt(np.maximum(variance, 1e-12)) * crossed.WIDEN
    known = tried & compared
    return out.assign(
        effect=np.where(known, effect, np.nan),
        probability_better=np.where(known, special.ndtr(effect / sd), np.nan),
    )


def _cell_note(row: Any) -> str:
    if row.clicks == 0:
        return NO_CLICKS
    if row.creators == 1:
        return ONE_CREATOR
    if pd.isna(row.probability_better):
        return "the only angle used"
    if not row.firm:
        return "cannot be told from the other angles yet"
    better = row.probability_better >= CLAIM
    return "works better than the others here" if better else "works worse than the others here"


def with_names(cells: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """The cells with `product`: its name in the ledger, else its id."""
    names = products.dropna(subset=["name"]).drop_duplicates("product_id", keep="last")
    called = names.set_index("product_id")["name"].to_dict()
    return cells.assign(product=[called.get(one, one) for one in cells["product_id"]])


def next_briefs(cells: pd.DataFrame, candidates: pd.DataFrame) -> pd.DataFrame:
    """What the next briefs of each product should use: one row per product and angle to act on.

    `use` an angle that works better there, `avoid` one that works worse, `lean to` the best
    guess where none is proven, `try` an angle nobody has tried. Columns product_id, product,
    hook_angle, advice, estimate, ci_low, ci_high, clicks, probability_better, example_post (the
    best-ranked spark post of that angle and product) and reason; proven advice first.
    """
    if cells.empty:
        return pd.DataFrame(columns=_BRIEFS)
    rows = pd.concat([_advised(cell) for _, cell in cells.groupby("product_id")])
    sparks = candidates[candidates["verdict"] == "spark"].sort_values("rank")
    best = sparks.drop_duplicates(["hook_angle", "product_id"])[
        ["hook_angle", "product_id", "post_id"]
    ]
    rows = rows.merge(
        best.rename(columns={"post_id": "example_post"}),
        on=["hook_angle", "product_id"],
        how="left",
    )
    rows["reason"] = [_brief_reason(row) for row in rows.itertuples()]
    rows["order"] = rows["advice"].map({name: place for place, name in enumerate(ADVICE)})
    return rows.sort_values(["order", "product", "hook_angle"], ignore_index=True)[_BRIEFS]


ADVICE = ["use", "avoid", "lean to", "try"]
_BRIEFS = [
    "product_id", "product", "hook_angle", "advice", "estimate", "ci_low", "ci_high", "clicks",
    "probability_better", "example_post", "reason",
]  # fmt: skip


def _advised(cells: pd.DataFrame) -> pd.DataFrame:
    """The angles of one product that something can be said of."""
    tried = cells["clicks"] > 0
    use = cells["firm"] & (cells["effect"] > 0)
    advice = pd.Series(np.select([use, cells["firm"], ~tried], ["use", "avoid", "try"], ""))
    advice.index = cells.index
    open_question = cells[tried & ~cells["firm"] & cells["effect"].gt(0)]
    if not use.any() and len(open_question):
        best = open_question.sort_values(["estimate", "hook_angle"], ascending=[False, True])
        advice[best.index[0]] = "lean to"
    return cells.assign(advice=advice)[advice != ""]


def _brief_reason(row: Any) -> str:
    angle, product = str(row.hook_angle).replace("_", " "), row.product
    if row.advice == "try":
        return f"Nobody has tried {angle} with {product} yet."
    told = (
        f"an estimated {words.percent(row.estimate, 2)} of clicks become orders "
        f"({words.percent_range(row.ci_low, row.ci_high, 2)}, "
        f"{words.count(row.clicks, 'click')})"
    )
    if row.advice == "lean to":
        return f"No angle is proven for {product}; {angle} looks best so far: {told}."
    better = "better" if row.advice == "use" else "worse"
    return f"{angle.capitalize()} works {better} than the other angles with {product}: {told}."


def decisions(briefs: pd.DataFrame) -> pd.DataFrame:
    """The proven advice as rows of decisions, `cell` being angle/product."""
    rows = briefs[briefs["advice"].isin(["use", "avoid"])]
    sure = rows["probability_better"].astype(float)
    return pd.DataFrame(
        {
            "subject_kind": "cell",
            "subject": rows["hook_angle"] + "/" + rows["product_id"],
            "decision": rows["advice"],
            "reason": rows["reason"],
            "metric": "hook_product_conversion",
            "value": rows["estimate"],
            "ci_low": rows["ci_low"],
            "ci_high": rows["ci_high"],
            "n": rows["clicks"],
            "confidence": sure.where(rows["advice"] == "use", 1 - sure),
        }
    )
