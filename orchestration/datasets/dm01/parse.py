"""Read a month of diagnostic waiting times (DM01) by provider and test.

Belongs here: the two sheets, the cells above the table, the total row. Does not: judging values, rates (dbt).

Rows come from the sheet Provider by Test. A row of the sheet Provider that says the same as its provider's total of
all tests is counted as ignored; one whose provider has no test is loaded; one that says something else is malformed.
Record numbers run on through the workbook.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.dates import day_of, month_in_cell
from orchestration.datasets.protocol import Malformed, Parsed, ReleaseStatus, SourceFile
from orchestration.datasets.reading import Sheet, columns_of, table_from, unknown_headings
from orchestration.datasets.worksheets import labelled_cells, read_workbook, record_offsets, sheet_below, table_below
from orchestration.errors import FileRefused, NotOfThisDataset

PROVIDER, BY_TEST = "Provider", "Provider by Test"
HEADINGS = ("Provider Code", "Total Waiting List")
TEST_ID, TEST_NAME = "Diagnostic ID", "Diagnostic Test Name"
ALL_TESTS, TOTAL = "16", "Total"
LAST_BAND_AGAIN = "13+ weeks"  # repeats Number waiting 13+ Weeks as the last of the bands
Row = tuple[int, list[str]]


def parse(source: SourceFile) -> Parsed:
    """One row per provider and test of the month that the workbook names."""
    book = read_workbook(source.path, source.name)
    if missing := {PROVIDER, BY_TEST} - set(book):
        raise NotOfThisDataset(f"{source.name}: sheets {sorted(missing)} are missing; it has {list(book)}")
    offsets = record_offsets(book)
    headings = (*HEADINGS, TEST_ID, TEST_NAME)
    tests = table_below(source.name, BY_TEST, book[BY_TEST], headings, offset=offsets[BY_TEST])
    providers = table_below(source.name, PROVIDER, book[PROVIDER], HEADINGS, offset=offsets[PROVIDER])
    about = labelled_cells(book[BY_TEST])
    start, end = _month(source.name, about, labelled_cells(book[PROVIDER]))
    entity = dataset_spec("dm01").entity("waits")
    in_tests, in_providers = columns_of(tests, entity), columns_of(providers, entity)
    in_tests |= {"diagnostic_id": tests.header.index(TEST_ID), "diagnostic_test": tests.header.index(TEST_NAME)}
    rows, totals = _without_total(tests, in_tests)
    summary, summary_totals = _without_total(providers, in_providers)
    all_tests = [row for row in rows if row[1][in_tests["diagnostic_id"]] == ALL_TESTS]
    _check_totals(source.name, BY_TEST, all_tests, totals, in_tests)
    _check_totals(source.name, PROVIDER, summary, summary_totals, in_providers)
    added, malformed, repeated = _compare(summary, in_providers, all_tests, in_tests, len(tests.header))
    revised = day_of(about.get("revised", ""))
    status: ReleaseStatus = "revised" if revised else "final"
    table = table_from(
        [*added, *rows],
        in_tests,
        malformed=malformed,
        ignored={"total_row": len(totals) + len(summary_totals), "repeats_the_total_of_tests": repeated},
        constants={"period_start": start.isoformat(), "period_end": end.isoformat()},
    )
    return Parsed(
        layout="provider_workbook",
        tables={"waits": table},
        period_start=start,
        period_end=end,
        period_label=f"{start:%Y-%m}",
        published_on=revised or day_of(about.get("published", "")),
        release_status=status,
        notes=(*_unknown(tests, in_tests), *_not_submitted(book)),
    )


def _month(name: str, *labels: Mapping[str, str]) -> tuple[date, date]:
    """The one month that the cells beside 'Period:' name."""
    texts = [cells.get("period", "") for cells in labels]
    months = {month_in_cell(text) for text in texts}
    month = months.pop() if len(months) == 1 else None
    if month is None:
        raise FileRefused(f"{name}: the cells beside 'Period:' say {texts}, not one month like 'August 2024'")
    return month


def _without_total(sheet: Sheet, positions: Mapping[str, int]) -> tuple[list[Row], list[Row]]:
    """Rows of providers, and the total row: it has no code and Total in the place of the name."""
    code, label = positions["organisation_code"], positions["organisation_name"]
    is_total = [not row[code].strip() and row[label].strip().casefold() == "total" for _, row in sheet.rows]
    pairs = list(zip(sheet.rows, is_total, strict=True))
    return [row for row, total in pairs if not total], [row for row, total in pairs if total]


def _counts(positions: Mapping[str, int]) -> dict[str, int]:
    entity = dataset_spec("dm01").entity("waits")
    return {column.name: positions[column.name] for column in entity.columns if column.unit in ("people", "tests")}


def _check_totals(
    name: str, sheet: str, rows: Sequence[Row], totals: Sequence[Row], positions: Mapping[str, int]
) -> None:
    """Refuse the file when providers do not add up to the total row: rows are lost or stand twice."""
    for _, total in totals:
        for column, at in _counts(positions).items():
            cells = [row[at].strip() for _, row in rows]
            if not total[at].strip().isdigit() or not all(cell.isdigit() for cell in cells):
                continue
            if int(total[at]) != sum(map(int, cells)):
                raise FileRefused(
                    f"{name}: sheet {sheet!r}: {column} adds up to {sum(map(int, cells))}, the total row says "
                    f"{total[at].strip()}; rows are missing or stand twice"
                )


def _compare(
    summary: Sequence[Row],
    in_summary: Mapping[str, int],
    all_tests: Sequence[Row],
    in_tests: Mapping[str, int],
    width: int,
) -> tuple[list[Row], tuple[Malformed, ...], int]:
    """Rows of the sheet Provider: those without any test (as rows of the test table), contradictions, repeats."""
    known = {row[in_tests["organisation_code"]]: row for _, row in all_tests}
    added: list[Row] = []
    malformed: list[Malformed] = []
    repeated = 0
    for number, row in summary:
        code = row[in_summary["organisation_code"]]
        if code not in known:
            cells = [""] * width
            for column, at in in_summary.items():
                cells[in_tests[column]] = row[at]
            cells[in_tests["diagnostic_id"]], cells[in_tests["diagnostic_test"]] = ALL_TESTS, TOTAL
            added.append((number, cells))
        elif differing := [c for c, at in _counts(in_summary).items() if row[at] != known[code][in_tests[c]]]:
            malformed.append(Malformed(number, "differs_from_the_total_of_tests", differing[0], row[0]))
        else:
            repeated += 1
    return added, tuple(malformed), repeated


def _unknown(sheet: Sheet, positions: Mapping[str, int]) -> tuple[str, ...]:
    known = {at for at, heading in enumerate(sheet.header) if heading in ("", LAST_BAND_AGAIN)}
    return unknown_headings(sheet, {**positions, **{f"known_{at}": at for at in known}})


def _not_submitted(book: Mapping[str, Sequence[Sequence[object]]]) -> tuple[str, ...]:
    """A note naming the providers that the sheet Notes, when it is shown, lists as not having submitted."""
    sheet = sheet_below("Notes", book.get("Notes", ()), ("Code", "Name"))
    if sheet is None or not sheet.rows:
        return ()
    at = sheet.header.index("Code")
    return (f"did not submit: {', '.join(row[at].strip() for _, row in sheet.rows)}",)
