"""Print a world's disease registers as tables of the Quality and Outcomes Framework.

Belongs here: the publisher's tables, names and headings of two years: one as a zip (ICB and SUB_ICB_LOC), one as single
files (STP and CCG). Does not: who is registered where (the simulation).
"""

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np

from orchestration.datasets.dates import financial_year_label
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import csv_bytes, zipped
from orchestration.simulation.world import World

PAGE = (
    "/data-and-information/publications/statistical/"
    "quality-and-outcomes-framework-achievement-prevalence-and-exceptions-data/{year}"
)
UNALLOCATED = ("U", "Unallocated")
ENGLAND = ("E92000001", "ENG", "England")
PLACES = ("REGION_ODS_CODE", "REGION_ONS_CODE", "REGION_NAME")
SMALLEST_LIST = 1
# the list that a register is counted against, that list's share of everyone, prevalence in it
CONDITIONS = {
    "HYP": ("TOTAL", 1.0, 0.140), "DM": ("17OV", 0.81, 0.071), "COPD": ("TOTAL", 1.0, 0.019),
    "DEP": ("18OV", 0.80, 0.123), "MH": ("TOTAL", 1.0, 0.0095), "CHD": ("TOTAL", 1.0, 0.030),
}  # fmt: skip
NAMES = {
    "HYP": "Hypertension", "DM": "Diabetes mellitus", "COPD": "Chronic obstructive pulmonary disease",
    "DEP": "Depression", "MH": "Mental health", "CHD": "Secondary prevention of coronary heart disease",
}  # fmt: skip

Rows = Sequence[Sequence[object]]


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """The last year as a zip; the year before as prevalence, its geographies and nothing else."""
    before, last = world.years[-2], world.years[-1]
    name = _two_digits(before)
    tables = {
        f"SYNTHETIC-PREVALENCE_{name}.csv": _prevalence(world, before),
        f"SYNTHETIC-MAPPING_NHS_GEOGRAPHIES_{name}.csv": _geographies(world, ("STP", "CCG")),
    }
    for file, rows in tables.items():
        link_text = f"QOF {financial_year_label(before)}: csv file"
        yield SyntheticFile(file, csv_bytes(rows), _page(before), link_text, _published(before))
    year = _two_digits(last)
    members = {
        f"PREVALENCE_{year}.csv": csv_bytes(_prevalence(world, last)),
        f"MAPPING_NHS_GEOGRAPHIES_{year}.csv": csv_bytes(_geographies(world, ("ICB", "SUB_ICB_LOC"))),
        f"MAPPING_INDICATORS_{year}.csv": csv_bytes(_indicators()),
        f"MAPPING_PCAS_EXCL_TO_INDICATOR_{year}.csv": csv_bytes(_adjustments(), encoding="cp1252"),
        f"ORGANISATION_REFERENCE_{year}.csv": csv_bytes(_maximum_points(world)),
        f"PRACTICE_VALIDATION_OUTCOMES_{year}.csv": csv_bytes(_validation_outcomes()),
        f"ACHIEVEMENT_SYNTHETIC_REGION_{year}.csv": csv_bytes(_achievement(world, last)),
    }
    whole = f"SYNTHETIC-QOF {financial_year_label(last)} Raw data.zip"
    yield SyntheticFile(whole, zipped(members), _page(last), "QOF raw data", _published(last))


def _two_digits(year: int) -> str:
    return f"{year % 100:02}{(year + 1) % 100:02}"


def _page(year: int) -> str:
    return PAGE.format(year=financial_year_label(year))


def _published(year: int) -> date:
    return date(year + 1, 9, 26)


