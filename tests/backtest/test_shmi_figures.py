"""The SHMI as published, rebuilt from its parts: every trust's ratio, England by quintile, and the banding."""

from pathlib import Path
from typing import Any

import pytest
from support_figures import Figures

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import SourceFile
from orchestration.datasets.shmi.parse import parse
from orchestration.validation.validate import validate

SOURCE = "SHMI, November 2020 to October 2021"
DEATHS_BY_QUINTILE = {1: 49_995, 2: 48_068, 3: 48_633, 4: 47_103, 5: 43_376, "unknown": 2_552}
SPELLS_BY_QUINTILE = {1: 1_868_255, 2: 1_666_327, 3: 1_538_637, 4: 1_434_838, 5: 1_307_071, "unknown": 254_426}
Row = dict[str, Any]


@pytest.fixture(scope="module")
def tables(real_data: Path) -> dict[str, list[Row]]:
    """Rows of every table of the zip, as the lake gets them; a missing number is NaN."""
    (path,) = (real_data / "shmi").glob("*.zip")
    parsed = parse(SourceFile(path, path.name))
    return {
        name: validate(dataset_spec("shmi").entity(name), table).frame.to_dict("records")
        for name, table in parsed.tables.items()
    }


def england(tables: dict[str, list[Row]], indicator: str) -> Row:
    (row,) = [r for r in tables["deprivation"] if r["organisation_code"] == "ENG" and r["indicator"] == indicator]
    return row


def shown(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["shmi_value_status"] == "value"]


def test_england_by_quintile_is_what_was_published(tables: dict[str, list[Row]], figures: Figures) -> None:
    for indicator, published in (("I00743", DEATHS_BY_QUINTILE), ("I00742", SPELLS_BY_QUINTILE)):
        row = england(tables, indicator)
        what = "deaths" if indicator == "I00743" else "spells"
        for quintile, count in published.items():
            figures.equal(f"SHMI {what}, England, quintile {quintile}", SOURCE, count, row[f"quintile_{quintile}"])
        figures.equal(f"… six parts of the {what} added", SOURCE, row["total"], sum(published.values()))


def test_every_published_shmi_is_observed_over_expected_within_rounding(
    tables: dict[str, list[Row]], figures: Figures
) -> None:
    for name, rows in (("trust", 122), ("site", 263), ("diagnosis", 1_184)):
        found = shown(tables[name])
        wrong = [
            row["organisation_code"]
            for row in found
            if not (row["observed"] - 2) / (row["expected"] + 2.5) - 0.00005
            <= row["shmi_value"]
            <= (row["observed"] + 2) / (row["expected"] - 2.5) + 0.00005
        ]
        assert len(found) == rows
        figures.none_of(f"SHMI by {name} = observed / expected within rounding", SOURCE, len(found), wrong)


def test_the_sum_of_trusts_is_england_within_rounding(tables: dict[str, list[Row]], figures: Figures) -> None:
    trusts = [r for r in tables["deprivation"] if r["organisation_code"] != "ENG"]
    for indicator, what in (("I00743", "deaths"), ("I00742", "spells")):
        ours = sum(row["total"] for row in trusts if row["indicator"] == indicator)
        figures.equal(
            f"SHMI {what}, 122 rounded trusts added", SOURCE, england(tables, indicator)["total"], ours, within=2 * 122
        )


def test_the_interval_leaves_out_1_where_the_banding_says_so(tables: dict[str, list[Row]], figures: Figures) -> None:
    rows = [row for name in ("trust", "site") for row in shown(tables[name])]
    wrong = [
        row["organisation_code"]
        for row in rows
        if (1 if row["shmi_value"] / row["od_upper"] > 1 else 3 if row["shmi_value"] / row["od_lower"] < 1 else 2)
        != row["shmi_banding"]
    ]
    figures.none_of("SHMI banding of trusts and sites rebuilt from value and limits", SOURCE, len(rows), wrong)


def test_the_exact_counts_of_the_quarterly_files_give_every_value(real_data: Path, figures: Figures) -> None:
    wrong, cells = [], 0
    for path in sorted((real_data / "shmi").glob("*.csv")):
        parsed = parse(SourceFile(path, path.name))
        frame = validate(dataset_spec("shmi").entity("trust"), parsed.tables["trust"]).frame
        cells += len(frame)
        difference = (frame["shmi_value"] - frame["observed"].astype(float) / frame["expected"]).abs()
        wrong += frame.loc[difference > 0.0000501, "organisation_code"].tolist()
    assert cells == 863
    figures.none_of("SHMI of six quarters = observed / expected to four digits", "HSCIC, 2011 to 2013", cells, wrong)
