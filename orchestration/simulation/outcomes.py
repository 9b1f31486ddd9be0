"""Count what happens in the synthetic NHS: emergency care, talking therapies, births, children, learning disability.

Belongs here: true, exact counts from a seed, with seasonality, the pandemic, gradients and planted effects. Does not:
rounding, suppression or what a publisher leaves out (datasets/<name>/synthesise.py).

Rates are built on the logit scale: an average, a provider's own level (SD 0.3), a deviation over time (autoregressive
of order one) and, for therapy, a deprivation gradient of fifteen points and the planted effects in points.
"""

from collections.abc import Sequence
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt

from orchestration.simulation.records import (
    ADULT_AGES,
    DECILES,
    ETHNIC_GROUPS,
    HIGH_LEVEL_GROUPS,
    MOTHER_AGES,
    SEXES,
    UNKNOWN,
    BirthDimension,
    BirthYear,
    ChildAttendances,
    Dimension,
    EmergencyMonth,
    LearningDisability,
    PlantedEffect,
    Practice,
    Provider,
    Succession,
    TherapyYear,
)

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

PANDEMIC_YEAR = 2020
PROVIDER_SD = 0.3
AUTOCORRELATION = 0.6
SEASONAL_AMPLITUDE = 0.4
GRADIENT = (0.42, 0.57)
UNKNOWN_SHARE = 0.04
IMD_MEAN, IMD_SPREAD = 21.0, 15.0

ETHNIC_SHARES = (62, 1, 0.2, 8, 1.2, 0.6, 0.8, 1, 3, 3.2, 1.4, 0.6, 1.8, 1.6, 2.2, 0.6, 0.5, 1.8, 8.5)
ETHNIC_ODDS = (
    1.06,
    1.0,
    0.75,
    1.0,
    0.88,
    0.92,
    0.95,
    0.92,
    1.0,
    0.82,
    0.8,
    0.95,
    0.92,
    0.9,
    0.95,
    0.88,
    0.8,
    0.88,
    0.95,
)
AGE_SHARES = (2, 22, 66, 6, 3, 0.4, 0.6)
AGE_ODDS = (0.8, 0.9, 1.0, 1.35, 1.3, 1.1, 0.95)
SEX_SHARES = (65, 33.5, 1.5)
SEX_ODDS = (1.0, 1.0, 0.9)

BIRTH_SHARES: dict[BirthDimension, tuple[Literal["deliveries", "babies"], tuple[str, ...], tuple[float, ...]]] = {
    "mother_age": ("deliveries", (*MOTHER_AGES, UNKNOWN), (2.7, 12, 25, 33, 21, 5, 0.6, 0.7)),
    "ethnicity": ("deliveries", (*HIGH_LEVEL_GROUPS, UNKNOWN), (68, 2.5, 13, 5, 4, 7.5)),
    "smoking_at_booking": ("deliveries", ("smoker", "non_smoker", UNKNOWN), (11, 85, 4)),
    "gestation": (
        "babies",
        ("27_or_less", "28_to_31", "32_to_33", "34_to_36", "37", "38", "39", "40", "41", "42", "43_or_more", UNKNOWN),
        (0.4, 0.8, 1.0, 5.2, 9, 17, 27, 22, 13, 1.6, 0.1, 2.9),
    ),
    "apgar": ("babies", ("0 to 6", "7 to 10", UNKNOWN), (1.3, 92, 6.7)),
    "birthweight": ("babies", ("under_2500g", "2500g_or_more", UNKNOWN), (2.6, 90, 7.4)),
}


def _logit(rate: Floats | float) -> Floats:
    return np.asarray(np.log(rate) - np.log1p(-np.asarray(rate)), dtype=np.float64)


def _expit(level: Floats | float) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.asarray(level))), dtype=np.float64)


def _autoregressive(rng: np.random.Generator, length: int, spread: float) -> Floats:
    """A stationary series with standard deviation ``spread`` and lag-one correlation AUTOCORRELATION."""
    shocks = rng.normal(0, spread * np.sqrt(1 - AUTOCORRELATION**2), length)
    series = np.empty(length)
    last = rng.normal(0, spread)
    for at in range(length):
        last = AUTOCORRELATION * last + shocks[at]
        series[at] = last
    return series


def _size_on(provider: Provider, day: date, providers: Sequence[Provider], successions: Sequence[Succession]) -> float:
    """Size of a provider with those that it has taken over by ``day``; 0 when it is not open."""
    if not provider.is_open(day):
        return 0.0
    sizes = {other.code: other.size for other in providers}
    taken = [change.old_code for change in successions if change.new_code == provider.code and change.on <= day]
    return provider.size + sum(sizes[code] for code in taken)


