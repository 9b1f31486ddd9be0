"""Read the annual reports of NHS Talking Therapies.

Belongs here: the reshaped table of several years (Parquet), the publisher's main CSV of one year (alone or in its zip),
choosing the rows and measures that are used. Does not: turning labels into strata, or rates (dbt).

Rows that are not used are counted under the rule that names why. A row of the reshaped table is one cell of the
publisher's: rows read are counted in its own rows, and those that become a further cell of a row as
``folded_into_wide_row``.
"""

import zipfile
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from orchestration.catalogue.models import Entity
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.dates import financial_year, financial_year_bounds, financial_year_label, financial_years_in
from orchestration.datasets.protocol import Malformed, Parsed, SourceFile, Table
from orchestration.datasets.reading import (
    ZIP_MAGIC,
    columns_of,
    first_headings,
    members_of,
    read_csv_bytes,
    table_from,
    unknown_headings,
)
from orchestration.errors import FileRefused, NotOfThisDataset

if TYPE_CHECKING:
    import duckdb

WHOLE = "All"
UNKNOWN_ORGANISATION = "UNKNOWN"
TIDY_COLUMNS = (
    "reporting_period", "start_date", "end_date", "org_type", "org_code", "org_name",
    "variable_type", "variable_a", "variable_b", "measure_name", "measure_statistic", "value",
)  # fmt: skip
COUNTS = (
    "referrals_received", "finished_course_treatment", "at_caseness", "not_at_caseness",
    "recovery", "reliable_recovery", "improvement",
)  # fmt: skip
PERCENTAGES = ("recovery", "reliable_recovery", "improvement")
MAIN_FILE_HAS = ("ORGTYPE", "VARIABLETYPE", "VARIABLEA", "COUNTNOTATCASENESS", "COUNTRECOVERY")
PARQUET_MAGIC = b"PAR1"


def parse(source: SourceFile) -> Parsed:
    """One row per financial year, organisation, variable and stratum, with the counts and percentages that are used."""
    with source.path.open("rb") as stream:
        magic = stream.read(4)
    if magic == PARQUET_MAGIC:
        return _parse_tidy(source)
    if magic == ZIP_MAGIC:
        member, content = _main_member(source)
        return _parse_year(member, source.name, content, "yearly_zip")
    return _parse_year(source.name, source.name, source.path.read_bytes(), "yearly_csv")


def _entity() -> Entity:
    return dataset_spec("talking_therapies").entity("activity")


def _used_variables() -> tuple[str, ...]:
    return _entity().column("variable_type").values or ()


def _main_member(source: SourceFile) -> tuple[str, bytes]:
    """Name and bytes of the one member of the zip that has the main file's headings."""
    with zipfile.ZipFile(source.path) as archive:
        names = members_of(archive, ".csv")
        found = [name for name in names if _is_main(archive.open(name).readline(), name)]
        if len(found) != 1:
            raise NotOfThisDataset(
                f"{source.name}: {len(found)} of {len(names)} CSV members have the headings of the main file; one must"
            )
        return found[0].rpartition("/")[2], archive.read(found[0])


def _is_main(first_line: bytes, name: str) -> bool:
    """Whether a heading line is the main file's, in any of its years' spellings."""
    headings = {heading.replace("_", "").upper() for heading in first_headings(first_line, name)}
    return headings.issuperset(MAIN_FILE_HAS)


def _parse_year(name: str, file_name: str, content: bytes, layout: str) -> Parsed:
    """Rows of a year's main CSV; the year stands in the name only."""
    if not _is_main(content, name):
        raise NotOfThisDataset(
            f"{name}: the headings are not those of the main file (OrgType, VariableType, Count_Recovery …)"
        )
    sheet = read_csv_bytes(content, name)
    positions = columns_of(sheet, _entity())
    label, start, end = _year_of(name, file_name)
    variable, code = positions["variable_type"], positions["organisation_code"]
    ignored: Counter[str] = Counter()
    rows = []
    for number, cells in sheet.rows:
        if cells[variable].strip() not in _used_variables():
            ignored["variable_type_not_used"] += 1
        elif cells[code].strip() == UNKNOWN_ORGANISATION:
            ignored["organisation_unknown"] += 1
        else:
            rows.append((number, cells))
    constants = {"period_start": start.isoformat(), "period_end": end.isoformat()}
    table = table_from(rows, positions, malformed=sheet.malformed, ignored=ignored, constants=constants)
    for column in ("variable_a", "variable_b"):
        table.frame[column] = [WHOLE if cell in (None, "NULL") else cell for cell in table.frame[column]]
    return Parsed(
        layout=layout,
        tables={"activity": table},
        period_start=start,
        period_end=end,
        period_label=label,
        release_status="revised" if "revised" in file_name.casefold() else "final",
        notes=sheet.notes + unknown_headings(sheet, positions),
    )


def _year_of(*names: str) -> tuple[str, date, date]:
    """Label and bounds of the one financial year that the names give; refuses when they give none or two."""
    starts = financial_years_in("\n".join(names))
    if len(starts) != 1:
        given = [financial_year_label(start) for start in sorted(starts)]
        raise FileRefused(
            f"{names[0]}: the year is in no column of this layout and the name gives {given or 'none'}; "
            "keep the publisher's name (…-2024-25-…) and load the file again"
        )
    start = starts.pop()
    return financial_year_label(start), *financial_year_bounds(start)


