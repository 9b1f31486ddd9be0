"""Records of the synthetic NHS: organisations, areas, QI projects and counts, as frozen dataclasses.

Belongs here: what a thing of the world is, and the vocabularies it is described in. Does not: how it comes about
(places.py, improvement.py, outcomes.py) or how any publisher would print it (datasets/<name>/synthesise.py).

Deprivation 1 is always most deprived. A financial year is named by the calendar year in which it starts.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

EffectKind = Literal["narrows", "widens", "none"]
ProviderKind = Literal["integrated", "acute", "mental_health", "urgent_care_centre", "therapy_service"]
Role = Literal["lead", "participant", "spread"]
Dimension = Literal["all", "deprivation", "ethnicity", "age", "sex"]

DECILES = tuple(str(decile) for decile in range(1, 11))
UNKNOWN = "unknown"


@dataclass(frozen=True)
class EthnicGroup:
    """One of 18 ethnic groups (2021 census list) and the high-level group it belongs to."""

    code: str
    name: str
    high_level: str


ETHNIC_GROUPS = (
    EthnicGroup("white_british", "English, Welsh, Scottish, Northern Irish or British", "White"),
    EthnicGroup("white_irish", "Irish", "White"),
    EthnicGroup("white_gypsy_traveller", "Gypsy or Irish Traveller", "White"),
    EthnicGroup("white_other", "Any other White background", "White"),
    EthnicGroup("mixed_caribbean", "White and Black Caribbean", "Mixed"),
    EthnicGroup("mixed_african", "White and Black African", "Mixed"),
    EthnicGroup("mixed_asian", "White and Asian", "Mixed"),
    EthnicGroup("mixed_other", "Any other Mixed background", "Mixed"),
    EthnicGroup("asian_indian", "Indian", "Asian or Asian British"),
    EthnicGroup("asian_pakistani", "Pakistani", "Asian or Asian British"),
    EthnicGroup("asian_bangladeshi", "Bangladeshi", "Asian or Asian British"),
    EthnicGroup("asian_chinese", "Chinese", "Asian or Asian British"),
    EthnicGroup("asian_other", "Any other Asian background", "Asian or Asian British"),
    EthnicGroup("black_caribbean", "Caribbean", "Black or Black British"),
    EthnicGroup("black_african", "African", "Black or Black British"),
    EthnicGroup("black_other", "Any other Black background", "Black or Black British"),
    EthnicGroup("other_arab", "Arab", "Other ethnic groups"),
    EthnicGroup("other_any", "Any other ethnic group", "Other ethnic groups"),
)
HIGH_LEVEL_GROUPS = ("White", "Mixed", "Asian or Asian British", "Black or Black British", "Other ethnic groups")
ADULT_AGES = ("16 to 17", "18 to 25", "26 to 64", "65 to 74", "75 to 89", "90 and over")
MOTHER_AGES = ("under 20", "20 to 24", "25 to 29", "30 to 34", "35 to 39", "40 to 44", "45 and over")
SEXES = ("female", "male")


@dataclass(frozen=True)
class Region:
    """An NHS England region; ``ons_code`` is the statistical region of the same area."""

    code: str
    gss_code: str
    name: str
    ons_code: str
    ons_name: str


@dataclass(frozen=True)
class Icb:
    """An integrated care board (ODS code, GSS code)."""

    code: str
    gss_code: str
    name: str
    region_code: str


@dataclass(frozen=True)
class FormerIcb:
    """A board that became a part of ``heir_code`` on ``closed_on``; before, half of the heir's providers were its."""

    board: Icb
    heir_code: str
    closed_on: date


@dataclass(frozen=True)
class SubIcb:
    """A sub-ICB location, once a clinical commissioning group."""

    code: str
    gss_code: str
    name: str
    icb_code: str


@dataclass(frozen=True)
class Lad:
    """A local authority district; each lies in one sub-ICB location."""

    code: str
    name: str
    sub_icb_code: str


@dataclass(frozen=True)
class Imd:
    """Standing of an area in one version of the Index of Multiple Deprivation; rank 1, decile 1 are most deprived."""

    version: Literal[2015, 2019, 2025]
    score: float
    rank: int
    decile: int


