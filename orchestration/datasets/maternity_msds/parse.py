"""Read a year of NHS Maternity Statistics from the Maternity Services Data Set.

Belongs here: the eight-column CSV. Does not: turning labels into strata (dbt), or making rates: the file holds none.
"""

from orchestration.catalogue.models import Entity
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.dates import financial_year
from orchestration.datasets.protocol import Parsed, SourceFile
from orchestration.datasets.reading import Sheet, columns_of, read_csv, table_from, unknown_headings
from orchestration.errors import FileRefused, NotOfThisDataset

PERIOD = "Period"
WHOLE = "All"


def parse(source: SourceFile) -> Parsed:
    """One row per organisation, dimension and value of the dimension, of the one year that the file covers."""
    entity = dataset_spec("maternity_msds").entity("counts")
    sheet = read_csv(source)
    period = _check_headings(sheet, entity)
    positions = columns_of(sheet, entity)
    label = _one_period(sheet, period)
    year = financial_year(label)
    if year is None:
        raise FileRefused(f"{source.name}: the Period column says {label!r}, which is no financial year")
    start, end = year
    constants = {"period_start": start.isoformat(), "period_end": end.isoformat()}
    table = table_from(sheet.rows, positions, malformed=sheet.malformed, constants=constants)
    table.frame["measure"] = [WHOLE if cell is None else cell for cell in table.frame["measure"]]
    return Parsed(
        layout="csv_8",
        tables={"counts": table},
        period_start=start,
        period_end=end,
        period_label=label,
        release_status="revised" if "revised" in source.name.casefold() else "final",
        notes=sheet.notes + unknown_headings(sheet, {**positions, "period": period}),
    )


def _check_headings(sheet: Sheet, entity: Entity) -> int:
    """Position of the Period column; NotOfThisDataset when fewer than half of the layout's headings are there."""
    known = [PERIOD, *(column.source for column in entity.columns if column.source)]
    present = [heading for heading in known if heading in sheet.header]
    if len(present) * 2 < len(known):
        raise NotOfThisDataset(f"{sheet.name}: the headings are {list(sheet.header)[:8]}, not {known}")
    if PERIOD not in sheet.header:
        raise FileRefused(f"{sheet.name}: column {PERIOD!r} is missing")
    return sheet.header.index(PERIOD)


def _one_period(sheet: Sheet, position: int) -> str:
    """The one label in the Period column; refuses a file of several periods."""
    labels = sorted({row[position].strip() for _, row in sheet.rows})
    if len(labels) != 1:
        raise FileRefused(f"{sheet.name}: the Period column names {labels[:3]}, not one year")
    return labels[0]
