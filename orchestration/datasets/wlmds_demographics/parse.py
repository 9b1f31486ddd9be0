"""Read the demographics of the Waiting List Minimum Data Set.

Belongs here: the monthly workbook, the three CSV files, the week they are about, breakdowns that were not submitted.
Does not: turning categories into strata, or rates (dbt).

A row of the lake is one category of one organisation, function or week. In the workbook it is a block of seven cells,
numbered sheet × 1,000,000 + row × 1,000 + block; in the CSV files it is made of a row for each waiting band, counted as
``folded_into_wide_row``. A breakdown whose known categories are all 0 was not submitted: its cells are left empty,
which means missing at source.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import unquote

from orchestration.catalogue.models import Entity
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.dates import day_of, month_bounds
from orchestration.datasets.protocol import Malformed, Parsed, SourceFile, Table
from orchestration.datasets.reading import Sheet, clean, empty_frame, is_reissue, is_zip, read_csv
from orchestration.datasets.worksheets import cell_text, read_workbook
from orchestration.errors import FileRefused, NotOfThisDataset

if TYPE_CHECKING:
    import pandas as pd

ENGLAND = ("ENG", "ENGLAND", "ALL")
ALL_FUNCTIONS = "All"
COUNTS = ("up_to_18_weeks", "over_18_to_52_weeks", "over_52_weeks", "unknown_clock_start", "total")
SHARES = ("within_18_weeks_share", "over_52_weeks_share")
TABLES = {
    "organisation code": "organisations",
    "treatment function name": "treatment_functions",
    "week ending": "time_series",
}
CSV_TABLES = {
    "code": "organisations",
    "treatment function code": "treatment_functions",
    "week ending date": "time_series",
}
CSV_LAYOUTS = {
    "organisations": "geography_csv",
    "treatment_functions": "specialty_csv",
    "time_series": "timeseries_csv",
}
BLOCK = "incomplete pathways - "
ISSUE = "issue"
METRICS = (
    ("IMD", re.compile(r"(?:IMD )?(10|[1-9])", re.IGNORECASE)),
    ("Sex", re.compile(r"(Female|Male)", re.IGNORECASE)),
    ("Ethnicity", re.compile(r"([A-Z]|99): .+")),
    ("Age", re.compile(r"\d+(?: to |-)\d+ years|over \d+ years", re.IGNORECASE)),
)
AGE = re.compile(r"(\d+)(?: to |-)(\d+) years", re.IGNORECASE)
DAY = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?[\s_+-]*([A-Za-z]{3,9})[\s_+-]*(20\d\d)(?!\d)")
NOT_KNOWN = ("Z: Not stated", "99: Not known")
SUNDAY = 6
HEADING_ROWS = 40

Identity = tuple[str, str, str, str, str, str, str]  # table, week, code, name, type, function, metric
Cells = dict[str, str | None]


@dataclass(frozen=True)
class Row:
    """One category: where it stands, what it is about, and its cells by column name."""

    number: int
    identity: Identity
    category: str
    cells: Cells


def parse(source: SourceFile) -> Parsed:
    """One row per table, week, organisation, treatment function and category that the file holds."""
    return _parse_workbook(source) if is_zip(source) else _parse_csv(source)


def _entity() -> Entity:
    return dataset_spec("wlmds_demographics").entity("waiting_list")


def _parse_workbook(source: SourceFile) -> Parsed:
    """All tables of a workbook; the week and the day of publication stand above each table."""
    sheets = read_workbook(source.path, source.name)
    if not any(_headings_at(sheet) for sheet in sheets.values()):
        raise NotOfThisDataset(f"{source.name}: no sheet has blocks headed 'Incomplete Pathways - …'")
    week, published_on, notes = _stated(source.name, sheets)
    rows: list[Row] = []
    ignored: Counter[str] = Counter()
    for number, (name, sheet) in enumerate(sheets.items(), start=1):
        if (found := _headings_at(sheet)) is None:
            notes += tuple(_issues(name, sheet))
            continue
        kind, at, first = found
        blocks = _blocks(f"{source.name}, sheet {name}", sheet[at], sheet[at + 1])
        for index, cells in enumerate(sheet[at + 2 :], start=at + 3):
            texts = [cell_text(cell).strip() for cell in cells]
            if not any(texts):
                continue
            if sum(map(bool, texts)) == 1:
                ignored["note_below_the_table"] += 1
                continue
            identity = _identity(kind, week, texts[first:])
            rows += _rows_of_blocks(number * 1_000_000 + index * 1_000, identity, blocks, texts)
    return _parsed(source, "workbook", rows, Counter(), ignored, (), week, published_on, notes)


def _headings_at(sheet: Sequence[Sequence[object]]) -> tuple[str, int, int] | None:
    """Kind of table, index of its first heading row, and of its first column; None when the sheet has no table."""
    for at, cells in enumerate(sheet[:HEADING_ROWS]):
        texts = [clean(cell_text(cell)).casefold() for cell in cells]
        if any(text.startswith(BLOCK) for text in texts):
            first = next(index for index, text in enumerate(texts) if text)
            return (TABLES[texts[first]], at, first) if texts[first] in TABLES and at + 1 < len(sheet) else None
    return None


def _blocks(where: str, upper: Sequence[object], lower: Sequence[object]) -> list[tuple[str, dict[str, int]]]:
    """Category and positions of the columns of each block; refuses a block without one of its counts."""
    starts = [at for at, cell in enumerate(upper) if clean(cell_text(cell)).casefold().startswith(BLOCK)]
    headings = {heading.casefold(): name for name in (*COUNTS, *SHARES) for heading in _headings_of(name)}
    blocks = []
    for start, end in zip(starts, [*starts[1:], len(lower)], strict=True):
        positions: dict[str, int] = {}
        for at in range(start, end):
            name = headings.get(clean(cell_text(lower[at])).casefold())
            if name is not None:
                positions.setdefault(name, at)
        category = clean(cell_text(upper[start]))[len(BLOCK) :]
        if missing := [name for name in COUNTS if name not in positions]:
            raise FileRefused(f"{where}: block {category!r} has no column for {', '.join(missing)}")
        blocks.append((category, positions))
    return blocks


def _headings_of(name: str) -> tuple[str, ...]:
    column = _entity().column(name)
    return (column.source or name, *column.aliases)


def _identity(kind: str, week: date, texts: Sequence[str]) -> Identity:
    """What a worksheet row is about; the metric is that of its blocks."""
    if kind == "organisations":
        return kind, week.isoformat(), texts[0], texts[1], texts[2].upper(), ALL_FUNCTIONS, ""
    if kind == "treatment_functions":
        return kind, week.isoformat(), *ENGLAND, texts[0], ""
    return kind, texts[0][:10], *ENGLAND, ALL_FUNCTIONS, ""


def _rows_of_blocks(
    number: int, identity: Identity, blocks: Sequence[tuple[str, Mapping[str, int]]], texts: Sequence[str]
) -> Iterator[Row]:
    """One row per block of a worksheet row."""
    known = [metric for category, _ in blocks if (metric := _metric(category))]
    for at, (category, positions) in enumerate(blocks, start=1):
        cells: Cells = {name: texts[position] or None for name, position in positions.items()}
        metric = _metric(category) or (known[0] if known else "")
        yield Row(number + at, (*identity[:-1], metric), _category(category), cells)


def _metric(category: str) -> str | None:
    """What a category is a category of; None for a label of no known kind."""
    return next((metric for metric, labels in METRICS if labels.fullmatch(category)), None)


def _category(label: str) -> str:
    """The label in the workbook's spelling, and deciles without the word IMD."""
    if match := AGE.fullmatch(label):
        return f"{match[1]} to {match[2]} years"
    return re.sub(r"^IMD (?=\d)", "", re.sub(r" Years$", " years", label))