def _prevalence(world: World, year: int) -> Rows:
    """Registers of every practice; one register is larger than the list, as once in 2020-21."""
    rng = np.random.default_rng([world.seed, 951, year])
    rows: list[Sequence[object]] = [
        ("PRACTICE_CODE", "GROUP_CODE", "REGISTER", "PATIENT_LIST_TYPE", "PRACTICE_LIST_SIZE")
    ]
    for practice in world.practices:
        need = 1 + (practice.imd_score - 20) / 200
        for group, (list_type, share, prevalence) in CONDITIONS.items():
            size = round(practice.list_size * share)
            rows.append((practice.code, group, int(rng.binomial(size, prevalence * need)), list_type, size))
    last = world.practices[-1].code
    at = next(at for at, row in enumerate(rows) if row[:2] == (last, "MH"))
    rows[at] = (last, "MH", SMALLEST_LIST + 1, "TOTAL", SMALLEST_LIST)
    return rows


def _geographies(world: World, words: tuple[str, str]) -> Rows:
    """Where each practice belongs; the last one is in no network."""
    places = [f"{word}_{what}" for word in words for what in ("ODS_CODE", "ONS_CODE", "NAME")]
    networks = {pcn.code: pcn.name for pcn in world.pcns}
    header = ("NAT_ONS_CODE", "NAT_CODE", "COUNTRY", *PLACES, *places)
    rows: list[Sequence[object]] = [(*header, "PCN_ODS_CODE", "PCN_NAME", "PRACTICE_CODE", "PRACTICE_NAME")]
    for practice in world.practices:
        place = world.sub_icb(practice.sub_icb_code)
        icb = world.icb(place.icb_code)
        region = world.region(icb.region_code)
        network = (practice.pcn_code, networks[practice.pcn_code])
        above = (region.code, region.gss_code, region.name, icb.code, icb.gss_code, icb.name)
        below = (place.code, place.gss_code, place.name, *(UNALLOCATED if practice is world.practices[-1] else network))
        rows.append((*ENGLAND, *above, *below, practice.code, practice.name))
    return rows


def _indicators() -> Rows:
    header = (
        "INDICATOR_CODE", "INDICATOR_POINT_VALUE", "GROUP_CODE", "GROUP_DESCRIPTION", "DOMAIN_CODE",
        "DOMAIN_DESCRIPTION", "PATIENT_LIST_TYPE",
    )  # fmt: skip
    rows = [(f"{group}001", 6, group, name, "CL", "Clinical", CONDITIONS[group][0]) for group, name in NAMES.items()]
    return (header, *rows)


def _adjustments() -> Rows:
    header = (
        "INDICATOR_CODE", "PCA_EXCL_NAME", "PCA_EXCL_SHORT_NAME", "PCA_EXCL_DESCRIPTION", "TYPE", "GENERAL_SPECIFIC",
        "PCA_CATEGORY", "PCA_CATEGORY_DESCRIPTION",
    )  # fmt: skip
    invited = "Patient has not answered the practice’s two invitations (SYNTHETIC)"
    return (
        header,
        ("HYP001", "HYPINVITE", "HYPINV", invited, "PCA", "General", 4, "Not answered"),
        ("HYP001", "DIAG_DAT", "DIAG1_DAT", "Diagnosed within 3 months (SYNTHETIC)", "Exclusion", *["n/a"] * 3),
    )


def _maximum_points(world: World) -> Rows:
    return (("PRACTICE_CODE", "REVISED_MAXIMUM_POINTS"), *((practice.code, 567) for practice in world.practices))


def _validation_outcomes() -> Rows:
    header = ("PRACTICE_CODE", "VALIDATION_RULE", "RULE_DESCRIPTION")
    return (header, ("Z89997", 3, "Practice status on 31 March <> Active"))


def _achievement(world: World, year: int) -> Rows:
    """Numerator, denominator and points of one indicator."""
    rng = np.random.default_rng([world.seed, 952, year])
    rows: list[Sequence[object]] = [("PRACTICE_CODE", "INDICATOR_CODE", "MEASURE", "VALUE")]
    for practice in world.practices:
        people = round(practice.list_size * CONDITIONS["HYP"][2])
        treated = int(rng.binomial(people, 0.7))
        for measure, value in (("NUMERATOR", treated), ("DENOMINATOR", people), ("ACHIEVED_POINTS", 12.5)):
            rows.append((practice.code, "HYP001", measure, value))
    return rows
