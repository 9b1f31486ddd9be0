"""Beds open overnight: England's row of both workbooks beside the sum of the trusts and of the regions as loaded."""

from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from support_figures import Figures

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.kh03_beds.parse import parse
from orchestration.datasets.protocol import SourceFile
from orchestration.validation.validate import validate

SOURCE = "NHS England, KH03"
SECTORS = ("total", "general_acute", "learning_disabilities", "maternity", "mental_illness")


@pytest.mark.parametrize("name", ["Q2-2024-25", "Q3-2024-25revised"])
def test_trusts_and_regions_add_up_to_england_and_occupancy_is_what_is_printed(
    real_data: Path, figures: Figures, name: str
) -> None:
    path = real_data / "kh03_beds" / f"Beds-Open-Overnight-Web_File-{name}.xlsx"
    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("NHS Trust by Sector")
    england = next(row for row in sheet.to_python(skip_empty_area=False) if row[5] == "England")
    printed = [float(str(cell)) for cell in (*england[6:11], *england[12:17], *england[18:23])]
    frame = validate(dataset_spec("kh03_beds").entity("beds"), parse(SourceFile(path, path.name)).tables["beds"]).frame
    columns = [f"{kind}_{sector}" for kind in ("available", "occupied") for sector in SECTORS]
    sums = frame.groupby("organisation_type")[columns].sum()
    differing = [
        (kind, column)
        for kind in ("Trust", "Region", "England")
        for column, number in zip(columns, printed[:10], strict=True)
        if abs(sums.loc[kind, column] - number) > 1e-6
    ]
    figures.none_of(f"beds {name}: trusts = regions = England", SOURCE, 3 * len(columns), differing)
    for sector, share in zip(SECTORS[:2], printed[10:12], strict=True):
        trusts = sums.loc["Trust"]
        ours = 100 * trusts[f"occupied_{sector}"] / trusts[f"available_{sector}"]
        figures.equal(f"beds {name}: occupancy {sector}, %", SOURCE, 100 * share, ours, within=1e-6, decimals=2)