def _parse_tidy(source: SourceFile) -> Parsed:
    """Rows of the reshaped table, cells joined to rows by DuckDB so that only what is used reaches pandas."""
    import duckdb

    with duckdb.connect() as con:
        con.execute("set memory_limit = '1GB'")
        con.execute("set threads = 2")
        _check_columns(con, source)
        years = _check_years(con, source)
        table = _wide_table(con, source)
    return Parsed(
        layout="tidy_parquet",
        tables={"activity": table},
        period_start=years[0][1],
        period_end=years[-1][2],
        period_label=years[0][0] if len(years) == 1 else f"{years[0][0]} to {years[-1][0]}",
        notes=("reshaped by a third party; values are the publisher's text",),
    )


def _check_columns(con: "duckdb.DuckDBPyConnection", source: SourceFile) -> None:
    import duckdb

    try:
        described = con.execute("describe select * from read_parquet($path)", {"path": str(source.path)}).fetchall()
    except duckdb.Error as error:
        raise FileRefused(f"{source.name}: not a readable Parquet file ({str(error).splitlines()[0]})") from error
    if missing := set(TIDY_COLUMNS) - {row[0] for row in described}:
        has = [row[0] for row in described]
        raise NotOfThisDataset(f"{source.name}: columns {sorted(missing)} are missing; it has {has}")


_CELLS = (*COUNTS, *(f"{name}_percentage" for name in PERCENTAGES))
_CELL = "case when measure_statistic = 'percentage' then measure_name || '_percentage' else measure_name end"
_IGNORED_UNDER = f"""
case
    when not list_contains($variables, variable_type) then 'variable_type_not_used'
    when org_code = '{UNKNOWN_ORGANISATION}' then 'organisation_unknown'
    when measure_statistic not in ('count', 'percentage') then 'measure_not_used'
    when {_CELL} not in {_CELLS} then 'measure_not_used'
end
"""
_RULES = f"""
select {_IGNORED_UNDER} as rule, count(*) from read_parquet($path) group by 1 order by 1
"""
_USED = f"""
create temp table used as
select
    file_row_number + 1 as source_row, start_date, end_date, org_type, org_code, org_name, variable_type,
    coalesce(nullif(variable_a, 'NULL'), '{WHOLE}') as variable_a,
    coalesce(nullif(variable_b, 'NULL'), '{WHOLE}') as variable_b,
    {_CELL} as cell, value
from read_parquet($path, file_row_number = true)
where {_IGNORED_UNDER} is null
"""
_KEY = "start_date, end_date, org_type, org_code, variable_type, variable_a, variable_b"
_WIDE = f"""
create temp table wide as
select
    {_KEY}, arg_min(org_name, source_row) as org_name, min(source_row) as source_row, count(*) as cells,
    count(distinct cell) as distinct_cells, count(distinct cell || '=' || coalesce(value, '')) as distinct_values,
    {", ".join(f"max(value) filter (cell = '{cell}') as {cell}" for cell in _CELLS)}
from used group by {_KEY}
"""
_FRAME = f"""
select
    cast(start_date as text) as period_start, cast(end_date as text) as period_end, org_type as organisation_type,
    org_code as organisation_code, org_name as organisation_name, variable_type, variable_a, variable_b,
    {", ".join(_CELLS)}, source_row
from wide where distinct_values = distinct_cells order by source_row
"""
_CONFLICTS = f"""
select used.source_row, used.cell, used.value from used
inner join (select {_KEY} from wide where distinct_values > distinct_cells) as bad using ({_KEY}) order by 1
"""
_ACCOUNT = """
select coalesce(sum(distinct_cells - 1), 0), coalesce(sum(cells - distinct_cells), 0)
from wide where distinct_values = distinct_cells
"""


def _check_years(con: "duckdb.DuckDBPyConnection", source: SourceFile) -> list[tuple[str, date, date]]:
    """Label and bounds of each year in the file, oldest first; refuses a label that does not fit its dates."""
    query = "select distinct reporting_period, start_date, end_date from read_parquet($path) order by 2"
    years: list[tuple[str, date, date]] = con.execute(query, {"path": str(source.path)}).fetchall()
    if not years:
        raise FileRefused(f"{source.name}: the file holds no rows")
    for label, start, end in years:
        if financial_year(label) != (start, end):
            raise FileRefused(f"{source.name}: period {label!r} is said to run from {start} to {end}")
    return years


def _wide_table(con: "duckdb.DuckDBPyConnection", source: SourceFile) -> Table:
    """Cells that share organisation, variable and year as one row.

    A cell that stands twice with one value (an organisation listed under two names) is counted as
    ``repeated_under_a_second_name``; with two values, all cells of the row are malformed.
    """
    parameters = {"path": str(source.path), "variables": list(_used_variables())}
    rules: dict[str | None, int] = dict(con.execute(_RULES, parameters).fetchall())
    con.execute(_USED, parameters)
    con.execute(_WIDE)
    frame = con.execute(_FRAME).df()
    frame = frame.astype({name: "object" for name in frame.columns if name != "source_row"})
    folded, repeated = con.execute(_ACCOUNT).fetchall()[0]
    ignored = {rule: rows for rule, rows in rules.items() if rule is not None}
    ignored |= {"folded_into_wide_row": int(folded), "repeated_under_a_second_name": int(repeated)}
    return Table(
        frame.where(frame.notna(), None),
        sum(rules.values()),
        {rule: rows for rule, rows in ignored.items() if rows},
        _malformed(con.execute(_CONFLICTS).fetchall()),
    )


def _malformed(conflicts: Iterable[tuple[int, str, str | None]]) -> tuple[Malformed, ...]:
    return tuple(Malformed(row, "conflicting_values", cell, value or "") for row, cell, value in conflicts)
