"""Figures that NHS England published on referral to treatment waits, rebuilt from the real full CSV of January 2026.

The headline figures stand in the statistical press notice of that month; totals stand in the file itself. The file is
read here a second time without our parser.
"""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from support_figures import Figures

from orchestration.datasets.protocol import Parsed, SourceFile
from orchestration.datasets.rtt.parse import parse

SOURCE = "NHS England, RTT January 2026"
FILE = "full CSV, January 2026"
HALF_A_HUNDREDTH, HALF_A_TENTH = 0.005 + 1e-9, 0.05 + 1e-9
PART, PROVIDER, COMMISSIONER, FUNCTION = 9, 3, 7, 11


@pytest.fixture(scope="module")
def path(real_data: Path) -> Path:
    (found,) = (real_data / "rtt").glob("*Jan26*.zip")
    return found


@pytest.fixture(scope="module")
def parsed(path: Path) -> Parsed:
    return parse(SourceFile(path, path.name))


@pytest.fixture(scope="module")
def counts(parsed: Parsed) -> pd.DataFrame:
    frame = parsed.tables["providers"].frame
    names = [name for name in frame.columns if name.startswith(("weeks_", "total_", "unknown_"))]
    return frame.assign(**{name: pd.to_numeric(frame[name]).fillna(0) for name in names})


@pytest.fixture(scope="module")
def incomplete(counts: pd.DataFrame) -> pd.Series:
    """England's incomplete pathways of all functions by band."""
    rows = counts[(counts["part_type"] == "Part_2") & (counts["treatment_function_code"] == "C_999")]
    return rows[[name for name in counts.columns if name.startswith(("weeks_", "total_"))]].sum()


def published(path: Path) -> Iterator[list[str]]:
    """The records of the file, read line by line."""
    with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as stream:
        rows = csv.reader(io.TextIOWrapper(stream, encoding="utf-8", newline=""))
        next(rows)
        yield from rows


def percentile(bands: pd.Series, share: float) -> float:
    """Weeks by linear interpolation, worked from cumulated weekly counts."""
    weekly = [bands[f"weeks_{week:02}_to_{week + 1:02}"] for week in range(104)]
    wanted, before = share * bands["total_known"], 0.0
    for week, count in enumerate(weekly):
        if before + count >= wanted:
            return float(week + (wanted - before) / count)
        before += count
    raise AssertionError("the percentile lies in the open band")


def test_incomplete_pathways_and_long_waits_are_what_was_published(incomplete: pd.Series, figures: Figures) -> None:
    within = sum(incomplete[f"weeks_{week:02}_to_{week + 1:02}"] for week in range(18))
    figures.equal("RTT incomplete pathways, January 2026", SOURCE, 7_187_677, incomplete["total_all"])
    figures.equal("RTT over 52 weeks, January 2026", SOURCE, 137_320, incomplete["weeks_over_52"])
    share = 100 * within / incomplete["total_known"]
    figures.equal("RTT within 18 weeks, January 2026, %", SOURCE, 61.38, share, within=HALF_A_HUNDREDTH, decimals=2)
    median = percentile(incomplete, 0.5)
    figures.equal("RTT median wait, January 2026, weeks", SOURCE, 13.6, median, within=HALF_A_TENTH, decimals=1)


def test_total_all_and_the_groups_of_the_file_are_ours(path: Path, counts: pd.DataFrame, figures: Figures) -> None:
    by_provider: Counter[tuple[str, str, str]] = Counter()
    groups: Counter[tuple[str, str, str]] = Counter()
    for row in published(path):
        whole = row[FUNCTION] == "C_999"
        by_provider[row[PART], row[PROVIDER], row[FUNCTION]] += int(row[-1])
        groups[row[PROVIDER], row[COMMISSIONER], row[PART]] += int(row[-1]) * (1 if whole else -1)
    figures.none_of("RTT C_999 = sum of functions, groups", FILE, len(groups), [g for g, n in groups.items() if n])
    keys = zip(counts["part_type"], counts["organisation_code"], counts["treatment_function_code"], strict=True)
    ours = dict(zip(keys, counts["total_all"], strict=True))
    assert len(groups) == 40_488
    assert ours.keys() == by_provider.keys()
    differing = [key for key, total in by_provider.items() if ours[key] != total]
    figures.none_of("RTT Total All of provider × part × function", FILE, len(ours), differing)
    for part, total in counts.groupby("part_type")["total_all"].sum().items():
        figures.equal(f"RTT Total All, {part}", FILE, sum(n for key, n in by_provider.items() if key[0] == part), total)