def _year_end(year: int) -> date:
    return date(year + 1, 3, 31)


def emergency_months(
    seed: int,
    providers: Sequence[Provider],
    successions: Sequence[Succession],
    months: Sequence[date],
    field_test_ends: date,
) -> tuple[EmergencyMonth, ...]:
    """Counts by provider and month: winter raises four-hour breaches by SEASONAL_AMPLITUDE on the logit scale."""
    rows = []
    for index, provider in enumerate(providers):
        if not provider.has_emergency:
            continue
        rng = np.random.default_rng([seed, 10, index])
        own = rng.normal(0, PROVIDER_SD) + _autoregressive(rng, len(months), 0.12)
        has_type_2 = provider.kind == "acute"
        for at, month in enumerate(months):
            size = _size_on(provider, month, providers, successions)
            if size:
                published = not (provider.is_field_test and month < field_test_ends)
                rows.append(_emergency_month(rng, provider, month, size, float(own[at]), has_type_2, published))
    return tuple(rows)


def _emergency_month(
    rng: np.random.Generator,
    provider: Provider,
    month: date,
    size: float,
    own: float,
    has_type_2: bool,
    published: bool,
) -> EmergencyMonth:
    """One month of one provider; an urgent care centre has other attendances only."""
    season = float(np.cos(2 * np.pi * (month.month - 1) / 12))
    demand = (0.85 if month < date(2021, 6, 1) else 1.0) * (1 + 0.03 * (month.year - 2021)) * (1 - 0.02 * season)
    major = 0 if provider.kind == "urgent_care_centre" else 1
    means = np.array([9000 * major, 700 * major * has_type_2, 3500]) * size * demand
    attendances = rng.poisson(means)
    booked = rng.binomial(attendances, [0.01, 0.01, 0.06])
    climb = 0.45 * min(1.0, max(0.0, (month - date(2021, 4, 1)).days / 540))
    level = -0.55 + own + SEASONAL_AMPLITUDE * season + climb
    rates = _expit(np.array([level, level - 1.8, level - 3.2]))
    breaches = rng.binomial(attendances, rates)
    booked_breaches = np.minimum(rng.binomial(booked, rates * 0.3), breaches)
    admissions = rng.binomial(attendances, [0.29, 0.03, 0.006])
    waits = rng.binomial(admissions[0], _expit(level - 0.9))
    long_waits = rng.binomial(waits, float(_expit(level - 0.8)))
    return EmergencyMonth(
        organisation_code=provider.code,
        month=month,
        attendances=_triple(attendances),
        booked=_triple(booked),
        breaches=_triple(breaches),
        booked_breaches=_triple(booked_breaches),
        waits_4_to_12_hours=int(waits - long_waits),
        waits_over_12_hours=int(long_waits),
        admissions=_triple(admissions),
        admissions_not_through_emergency=int(rng.poisson(900 * size)) * major,
        breaches_published=published,
    )


def _triple(values: Integers) -> tuple[int, int, int]:
    first, second, third = (int(value) for value in values)
    return first, second, third


def therapy_years(
    seed: int,
    providers: Sequence[Provider],
    successions: Sequence[Succession],
    years: Sequence[int],
    effects: Sequence[PlantedEffect],
) -> tuple[TherapyYear, ...]:
    """Counts by provider, year, dimension and stratum; deprivation is drawn first, the others share its totals."""
    rows: list[TherapyYear] = []
    for index, provider in enumerate(providers):
        if not provider.has_therapy:
            continue
        rng = np.random.default_rng([seed, 24, index])
        own = rng.normal(0, PROVIDER_SD) + _autoregressive(rng, len(years), 0.06)
        planted = [effect for effect in effects if effect.organisation_code == provider.code]
        shares = {
            "ethnicity": _varied(rng, ETHNIC_SHARES),
            "age": _varied(rng, AGE_SHARES),
            "sex": _varied(rng, SEX_SHARES),
        }
        for at, year in enumerate(years):
            size = _size_on(provider, _year_end(year), providers, successions)
            if size:
                rows += _therapy_year(rng, provider, year, size, float(own[at]), planted, shares)
    return tuple(rows)


