"""DM01: the total row of every monthly workbook beside the sum of the providers as they are loaded."""

from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from support_figures import Figures

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.dm01.parse import parse
from orchestration.datasets.protocol import SourceFile
from orchestration.validation.validate import validate

SOURCE = "NHS England, DM01"
ENTITY = dataset_spec("dm01").entity("waits")
HEADINGS = {column.name: column.source for column in ENTITY.columns if column.unit in ("people", "tests")}
FILES = ("August-2024", "September-2024", "October-2024", "November-2024", "December-2024", "January-2025")


def published_total(path: Path) -> dict[str, float]:
    """Cells of the total row by column, read without any of our parsers."""
    cells = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Provider").to_python(skip_empty_area=False)
    header = next(row for row in cells if "Provider Code" in row)
    total = next(row for row in cells if "Total" in row)
    return {name: float(str(total[header.index(heading)])) for name, heading in HEADINGS.items()}


@pytest.mark.parametrize("month", FILES)
def test_providers_and_tests_add_up_to_the_total_row_in_every_column(
    real_data: Path, figures: Figures, month: str
) -> None:
    path = real_data / "dm01" / f"Monthly-Diagnostics-Web-File-Provider-{month}.xls"
    frame = validate(ENTITY, parse(SourceFile(path, path.name)).tables["waits"]).frame
    published = published_total(path)
    whole, tests = frame[frame["diagnostic_id"] == 16], frame[frame["diagnostic_id"] != 16]
    differing = [
        (name, number)
        for name, number in published.items()
        if whole[name].sum() != number or tests[name].sum() != number
    ]
    figures.none_of(f"DM01 {month}: providers = tests = total row", SOURCE, 2 * len(published), differing)
    six = 100 * published["waiting_6_weeks_or_longer"] / published["waiting_list"]
    ours = 100 * int(whole["waiting_6_weeks_or_longer"].sum()) / int(whole["waiting_list"].sum())
    figures.equal(f"DM01 {month}: waiting six weeks or longer, %", SOURCE, six, ours, within=1e-9, decimals=2)
