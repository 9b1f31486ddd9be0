"""Figures inside the publication on the demographics of the waiting list, rebuilt from its real workbook.

The workbook prints a share beside its rounded counts, and England beside the kinds of provider that make it up.
"""

from pathlib import Path

import pandas as pd
import pytest
from support_figures import Figures

from orchestration.datasets.protocol import SourceFile
from orchestration.datasets.wlmds_demographics.parse import COUNTS, SHARES, parse

SOURCE = "NHS England, WLMDS demographics, week ending 25 January 2026"


@pytest.fixture(scope="module")
def rows(real_data: Path) -> pd.DataFrame:
    (path,) = (real_data / "wlmds_demographics").glob("*Summary*.xlsx")
    frame = parse(SourceFile(path, path.name)).tables["waiting_list"].frame
    return frame.assign(**{name: pd.to_numeric(frame[name], errors="coerce") for name in (*COUNTS, *SHARES)})


def test_shares_of_our_counts_are_the_published_ones(rows: pd.DataFrame, figures: Figures) -> None:
    for count, share in zip(("up_to_18_weeks", "over_52_weeks"), SHARES, strict=True):
        shown = rows[rows[share].notna() & rows[count].notna()]
        differing = shown[(shown[count] / shown["total"] - shown[share]).abs() > 1e-9]
        figures.none_of(f"WLMDS {share} = count ÷ total", SOURCE, len(shown), differing.index.tolist())


def test_england_is_the_sum_of_its_kinds_of_provider_within_rounding(rows: pd.DataFrame, figures: Figures) -> None:
    england = rows[(rows["organisation_code"] == "ENG") & (rows["table_kind"] == "organisations")]
    totals = england.pivot_table(
        index=["metric", "category"], columns="organisation_type", values="total", dropna=False
    )
    parts = totals[["NHS ACUTE", "INDEPENDENT SECTOR", "OTHER"]].dropna()
    differing = (parts.sum(axis=1) - totals.loc[parts.index, "ALL"]).abs() > 2 * 4
    figures.none_of("WLMDS England = kinds of provider ± 8", SOURCE, len(parts), parts[differing].index.tolist())


def test_the_weekly_series_ends_with_the_table_of_organisations(rows: pd.DataFrame, figures: Figures) -> None:
    england = rows[(rows["organisation_code"] == "ENG") & (rows["organisation_type"] == "ALL")]
    last = england[england["week_ending"] == england["week_ending"].max()].set_index(["metric", "category"])
    series = last[last["table_kind"] == "time_series"]["total"]
    table = last[last["table_kind"] == "organisations"]["total"].loc[series.index]
    figures.none_of("WLMDS series = table", SOURCE, len(series), series[series != table].index.tolist())


@pytest.mark.parametrize("decile", ["1", "10"])
def test_england_within_18_weeks_by_decile(rows: pd.DataFrame, figures: Figures, decile: str) -> None:
    of_decile = rows[(rows["metric"] == "IMD") & (rows["category"] == decile) & (rows["organisation_type"] == "ALL")]
    row = of_decile[of_decile["table_kind"] == "organisations"].iloc[0]
    ours, published = 100 * row["up_to_18_weeks"] / row["total"], 100 * row["within_18_weeks_share"]
    figures.equal(f"WLMDS within 18 weeks, decile {decile}, %", SOURCE, published, ours, within=1e-6, decimals=2)