def _issues(name: str, sheet: Sequence[Sequence[object]]) -> Iterator[str]:
    """Notes on trusts whose submission is said to be incomplete: code and issue, below a heading `Issue`."""
    column = None
    for cells in sheet:
        texts = [clean(cell_text(cell)) for cell in cells]
        if column is not None and len(texts) > column and texts[column]:
            code = next(text for text in texts if text)
            yield f"{name}: {code}: {texts[column]}"
        elif ISSUE in [text.casefold() for text in texts]:
            column = [text.casefold() for text in texts].index(ISSUE)


def _stated(name: str, sheets: Mapping[str, Sequence[Sequence[object]]]) -> tuple[date, date | None, tuple[str, ...]]:
    """Week and day of publication that the workbook states; a file name that says otherwise is noted."""
    weeks: set[date] = set()
    published: set[date] = set()
    for sheet in sheets.values():
        for cells in sheet[:HEADING_ROWS]:
            texts = [clean(cell_text(cell)) for cell in cells]
            label = next((text.casefold() for text in texts if text), "")
            days = _days(" ".join(texts))
            if label == "period:" and days:
                weeks.add(days[-1])
            if label == "published:" and days:
                published.add(days[-1])
    if len(weeks) > 1:
        raise FileRefused(f"{name}: the sheets state different weeks ({', '.join(map(str, sorted(weeks)))})")
    named = _days(name)
    if not weeks:
        week, notes = _week_in_name(name)
        return week, max(published, default=None), notes
    (week,) = weeks
    notes = () if not named or named[-1] == week else (f"the name says {named[-1]}, the workbook week ending {week}",)
    return week, max(published, default=None), notes


