"""Prevalence that the Quality and Outcomes Framework has published for 2020-21, rebuilt from practices.

The framework's own workbooks are not at hand. Independent of our reading are the number of practices (summary of the
publication) and the learning disability register and list that Fingertips shows for England and some practices
(indicator 200). Prevalence of each condition is recomputed from the cells of the file, beside what the parser and the
schema give.
"""

import csv
from pathlib import Path

import pytest
from support_figures import HALF_A_TENTH, Figures

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import SourceFile
from orchestration.datasets.qof.parse import parse
from orchestration.validation.validate import validate

QOF = "NHS Digital, QOF 2020-21, summary"
FINGERTIPS = "Fingertips, indicator 200, 2020/21"
PERCENT = {
    "AF": 2.05, "AST": 6.38, "CAN": 3.21, "CHD": 3.05, "CKD": 3.96, "COPD": 1.93, "DEM": 0.71, "DEP": 12.29, "DM": 7.11,
    "EP": 0.80, "HF": 0.91, "HYP": 13.93, "LD": 0.53, "MH": 0.95, "NDH": 5.31, "OB": 6.88, "OST": 0.76, "PAD": 0.59,
    "PC": 0.47, "RA": 0.77, "STIA": 1.80,
}  # fmt: skip


class Totals:
    """Registers and lists of England by condition, and of practices on the learning disability register."""

    def __init__(self, folder: Path) -> None:
        path = folder / "PREVALENCE_2021_v2.csv"
        table = parse(SourceFile(path, path.name)).tables["prevalence"]
        frame = validate(dataset_spec("qof").entity("prevalence"), table).frame
        sums = frame.groupby("group_code")[["register", "practice_list_size"]].sum()
        self.practices = frame["practice_code"].nunique()
        self.by_condition = {str(group): (int(row.iloc[0]), int(row.iloc[1])) for group, row in sums.iterrows()}
        disabled = frame[frame["group_code"] == "LD"]
        self.learning_disability = {
            row.practice_code: (int(row.register), int(row.practice_list_size)) for row in disabled.itertuples()
        }


@pytest.fixture(scope="module")
def totals(real_data: Path) -> Totals:
    return Totals(real_data / "qof")


@pytest.fixture(scope="module")
def published(real_data: Path) -> dict[tuple[str, str], tuple[int, int]]:
    """Count and denominator of the learning disability register in 2020/21 by area type and code."""
    found = {}
    with (real_data / "fingertips" / "ld_qof_prev.csv").open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["Time period"] == "2020/21" and not row["Category"] and row["Count"]:
                key = (row["Area Type"], row["Area Code"])
                found[key] = (round(float(row["Count"])), round(float(row["Denominator"])))
    return found


def test_the_number_of_practices_is_the_published_one(totals: Totals, figures: Figures) -> None:
    figures.equal("QOF 2020-21, practices", QOF, 6571, totals.practices)


def test_the_learning_disability_register_of_england_is_what_fingertips_shows(
    totals: Totals, published: dict[tuple[str, str], tuple[int, int]], figures: Figures
) -> None:
    register, size = published["England", "E92000001"]
    figures.equal("QOF 2020-21, learning disability register", FINGERTIPS, register, totals.by_condition["LD"][0])
    figures.equal("QOF 2020-21, list of all ages", FINGERTIPS, size, totals.by_condition["LD"][1])


def test_the_learning_disability_register_of_practices_is_what_fingertips_shows(
    totals: Totals, published: dict[tuple[str, str], tuple[int, int]], figures: Figures
) -> None:
    shown = {code: parts for (kind, code), parts in published.items() if kind == "GPs"}
    differing = [
        (code, parts, totals.learning_disability.get(code))
        for code, parts in shown.items()
        if totals.learning_disability.get(code) != parts
    ]
    figures.none_of("QOF 2020-21, learning disability by practice", FINGERTIPS, len(shown), differing)


@pytest.fixture(scope="module")
def cells(real_data: Path) -> dict[str, tuple[int, int]]:
    """Registers and lists by condition, added up from the file's cells."""
    sums: dict[str, tuple[int, int]] = {}
    with (real_data / "qof" / "PREVALENCE_2021_v2.csv").open(encoding="ascii", newline="") as stream:
        for row in csv.DictReader(stream):
            register, size = sums.get(row["GROUP_CODE"], (0, 0))
            sums[row["GROUP_CODE"]] = register + int(row["REGISTER"]), size + int(row["PRACTICE_LIST_SIZE"])
    return sums


@pytest.mark.parametrize("group", PERCENT)
def test_prevalence_of_england_is_what_the_cells_add_up_to(
    totals: Totals, cells: dict[str, tuple[int, int]], figures: Figures, group: str
) -> None:
    register, size = totals.by_condition[group]
    assert (register, size) == cells[group]
    figures.equal(
        f"QOF 2020-21, {group}, prevalence in percent", "recomputed from the file's cells", PERCENT[group],
        100 * register / size, within=HALF_A_TENTH / 10, decimals=2,
    )  # fmt: skip


def test_lists_of_a_type_are_the_same_beside_every_condition(totals: Totals) -> None:
    everyone = {size for group, (_, size) in totals.by_condition.items() if group in ("HYP", "COPD", "MH", "CHD", "LD")}
    assert everyone == {60_716_244}
    assert totals.by_condition["DM"][1] < 60_716_244
