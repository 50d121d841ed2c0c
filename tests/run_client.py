"""A client small enough to ingest in a moment, and notebooks of a few cells, for tests of runs."""

import csv
from datetime import date, timedelta
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

AS_OF = date(2026, 5, 10)
FIRST = date(2026, 3, 30)
HEADER = (
    "Order ID,Product ID,Product Name,SKU ID,Price,Payment Amount,Currency,Quantity,"
    "Fully returned or refunded,Payment method,Order Status,Creator Username,Content Type,"
    "Content ID,commission model,Standard commission rate,Est. Commission Base,"
    "Est. standard commission payment,Actual Commission Base,Actual Commission Payment,"
    "Shop Ads commission rate,Est. Shop Ads commission payment,"
    "Actual Shop Ads commission payment,Est. co-funded creator bonus,"
    "Actual co-funded creator bonus,Time Created,Payment time,Order Delivery Time,"
    "Time Commission Paid,Platform"
).split(",")
SETTINGS = 'currency = "USD"\nmarket = "US"\ntime_zone = "America/Los_Angeles"\n'


def write_client(home: Path, name: str = "tiny", settings: str = SETTINGS) -> Path:
    """A client with one affiliate order of 10.00 on each of the 42 days up to `AS_OF`."""
    folder = home / "data" / name
    (folder / "exports").mkdir(parents=True)
    (folder / "client.toml").write_text(settings)
    days = [FIRST + timedelta(days=number) for number in range((AS_OF - FIRST).days + 1)]
    write_orders(folder, "orders.csv", [(day, "10.00") for day in days])
    return folder


def write_orders(folder: Path, file: str, lines: list[tuple[date, str]], start: int = 1) -> None:
    """An export of affiliate orders: one settled line of mia's per day and amount given."""
    with (folder / "exports" / file).open("w", newline="") as out:
        writer = csv.DictWriter(out, HEADER, restval="")
        writer.writeheader()
        for number, (day, amount) in enumerate(lines, start=start):
            writer.writerow(_line(number, day, amount))


def _line(number: int, day: date, amount: str) -> dict[str, str]:
    return {
        "Order ID": f"57990000000000{number:05d}",
        "Product ID": "1729000000000000201",
        "Product Name": "Serum",
        "SKU ID": "1729000000000000301",
        "Price": amount,
        "Payment Amount": amount,
        "Currency": "USD",
        "Quantity": "1",
        "Fully returned or refunded": "No",
        "Order Status": "Settled",
        "Creator Username": "mia",
        "Content Type": "Video",
        "Content ID": "7599000000000000101",
        "commission model": "fixed commission",
        "Standard commission rate": "15%",
        "Time Created": f"{day:%d/%m/%Y} 10:00:00",
        "Payment time": f"{day:%d/%m/%Y} 10:00:05",
        "Order Delivery Time": f"{day + timedelta(days=3):%d/%m/%Y} 10:00:00",
        "Platform": "TTS",
    }


# The report of the tests: the sum of all sales of the client's history as one figure, and one
# decision whose texts a spreadsheet would take for formulas.
SALES = """
orders = kit.open(client).orders
figure = {
    "metric": "gmv",
    "subject_kind": "program",
    "subject": client,
    "value": orders["gmv"].sum() * times,
    "n": len(orders),
    "period_start": date(2026, 5, 4),
    "period_end": date.fromisoformat(as_of),
}
decision = {"subject_kind": "creator", "subject": "mia", "decision": "keep", "reason": "=1+1"}
"""
SAVE = """
report = "REPORT"
results.save(
    results.Findings(
        report,
        client,
        date.fromisoformat(as_of),
        results.figures(report, pd.DataFrame([figure])),
        results.decisions(report, pd.DataFrame([decision])),
    )
)
"""
IMPORTS = "from datetime import date\nimport pandas as pd\nimport kit\nfrom kit import results"


def write_notebook(path: Path, *more: str, save: bool = True) -> Path:
    """A notebook with the parameters every report has, and `times` and `note` of its own.

    `more` are code cells between the sales and the last cell.
    """
    cells = [
        new_markdown_cell("# How much was sold?"),
        new_code_cell(
            'client: str = "tiny"  # folder in data/\n'
            'as_of: str = "2026-05-10"  # last day counted\n'
            "times: float = 1.0  # what sales are multiplied by\n"
            "note: str | None = None  # a word to the reader",
            metadata={"tags": ["parameters"]},
        ),
        new_code_cell(IMPORTS, metadata={"tags": ["setup"]}),
        new_code_cell(SALES.strip()),
        *(new_code_cell(text) for text in more),
    ]
    if save:
        cells.append(new_code_cell(SAVE.strip().replace("REPORT", path.stem)))
    path.parent.mkdir(parents=True, exist_ok=True)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path
