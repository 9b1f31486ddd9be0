"""Cancer waiting times: rows of all English providers beside the sum of the providers, layouts beside each other."""

from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from support_figures import Figures

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.cancer_waits.parse import parse
from orchestration.datasets.protocol import SourceFile
from orchestration.validation.validate import validate

SOURCE = "NHS England, cancer waits"
WORKBOOK = "APRIL-2025-CWT-CRS-PROVIDER-WORKBOOK-{}.xlsx"
KEY = ["standard", "organisation_code", "stage_or_route", "treatment_modality", "cancer_type"]
COUNTS = ["treated", "within_standard", "breaches"]
WHOLE = ("ALL ROUTES", "ALL STAGES")
STANDARDS = {"28": "FDS", "31": "31D", "62": "62D"}


def loaded(path: Path) -> pd.DataFrame:
    entity = dataset_spec("cancer_waits").entity("waits")
    return validate(entity, parse(SourceFile(path, path.name)).tables["waits"]).frame


@pytest.fixture(scope="module")
def frames(real_data: Path) -> dict[str, pd.DataFrame]:
    folder = real_data / "cancer_waits"
    names = {status: WORKBOOK.format(status) for status in ("PROVISIONAL", "FINAL")}
    names["EXTRACT"] = "CWT-CRS-Apr-2025-to-Jul-2025-Data-Extract-Provider.xlsx"
    return {name: loaded(folder / file) for name, file in names.items()}


def published_totals(path: Path) -> dict[tuple[str, ...], tuple[float, ...]]:
    """Cells of the rows of all English providers, read without any of our parsers."""
    totals: dict[tuple[str, ...], tuple[float, ...]] = {}
    workbook = CalamineWorkbook.from_path(str(path))
    for sheet in workbook.sheet_names:
        if "-DAY" not in sheet:
            continue
        rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        at = rows[8].index("TOTAL")
        for row in rows:
            if row[2] == "ALL ENGLISH PROVIDERS":
                last = str(row[4]) if at == 5 else "ALL CANCERS"
                pair = (last, "ALL CANCERS") if "MODALITY" in sheet else ("ALL MODALITIES", last)
                totals[STANDARDS[sheet[:2]], str(row[3]), *pair] = tuple(float(str(c)) for c in row[at : at + 3])
    return totals


@pytest.mark.parametrize("status", ["PROVISIONAL", "FINAL"])
def test_providers_add_up_to_every_row_of_all_english_providers(
    real_data: Path, frames: dict[str, pd.DataFrame], figures: Figures, status: str
) -> None:
    published = published_totals(real_data / "cancer_waits" / WORKBOOK.format(status))
    sums = frames[status].groupby([KEY[0], *KEY[2:]])[COUNTS].sum()
    ours = {key: tuple(row) for key, row in zip(sums.index, sums.to_numpy().tolist(), strict=True)}
    differing = [key for key, numbers in published.items() if ours.get(key) != numbers]
    assert len(published) == 154
    assert set(published) == set(ours)
    figures.none_of(f"cancer April 2025 {status.lower()}: providers = England", SOURCE, len(published), differing)


@pytest.mark.parametrize("status", ["PROVISIONAL", "FINAL"])
def test_the_finest_rows_add_up_to_every_total_that_a_provider_has(
    frames: dict[str, pd.DataFrame], figures: Figures, status: str
) -> None:
    frame = frames[status]
    whole = frame[frame["stage_or_route"].isin(WHOLE) & (frame["cancer_type"] == "ALL CANCERS")]
    whole = whole[whole["treatment_modality"] == "ALL MODALITIES"].set_index(KEY[:2])[COUNTS]
    finest = frame[~frame["stage_or_route"].isin(WHOLE) & (frame["cancer_type"] != "ALL CANCERS")]
    ours = finest[finest["treatment_modality"] == "ALL MODALITIES"].groupby(KEY[:2])[COUNTS].sum()
    differing = [key for key in whole.index if tuple(ours.loc[key]) != tuple(whole.loc[key])]
    assert set(ours.index) == set(whole.index)
    figures.none_of(f"cancer April 2025 {status.lower()}: parts = provider totals", SOURCE, len(whole), differing)


@pytest.mark.parametrize(
    ("status", "standard", "treated", "percentage"),
    [
        ("FINAL", "FDS", 277_640, 76.7),
        ("FINAL", "31D", 56_493, 91.3),
        ("FINAL", "62D", 28_039, 70.1),
        ("PROVISIONAL", "FDS", 273_167, 76.7),
        ("PROVISIONAL", "31D", 55_011, 91.3),
        ("PROVISIONAL", "62D", 27_347, 69.9),
    ],
)
def test_england_is_what_the_workbook_prints(
    frames: dict[str, pd.DataFrame], figures: Figures, status: str, standard: str, treated: float, percentage: float
) -> None:
    frame = frames[status]
    rows = frame[
        (frame["standard"] == standard)
        & ~frame["stage_or_route"].isin(WHOLE)
        & (frame["cancer_type"] != "ALL CANCERS")
        & (frame["treatment_modality"] == "ALL MODALITIES")
    ]
    label = f"{standard}, England, April 2025 {status.lower()}"
    figures.equal(f"{label}: people", SOURCE, treated, float(rows["treated"].sum()))
    ours = 100 * float(rows["within_standard"].sum()) / float(rows["treated"].sum())
    figures.equal(f"{label}, %", SOURCE, percentage, ours, within=0.05, decimals=1)


def test_the_extract_repeats_the_provisional_workbook_and_not_the_final_one(
    frames: dict[str, pd.DataFrame], figures: Figures
) -> None:
    april = frames["EXTRACT"][frames["EXTRACT"]["period_start"] == pd.Timestamp(2025, 4, 1)]
    assert len(april) == 10_177
    provisional = april.merge(frames["PROVISIONAL"], on=KEY, how="left", suffixes=("", "_workbook"))
    differing = provisional[
        (provisional[COUNTS].to_numpy() != provisional[[f"{c}_workbook" for c in COUNTS]]).any(axis=1)
    ]
    figures.none_of("extract of April 2025 = provisional workbook", SOURCE, len(april), list(differing.index))
    final = april.merge(frames["FINAL"], on=KEY, suffixes=("", "_workbook"))
    assert (final["treated"] != final["treated_workbook"]).sum() > 1000