def _days(text: str) -> list[date]:
    """Days like '25 January 2026' or '27-July-2025' in a text."""
    found = (day_of(" ".join(words)) for words in DAY.findall(unquote(text)))
    return [day for day in found if day]


def _week_in_name(name: str) -> tuple[date, tuple[str, ...]]:
    """The week that the file name states, which ends on a Sunday; a year that makes it another day is mended."""
    days = _days(name)
    if not days:
        raise FileRefused(
            f"{name}: the week stands in the name of such a file only, and this name has none. "
            "Rename it as the publisher did (… to 27 July 2025 …)."
        )
    day = days[-1]
    if day.weekday() == SUNDAY:
        return day, ()
    for year in (day.year + 1, day.year - 1):
        other = _days(f"{day.day} {day:%B} {year}")
        if other and other[0].weekday() == SUNDAY:
            return other[0], (f"the name says {day}, which is no Sunday; {other[0]} is taken",)
    return day, (f"the name says {day}, which is no Sunday",)


def _parse_csv(source: SourceFile) -> Parsed:
    """One of the three long tables, with its rows of waiting bands put side by side."""
    sheet = read_csv(source)
    at = {heading.casefold(): index for index, heading in enumerate(sheet.header)}
    kind = next((kind for heading, kind in CSV_TABLES.items() if heading in at), None)
    if kind is None or not {"metric", "category", "waiting bands", "count"} <= at.keys():
        raise NotOfThisDataset(
            f"{source.name}: the headings {list(sheet.header)} are of no table by geography, specialty or week"
        )
    if kind == "organisations" and not {"name", "geography"} <= at.keys():
        raise FileRefused(f"{source.name}: column 'Name' or 'Geography' is missing")
    week, notes = _week_in_name(source.name) if kind != "time_series" else (_last_week(sheet, at, source.name), ())
    groups: dict[tuple[Identity, str], list[tuple[int, str, str]]] = defaultdict(list)
    for number, cells in sheet.rows:
        texts = [cell.strip() for cell in cells]
        identity = _identity_of_csv(kind, week, texts, at)
        groups[identity, _category(clean(texts[at["category"]]))].append(
            (number, clean(texts[at["waiting bands"]]).casefold(), texts[at["count"]])
        )
    ignored: Counter[str] = Counter()
    malformed = list(sheet.malformed)
    rows = [row for group in groups.items() for row in _wide(*group, ignored, malformed)]
    return _parsed(source, CSV_LAYOUTS[kind], rows, ignored, Counter(), malformed, week, None, sheet.notes + notes)


def _last_week(sheet: Sheet, at: Mapping[str, int], name: str) -> date:
    weeks = {cells[at["week ending date"]].strip()[:10] for _, cells in sheet.rows}
    try:
        return max(date.fromisoformat(week) for week in weeks)
    except ValueError as error:
        raise FileRefused(f"{name}: 'Week Ending Date' should hold days like 2021-09-19 ({error})") from error


