"""Print outcomes that simulated teams count themselves in Evenhand's template, two worked examples of gaps among them.

Belongs here: the measures, their groups and counts. Does not: protecting counts (dbt) or the projects that aim at the
measures (the simulation; `starts_on` and `organisations_of` tell when and where).

The worked examples: 87 of 100 people are of group A, 13 of group B, twelve months before and after a change. Overall
both gain 15.4 points. A goes from 60 to 78 %; B from 50 to 48 %, so that the gap widens, or from 90 to 88 %, so that it
narrows although B lost. Source: arithmetic on an example of the Institute for Healthcare Improvement (more people
screened overall, fewer in one group); shares and baselines are our own.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.records import sheet_title, template_cells
from orchestration.datasets.writing import xlsx
from orchestration.simulation.records import HIGH_LEVEL_GROUPS
from orchestration.simulation.world import World

Row = Mapping[str, object]

INBOX = "inbox"
MONTHS = 24
UPTAKE = "local_cervical_screening_reminder_uptake"
SHARES_OF_GROUPS = (0.7, 0.04, 0.12, 0.09, 0.05)
GROUP_EFFECTS = (0.0, -0.03, -0.06, -0.05, -0.04)
QUINTILES = 5
INVITED = 1_000
SCHEME = "imd2019_lsoa2011_quintile"


@dataclass(frozen=True)
class Example:
    """A worked example: per cent of group A and B before and after a change that comes after twelve months."""

    measure_id: str
    title: str
    group_a: tuple[int, int]
    group_b: tuple[int, int]


PEOPLE_A, PEOPLE_B = 21_750, 3_250  # 87 to 13; every count of the examples is a multiple of 5
EXAMPLES = (
    Example("local_screening_gap_widens", "SYNTHETIC worked example: gap widens", (60, 78), (50, 48)),
    Example("local_screening_gap_narrows", "SYNTHETIC worked example: gap narrows", (60, 78), (90, 88)),
)


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """One workbook: reminders at two trusts by ethnic group and deprivation, and a worked example at each of two."""
    spec = dataset_spec("local_outcomes")
    rows = {"measures": _measures(), "outcomes": [*_uptake(world), *_examples(world)]}
    sheets = {sheet_title(entity): template_cells(entity, rows[entity.name]) for entity in spec.entities}
    day = world.months[-1] + timedelta(days=90)
    yield SyntheticFile("SYNTHETIC-local-outcomes.xlsx", xlsx(sheets), INBOX, "Local outcomes", day)


def starts_on(world: World) -> date:
    """First day of the second twelve months: when the change of the worked examples came into use."""
    return months_of(world)[MONTHS // 2]


def months_of(world: World) -> tuple[date, ...]:
    """First days of the 24 months that end with the world's last."""
    last = world.months[-1]
    counted = [last.year * 12 + last.month - 1 - back for back in range(MONTHS - 1, -1, -1)]
    return tuple(date(month // 12, month % 12 + 1, 1) for month in counted)


def organisations_of(world: World) -> dict[str, tuple[str, ...]]:
    """Organisations by measure: two trusts for the reminders, one for each worked example."""
    codes = [trust.code for trust in world.trusts if trust.closed_on is None and trust.opened_on < months_of(world)[0]]
    return {UPTAKE: tuple(codes[:2]), **{example.measure_id: (codes[2 + at],) for at, example in enumerate(EXAMPLES)}}


def _measures() -> list[Row]:
    described = {
        "unit": "percent",
        "direction": "higher",
        "role": "process",
        "nature": "flow",
        "quality_theme": "outcomes",
        "clinical_topic": "unknown",
    }
    reminders: Row = {
        "measure_id": UPTAKE,
        "title": "SYNTHETIC cervical screening reminder uptake",
        "numerator": "People who were screened within three months of the reminder",
        "denominator": "People who were sent a reminder in the month",
        "margin_overall": 2,
        **described,
    }
    return [
        reminders,
        *[
            {
                "measure_id": example.measure_id,
                "title": example.title,
                "numerator": "People who were screened",
                "denominator": "People who were invited in the month",
                **described,
            }
            for example in EXAMPLES
        ],
    ]


def _uptake(world: World) -> Iterator[Row]:
    """Reminders by ethnic group and deprivation; only the first trust gives its whole too."""
    rng = np.random.default_rng([world.seed, 41])
    first, second = organisations_of(world)[UPTAKE]
    for month in months_of(world):
        for code in (first, second):
            by_fifth = [rng.binomial(INVITED, 0.52 + 0.03 * fifth) for fifth in range(QUINTILES)]
            whole = sum(int(count) for count in by_fifth)
            if code == first:
                yield _row(UPTAKE, code, month, "all", "all", whole, QUINTILES * INVITED)
            for fifth, count in enumerate(by_fifth, start=1):
                yield _row(UPTAKE, code, month, "deprivation", str(fifth), int(count), INVITED)
            for group, share, effect in zip(HIGH_LEVEL_GROUPS, SHARES_OF_GROUPS, GROUP_EFFECTS, strict=True):
                invited = round(QUINTILES * INVITED * share)
                count = int(rng.binomial(invited, 0.6 + effect))
                yield _row(UPTAKE, code, month, "ethnicity", group, count, invited)


def _examples(world: World) -> Iterator[Row]:
    for example in EXAMPLES:
        (code,) = organisations_of(world)[example.measure_id]
        for at, month in enumerate(months_of(world)):
            after = at >= MONTHS // 2
            a = PEOPLE_A * example.group_a[after] // 100
            b = PEOPLE_B * example.group_b[after] // 100
            yield _row(example.measure_id, code, month, "all", "all", a + b, PEOPLE_A + PEOPLE_B)
            yield _row(example.measure_id, code, month, "ethnicity", "Group A", a, PEOPLE_A)
            yield _row(example.measure_id, code, month, "ethnicity", "Group B", b, PEOPLE_B)


def _row(
    measure_id: str, code: str, month: date, dimension: str, stratum: str, numerator: int, denominator: int
) -> Row:
    """One row of a calendar month."""
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return {
        "measure_id": measure_id,
        "organisation_code": code,
        "period_start": month,
        "period_end": following - timedelta(days=1),
        "stratum_dimension": dimension,
        "stratum": stratum,
        "stratum_scheme": SCHEME if dimension == "deprivation" else None,
        "numerator": numerator,
        "denominator": denominator,
    }