@dataclass(frozen=True)
class Lsoa:
    """A lower-layer super output area of the 2011 or the 2021 vintage.

    2011 areas carry IMD 2015 and 2019, 2021 areas IMD 2025.
    """

    code: str
    name: str
    vintage: Literal[2011, 2021]
    lad_code: str
    population: int
    imd: tuple[Imd, ...]

    def deprivation(self, version: int) -> Imd:
        """The area's standing in one IMD version; KeyError when the version is of the other vintage."""
        for standing in self.imd:
            if standing.version == version:
                return standing
        raise KeyError(f"{self.code} has no IMD {version}")


@dataclass(frozen=True)
class LsoaChange:
    """What became of a 2011 area in 2021: U unchanged, S split into several, M merged with others."""

    code_2011: str
    code_2021: str
    change: Literal["U", "S", "M"]


@dataclass(frozen=True)
class Provider:
    """An NHS trust or another provider, with its legal dates and the names it has had.

    ``names`` are (from, name), oldest first. ``deprivation_mix`` is the share of its patients by decile 1 … 10 of
    their area of residence. ``size`` scales its volumes around 1. ``is_field_test``: four-hour breaches were not
    published for it until ``World.field_test_ends``.
    """

    code: str
    names: tuple[tuple[date, str], ...]
    kind: ProviderKind
    icb_code: str
    region_code: str
    town: str
    postcode: str
    opened_on: date
    closed_on: date | None
    is_field_test: bool
    size: float
    deprivation_mix: tuple[float, ...]

    @property
    def is_trust(self) -> bool:
        """Whether it stands in the register of NHS trusts."""
        return self.kind in ("integrated", "acute", "mental_health")

    @property
    def has_emergency(self) -> bool:
        """Whether it runs an accident and emergency department of any type."""
        return self.kind in ("integrated", "acute", "urgent_care_centre")

    @property
    def has_maternity(self) -> bool:
        """Whether it runs a maternity unit."""
        return self.kind in ("integrated", "acute")

    @property
    def has_therapy(self) -> bool:
        """Whether it runs a talking-therapies service."""
        return self.kind in ("integrated", "mental_health", "therapy_service")

    @property
    def name(self) -> str:
        """Its last name."""
        return self.names[-1][1]

    def name_on(self, day: date) -> str:
        """The name it bore on ``day`` (its first name before it opened)."""
        borne = [name for since, name in self.names if since <= day]
        return borne[-1] if borne else self.names[0][1]

    def is_open(self, day: date) -> bool:
        """Whether it exists on ``day``; ``closed_on`` is the first day on which it no longer does."""
        return self.opened_on <= day and (self.closed_on is None or day < self.closed_on)


@dataclass(frozen=True)
class Succession:
    """Old code to new code from ``on``, the first day of the successor's responsibility."""

    old_code: str
    new_code: str
    on: date
    relation: Literal["merge", "split", "transfer", "rename"]


@dataclass(frozen=True)
class Pcn:
    """A primary care network."""

    code: str
    name: str
    sub_icb_code: str


@dataclass(frozen=True)
class Practice:
    """A general practice; ``patients`` are (2011 LSOA code, registered people).

    ``imd_score`` is the list-weighted mean of the areas' IMD 2019 scores.
    """

    code: str
    name: str
    postcode: str
    pcn_code: str
    sub_icb_code: str
    patients: tuple[tuple[str, int], ...]
    imd_score: float

    @property
    def list_size(self) -> int:
        """Registered people."""
        return sum(people for _, people in self.patients)


@dataclass(frozen=True)
class EmergencyMonth:
    """A provider's true counts of one month; triples are (type 1, type 2, other department).

    ``breaches_published`` is False for a field-test trust before the test ended: the publisher prints zeros.
    """

    organisation_code: str
    month: date
    attendances: tuple[int, int, int]
    booked: tuple[int, int, int]
    breaches: tuple[int, int, int]
    booked_breaches: tuple[int, int, int]
    waits_4_to_12_hours: int
    waits_over_12_hours: int
    admissions: tuple[int, int, int]
    admissions_not_through_emergency: int
    breaches_published: bool


