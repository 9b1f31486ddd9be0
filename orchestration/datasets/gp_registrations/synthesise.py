"""Print a world's lists of general practices by area of residence and by age.

Belongs here: the layouts' headings, spellings and totals. Does not: who lives where (the simulation).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

import numpy as np

from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import csv_bytes, zipped
from orchestration.simulation.records import Practice
from orchestration.simulation.world import World

PAGE = "/data-and-information/publications/statistical/patients-registered-at-a-gp-practice/{month}"
AREAS = ("PUBLICATION", "EXTRACT_DATE", "PRACTICE_CODE", "PRACTICE_NAME", "LSOA_CODE", "SEX")
AGES = (
    "PUBLICATION", "EXTRACT_DATE", "ORG_TYPE", "ORG_CODE", "ONS_CODE", "POSTCODE", "SEX", "AGE_GROUP_5",
    "NUMBER_OF_PATIENTS",
)  # fmt: skip
BANDS = (*(f"{start}_{start + 4}" for start in range(0, 95, 5)), "95+")
SEXES = ("FEMALE", "MALE")
UNKNOWN_AREA = "NO2011"
MOST_PRACTICES_BY_AREA = 40
MOST_PRACTICES_BY_AGE = 8

Rows = Iterable[Sequence[object]]


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """The last month's lists: by area for everyone, by area for each sex in a zip, by age."""
    day = world.months[-1]
    rng = np.random.default_rng([world.seed, 961])
    women = {
        (practice.code, area): int(rng.binomial(people, 0.5))
        for practice in world.practices
        for area, people in practice.patients
    }
    mark = f"{day:%b-%y}".lower()
    spelling = f"{day:%d%b%Y}".upper()
    whole = csv_bytes(((*AREAS, "Number of Patients"), *_areas(world, spelling, "ALL", women)))
    yield _file(f"SYNTHETIC-gp-reg-pat-prac-lsoa-all-{mark}.csv", whole, day, "LSOA (single sex: all)")
    members = {
        f"gp-reg-pat-prac-lsoa-{sex.lower()}.csv": csv_bytes(
            (
                (*AREAS, "NUMBER_OF_PATIENTS"),
                *_areas(world, spelling, sex, women, most=MOST_PRACTICES_BY_AREA // 4),
            )
        )
        for sex in SEXES
    }
    yield _file(f"SYNTHETIC-gp-reg-pat-prac-lsoa-male-female-{mark}.zip", zipped(members), day, "LSOA (male, female)")
    ages = csv_bytes((AGES, *_ages(world, spelling, rng)))
    yield _file(f"SYNTHETIC-gp-reg-pat-prac-quin-age-{mark}.csv", ages, day, "5-year age groups")


def _file(name: str, content: bytes, day: date, text: str) -> SyntheticFile:
    page = PAGE.format(month=f"{day:%B-%Y}".lower())
    return SyntheticFile(name, content, page, f"Patients Registered at a GP Practice: {text}", day + timedelta(days=14))


def _areas(
    world: World, day: str, sex: str, women: dict[tuple[str, str], int], most: int = MOST_PRACTICES_BY_AREA
) -> Iterator[Sequence[object]]:
    """People by area of residence; one person of every practice lives nobody knows where."""
    for practice in world.practices[:most]:
        head = ("GP_PRAC_PAT_LIST", day, practice.code, practice.name)
        for area, people in practice.patients:
            female = women[practice.code, area]
            number = {"ALL": people, "FEMALE": female, "MALE": people - female}[sex]
            yield (*head, area, sex, number)
        if sex == "ALL":
            yield (*head, UNKNOWN_AREA, sex, 1)


def _ages(world: World, day: str, rng: np.random.Generator) -> Iterator[Sequence[object]]:
    """Age bands and sexes of some practices, each with its totals."""
    for practice in world.practices[:MOST_PRACTICES_BY_AGE]:
        yield from _ages_of(practice, day, rng)


def _ages_of(practice: Practice, day: str, rng: np.random.Generator) -> Iterator[Sequence[object]]:
    weights = np.linspace(1.2, 0.2, len(BANDS))
    counts = rng.multinomial(practice.list_size, np.outer([0.5, 0.5], weights / weights.sum()).ravel())
    by_sex = dict(zip(SEXES, counts.reshape(len(SEXES), len(BANDS)), strict=True))
    head = ("GP_PRAC_PAT_LIST", day, "GP", practice.code, "", practice.postcode)
    yield (*head, "ALL", "ALL", practice.list_size)
    for sex, numbers in by_sex.items():
        yield (*head, sex, "ALL", int(numbers.sum()))
        for band, number in zip(BANDS, numbers, strict=True):
            yield (*head, sex, band, int(number))