def _identity_of_csv(kind: str, week: date, texts: Sequence[str], at: Mapping[str, int]) -> Identity:
    metric = texts[at["metric"]]
    if kind == "organisations":
        organisation = (texts[at["code"]], texts[at["name"]], texts[at["geography"]].upper())
        return kind, week.isoformat(), *organisation, ALL_FUNCTIONS, metric
    if kind == "treatment_functions":
        return kind, week.isoformat(), *ENGLAND, texts[at["treatment function code"]], metric
    return kind, texts[at["week ending date"]][:10], *ENGLAND, ALL_FUNCTIONS, metric


def _wide(
    key: tuple[Identity, str],
    bands: Sequence[tuple[int, str, str]],
    ignored: Counter[str],
    malformed: list[Malformed],
) -> Iterator[Row]:
    """The one row of a category; a band that nobody knows, or that stands there twice with two counts, is malformed."""
    columns = {heading.casefold(): name for name in COUNTS for heading in _headings_of(name)}
    good = [(number, columns[band], count) for number, band, count in bands if band in columns]
    malformed += [
        Malformed(number, "values", "waiting_bands", band) for number, band, _ in bands if band not in columns
    ]
    cells: Cells = {}
    for _, name, count in good:
        if cells.setdefault(name, count or None) != (count or None):
            malformed += [Malformed(row, "conflicting_values", name) for row, _, _ in good]
            return
    if good:
        ignored["exact_duplicate"] += len(good) - len(cells)
        ignored["folded_into_wide_row"] += len(cells) - 1
        yield Row(good[0][0], *key, cells)


def _parsed(
    source: SourceFile,
    layout: str,
    rows: Sequence[Row],
    folded: Counter[str],
    ignored: Counter[str],
    malformed: Sequence[Malformed],
    week: date,
    published_on: date | None,
    notes: tuple[str, ...],
) -> Parsed:
    unsubmitted = _unsubmitted(rows)
    counted = {rule: count for rule, count in (folded + ignored).items() if count}
    frame = _frame(rows, unsubmitted)
    table = Table(frame, len(frame) + len(malformed) + sum(counted.values()), counted, tuple(malformed))
    start, end = month_bounds(week.year, week.month)
    return Parsed(
        layout=layout,
        tables={"waiting_list": table},
        period_start=start,
        period_end=end,
        period_label=f"{start:%Y-%m}",
        published_on=published_on,
        release_status="revised" if is_reissue(source.name) else "final",
        notes=(*notes, *_notes_on(unsubmitted)),
    )


def _unsubmitted(rows: Iterable[Row]) -> set[Identity]:
    """Organisations and metrics with 0 in every known category: nobody has such a list, it was not submitted."""
    totals: dict[Identity, set[str | None]] = defaultdict(set)
    for row in rows:
        if row.identity[0] == "organisations" and row.category not in NOT_KNOWN:
            totals[row.identity].add(row.cells.get("total"))
    return {identity for identity, counts in totals.items() if counts == {"0"}}


def _notes_on(unsubmitted: Iterable[Identity]) -> Iterator[str]:
    metrics: dict[str, list[str]] = defaultdict(list)
    for _, _, code, _, _, _, metric in sorted(unsubmitted):
        metrics[code].append(metric)
    yield from (
        f"{code}: all counts by {', '.join(names)} are 0 where the category is known, taken as not submitted"
        for code, names in metrics.items()
    )


def _frame(rows: Sequence[Row], unsubmitted: set[Identity]) -> "pd.DataFrame":
    """Rows as text columns of the spec; counts of a breakdown that was not submitted are empty."""
    import pandas as pd

    if not rows:
        return empty_frame(_entity())
    names = ("table_kind", "week_ending", "organisation_code", "organisation_name", "organisation_type",
             "treatment_function_name", "metric")  # fmt: skip
    data: dict[str, list[str | None]] = {
        name: [row.identity[at] or None for row in rows] for at, name in enumerate(names)
    }
    data["category"] = [row.category for row in rows]
    for name in (*COUNTS, *SHARES):
        data[name] = [
            None if row.identity in unsubmitted and row.cells.get("total") == "0" else row.cells.get(name)
            for row in rows
        ]
    return pd.DataFrame(data, dtype="object").assign(source_row=[row.number for row in rows])