def _varied(rng: np.random.Generator, shares: Sequence[float]) -> Floats:
    """Shares of one provider around the average ones."""
    weights = np.asarray(shares) * rng.gamma(20, 1 / 20, len(shares))
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _therapy_year(
    rng: np.random.Generator,
    provider: Provider,
    year: int,
    size: float,
    own: float,
    planted: Sequence[PlantedEffect],
    shares: dict[str, Floats],
) -> list[TherapyYear]:
    """All rows of one provider and year."""
    by_decile = _therapy_by_decile(rng, provider, year, size, own, planted)
    totals = by_decile.sum(axis=1)
    rows = [_therapy_row(provider.code, year, "all", "all", totals)]
    rows += _therapy_rows(provider.code, year, "deprivation", (*DECILES, UNKNOWN), by_decile)
    codes = (*(group.code for group in ETHNIC_GROUPS), UNKNOWN)
    splits: tuple[tuple[Dimension, tuple[str, ...], tuple[float, ...]], ...] = (
        ("ethnicity", codes, ETHNIC_ODDS),
        ("age", (*ADULT_AGES, UNKNOWN), AGE_ODDS),
        ("sex", (*SEXES, UNKNOWN), SEX_ODDS),
    )
    for dimension, strata, odds in splits:
        counts = _therapy_split(rng, totals, shares[dimension], np.asarray(odds))
        rows += _therapy_rows(provider.code, year, dimension, strata, counts)
    return rows


def _therapy_by_decile(
    rng: np.random.Generator,
    provider: Provider,
    year: int,
    size: float,
    own: float,
    planted: Sequence[PlantedEffect],
) -> Integers:
    """Seven counts × eleven strata (deciles 1 … 10, unknown), in the order of ``_therapy_row``."""
    pandemic = year == PANDEMIC_YEAR
    volume = 3200 * size * (1 + 0.03 * (year - 2017)) * (0.7 if pandemic else 1.0)
    mix = np.append(np.asarray(provider.deprivation_mix) * (1 - UNKNOWN_SHARE), UNKNOWN_SHARE)
    finished = rng.poisson(volume * mix)
    referrals = finished + rng.poisson(volume * 1.7 * mix)
    not_at_caseness = rng.binomial(finished, 0.09)
    at_caseness = finished - not_at_caseness
    recovery = rng.binomial(at_caseness, _recovery_rates(year, own, planted))
    reliable = rng.binomial(recovery, 0.95)
    improvement = reliable + rng.binomial(finished - reliable, 0.42)
    return np.stack([referrals, finished, not_at_caseness, at_caseness, recovery, reliable, improvement])


def _recovery_rates(year: int, own: float, planted: Sequence[PlantedEffect]) -> Floats:
    """True recovery rate by decile 1 … 10 and unknown, planted effects added in points."""
    gradient = np.append(np.linspace(*GRADIENT, 10), 0.48)
    rates = _expit(_logit(gradient) + own - (0.1 if year == PANDEMIC_YEAR else 0.0))
    for effect in planted:
        if date(year, 4, 1) >= effect.starts_on:
            for decile in effect.deciles:
                rates[decile - 1] += effect.points / 100
    return np.clip(rates, 0.01, 0.99)


def _therapy_split(rng: np.random.Generator, totals: Integers, shares: Floats, odds: Floats) -> Integers:
    """Split seven totals over strata so that every stratum's counts are nested as the totals are."""
    referrals, finished, _, at_caseness, recovery, reliable, improvement = (int(total) for total in totals)
    even = np.ones_like(shares)
    all_referred = rng.multinomial(referrals, shares)
    all_finished = _drawn(rng, finished, all_referred, even)
    all_cases = _drawn(rng, at_caseness, all_finished, even)
    recovered = _drawn(rng, recovery, all_cases, odds)
    reliably = _drawn(rng, reliable, recovered, even)
    improved = reliably + _drawn(rng, improvement - reliable, all_finished - reliably, odds)
    return np.stack([all_referred, all_finished, all_finished - all_cases, all_cases, recovered, reliably, improved])


def _drawn(rng: np.random.Generator, total: int, capacity: Integers, weights: Floats) -> Integers:
    """``total`` people over strata with at most ``capacity`` in each, more often where ``weights`` are higher."""
    room = int(capacity.sum())
    if total >= room:
        return capacity.copy()
    chance = np.clip(total / room * weights * room / float((capacity * weights).sum()), 0, 1)
    drawn = rng.binomial(capacity, chance)
    short = total - int(drawn.sum())
    if short > 0:
        drawn = drawn + rng.multivariate_hypergeometric(capacity - drawn, short)
    elif short < 0:
        drawn = drawn - rng.multivariate_hypergeometric(drawn, -short)
    return np.asarray(drawn, dtype=np.int64)