@dataclass(frozen=True)
class TherapyYear:
    """True counts of people of one provider, financial year, dimension and stratum.

    Strata: ``all``; deprivation ``1`` … ``10``; a code of ETHNIC_GROUPS; ADULT_AGES; SEXES; and ``unknown`` in each
    dimension but ``all``. ``not_at_caseness + at_caseness = finished``; recovery rate = recovery / at_caseness.
    """

    organisation_code: str
    year: int
    dimension: Dimension
    stratum: str
    referrals: int
    finished: int
    not_at_caseness: int
    at_caseness: int
    recovery: int
    reliable_recovery: int
    improvement: int


BirthDimension = Literal[
    "all", "mother_age", "ethnicity", "deprivation", "smoking_at_booking", "gestation", "apgar", "birthweight"
]


@dataclass(frozen=True)
class BirthYear:
    """True count of deliveries or babies of one provider, financial year, dimension and stratum.

    Deliveries by MOTHER_AGES, HIGH_LEVEL_GROUPS, deprivation ``1`` … ``10``, smoking ``smoker``/``non_smoker``; babies
    by gestation in weeks (``27_or_less``, ``28_to_31``, ``32_to_33``, ``34_to_36``, ``37`` … ``42``, ``43_or_more``),
    Apgar ``0 to 6``/``7 to 10`` and birthweight ``under_2500g``/``2500g_or_more``; ``unknown`` in each dimension.
    """

    organisation_code: str
    year: int
    dimension: BirthDimension
    stratum: str
    counts: Literal["deliveries", "babies"]
    count: int


@dataclass(frozen=True)
class ChildAttendances:
    """A&E attendances of a practice's registered children aged 0 to 4 in a financial year, and how many they are."""

    practice_code: str
    year: int
    attendances: int
    population: int


@dataclass(frozen=True)
class LearningDisability:
    """People of all ages on a practice's learning disability register in a financial year, and its list size."""

    practice_code: str
    year: int
    register: int
    list_size: int


@dataclass(frozen=True)
class Equity:
    """How a project relates to inequality, recorded before its outcome is known; ``unknown`` where nobody asked."""

    equity_mode: str
    targeting: str
    target_groups: tuple[str, ...]
    core20plus5_area: str
    stream: str
    agency_demand: str
    digital_dependency: str
    incentive_or_target_driven: str
    disaggregated_baseline: str
    disaggregated_monitoring: str
    patient_involvement: str
    expected_gap_direction: str
    classification_source: str


@dataclass(frozen=True)
class ProjectSite:
    """Where a project works: its role there, and the people and the share of the outcome's denominator it touches."""

    organisation_code: str
    role: Role
    joined_on: date | None
    left_on: date | None
    reach_people: int | None
    reach_share: float | None
    reach_basis: Literal["counted", "estimated", "whole_organisation", "unknown"]


Outcome = Literal["therapy_recovery", "emergency_four_hours", "births", "child_attendances", "learning_disability"]


@dataclass(frozen=True)
class ProjectMeasure:
    """An outcome of the world that a project means to move, with its team's own baseline and target in per cent."""

    outcome: Outcome
    role: Literal["outcome", "process", "balancing", "structure", "experience"]
    direction: Literal["higher", "lower", "none"]
    baseline: float | None
    target: float | None
    is_primary: bool


@dataclass(frozen=True)
class Project:
    """A quality-improvement project as its register shows it; what it really does is in PlantedEffect."""

    ref: str
    title: str
    activity_type: str
    status: str
    method: str
    scope: str
    setting: str
    specialty: str
    topic: str
    registered_on: date
    implemented_on: date
    implemented_precision: Literal["day", "month", "quarter", "financial_year"]
    ended_on: date | None
    ended_precision: Literal["day", "month", "unknown"]
    end_date_basis: Literal["actual", "planned", "imputed_last_activity", "open"]
    self_reported_result: str
    equity: Equity
    sites: tuple[ProjectSite, ...]
    measures: tuple[ProjectMeasure, ...]


@dataclass(frozen=True)
class PlantedEffect:
    """Truth for tests of recovery: what a project does to the therapy recovery rate at one organisation.

    ``points`` are added to the recovery rate in ``deciles`` (1 most deprived) from ``starts_on`` on; kind ``none`` adds
    nothing. Only projects on talking therapies have one.
    """

    organisation_code: str
    project_ref: str
    kind: EffectKind
    points: float
    deciles: tuple[int, ...]
    starts_on: date