def _therapy_rows(
    code: str, year: int, dimension: Dimension, strata: Sequence[str], counts: Integers
) -> list[TherapyYear]:
    return [_therapy_row(code, year, dimension, stratum, counts[:, at]) for at, stratum in enumerate(strata)]


def _therapy_row(code: str, year: int, dimension: Dimension, stratum: str, counts: Integers) -> TherapyYear:
    referrals, finished, not_at_caseness, at_caseness, recovery, reliable, improvement = (
        int(count) for count in counts
    )
    return TherapyYear(
        organisation_code=code,
        year=year,
        dimension=dimension,
        stratum=stratum,
        referrals=referrals,
        finished=finished,
        not_at_caseness=not_at_caseness,
        at_caseness=at_caseness,
        recovery=recovery,
        reliable_recovery=reliable,
        improvement=improvement,
    )


def births(
    seed: int, providers: Sequence[Provider], successions: Sequence[Succession], years: Sequence[int]
) -> tuple[BirthYear, ...]:
    """Deliveries and babies by provider, year, dimension and stratum: distributions, not rates within a stratum."""
    rows: list[BirthYear] = []
    for index, provider in enumerate(providers):
        if not provider.has_maternity:
            continue
        rng = np.random.default_rng([seed, 30, index])
        shares = {dimension: _varied(rng, average) for dimension, (_, _, average) in BIRTH_SHARES.items()}
        for year in years:
            size = _size_on(provider, _year_end(year), providers, successions)
            if size:
                rows += _births_of(rng, provider, year, size, shares)
    return tuple(rows)


def _births_of(
    rng: np.random.Generator, provider: Provider, year: int, size: float, shares: dict[BirthDimension, Floats]
) -> list[BirthYear]:
    """All rows of one provider and year; about three deliveries in two hundred are of twins."""
    deliveries = int(rng.poisson(4200 * size * (1 - 0.01 * (year - 2017))))
    totals = {"deliveries": deliveries, "babies": deliveries + int(rng.binomial(deliveries, 0.015))}
    rows = [
        BirthYear(provider.code, year, "all", "all", "deliveries", totals["deliveries"]),
        BirthYear(provider.code, year, "all", "all", "babies", totals["babies"]),
    ]
    mix = np.append(np.asarray(provider.deprivation_mix) * (1 - UNKNOWN_SHARE), UNKNOWN_SHARE)
    for stratum, count in zip((*DECILES, UNKNOWN), rng.multinomial(deliveries, mix), strict=True):
        rows.append(BirthYear(provider.code, year, "deprivation", stratum, "deliveries", int(count)))
    for dimension, (counted, strata, _) in BIRTH_SHARES.items():
        for stratum, count in zip(strata, rng.multinomial(totals[counted], shares[dimension]), strict=True):
            rows.append(BirthYear(provider.code, year, dimension, stratum, counted, int(count)))
    return rows


def child_attendances(seed: int, practices: Sequence[Practice], years: Sequence[int]) -> tuple[ChildAttendances, ...]:
    """Attendances per child rise with the practice's deprivation score and fall by a third in the pandemic year."""
    rows = []
    for index, practice in enumerate(practices):
        rng = np.random.default_rng([seed, 40, index])
        own = rng.normal(0, 0.15)
        for year in years:
            population = max(1, int(rng.poisson(practice.list_size * 0.054)))
            level = np.log(0.7) + own + 0.15 * _standing(practice) - (0.4 if year == PANDEMIC_YEAR else 0.0)
            rows.append(ChildAttendances(practice.code, year, int(rng.poisson(population * np.exp(level))), population))
    return tuple(rows)


def learning_disability(
    seed: int, practices: Sequence[Practice], years: Sequence[int]
) -> tuple[LearningDisability, ...]:
    """People on the register; prevalence about half a per cent, higher where the practice is more deprived."""
    rows = []
    for index, practice in enumerate(practices):
        rng = np.random.default_rng([seed, 50, index])
        level = _logit(0.0052) + rng.normal(0, 0.25) + 0.12 * _standing(practice)
        for year in years:
            people = int(rng.poisson(practice.list_size * (1 + 0.005 * (year - years[0]))))
            rate = float(_expit(level + 0.02 * (year - years[0])))
            rows.append(LearningDisability(practice.code, year, int(rng.binomial(people, rate)), people))
    return tuple(rows)


def _standing(practice: Practice) -> float:
    """Deprivation score of a practice in standard deviations from the middle."""
    return (practice.imd_score - IMD_MEAN) / IMD_SPREAD
