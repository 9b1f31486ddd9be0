"""Make the areas, the providers and the practices of the synthetic NHS.

Belongs here: geography, deprivation, organisations with their mergers and names, from a seed. Does not: what happens
there (outcomes.py, improvement.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

import numpy as np

from orchestration.simulation.records import (
    FormerIcb,
    Icb,
    Imd,
    Lad,
    Lsoa,
    LsoaChange,
    Pcn,
    Practice,
    Provider,
    ProviderKind,
    Region,
    SubIcb,
    Succession,
)

FIELD_TEST_ENDS = date(2023, 6, 1)
RENAMED_ON = date(2023, 1, 1)
BOARD_MERGED_ON = date(2023, 4, 1)
NEW_TRUST_ON = date(2022, 7, 1)
FOUNDED = (date(2001, 4, 1), date(2005, 4, 1), date(2009, 1, 1), date(2012, 10, 1), date(2016, 4, 1))
IMD_2015: Final = 2015
IMD_2019: Final = 2019
IMD_2025: Final = 2025
FIELD_TEST_SHARE = 0.14
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SYNTHETIC = "(SYNTHETIC)"

STEMS = ("Vell", "Quern", "Ostre", "Thrask", "Dunmar", "Yeld", "Brinza", "Corvel", "Marlo", "Fenquil", "Hesk", "Pruve")
ENDINGS = ("mere", "holt", "wick", "stoke", "haven", "combe", "thorpe", "ford")


@dataclass(frozen=True)
class Size:
    """How much of everything a world has; mergers are (kind of both trusts, index of the new one in it, date)."""

    regions: int
    icbs: int
    sub_icbs: int
    lads: int
    lsoas_per_lad: int
    lsoa_splits: int
    lsoa_merges: int
    integrated: int
    acute: int
    mental_health: int
    urgent_care_centres: int
    therapy_services: int
    mergers: tuple[tuple[Literal["integrated", "acute"], int, date], ...]
    practices: int
    years: tuple[int, ...]
    months: tuple[date, ...]
    projects: int
    narrowing: int
    widening: int
    without_effect: int


def _months(first: date, count: int) -> tuple[date, ...]:
    """``count`` first days of months from ``first`` on."""
    at = [first.month - 1 + index for index in range(count)]
    return tuple(date(first.year + index // 12, index % 12 + 1, 1) for index in at)


SIZES = {
    "demo": Size(
        regions=2, icbs=4, sub_icbs=6, lads=12, lsoas_per_lad=50, lsoa_splits=14, lsoa_merges=4,
        integrated=14, acute=4, mental_health=10, urgent_care_centres=3, therapy_services=10,
        mergers=(
            ("acute", 0, date(2021, 10, 1)), ("acute", 1, date(2022, 4, 1)), ("integrated", 1, date(2023, 4, 1)),
        ),
        practices=160, years=tuple(range(2017, 2025)), months=_months(date(2021, 4, 1), 48),
        projects=60, narrowing=8, widening=8, without_effect=5,
    ),
    "small": Size(
        regions=2, icbs=2, sub_icbs=2, lads=4, lsoas_per_lad=30, lsoa_splits=4, lsoa_merges=4,
        integrated=6, acute=2, mental_health=4, urgent_care_centres=1, therapy_services=3,
        mergers=(("acute", 0, date(2023, 1, 1)), ("integrated", 1, date(2023, 4, 1))),
        practices=40, years=tuple(range(2021, 2025)), months=_months(date(2022, 10, 1), 12),
        projects=20, narrowing=3, widening=3, without_effect=2,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Areas:
    """Administrative and statistical areas."""

    regions: tuple[Region, ...]
    icbs: tuple[Icb, ...]
    former_icbs: tuple[FormerIcb, ...]
    sub_icbs: tuple[SubIcb, ...]
    lads: tuple[Lad, ...]
    lsoas_2011: tuple[Lsoa, ...]
    lsoas_2021: tuple[Lsoa, ...]
    changes: tuple[LsoaChange, ...]


@dataclass(frozen=True)
class Organisations:
    """Providers, closed ones among them, and what became of those."""

    providers: tuple[Provider, ...]
    successions: tuple[Succession, ...]


@dataclass(frozen=True)
class Practices:
    """Practices and their networks."""

    pcns: tuple[Pcn, ...]
    practices: tuple[Practice, ...]


def make_areas(seed: int, size: Size) -> Areas:
    """Regions down to LSOAs of both vintages, with three versions of the Index of Multiple Deprivation."""
    rng = np.random.default_rng([seed, 1])
    regions = tuple(
        Region(
            f"Y9{i}",
            f"E4099000{i}",
            f"Synthetic Region {i} {SYNTHETIC}",
            f"E1299000{i}",
            f"Synthetic Area {i} {SYNTHETIC}",
        )
        for i in range(1, size.regions + 1)
    )
    icbs = tuple(
        Icb(
            f"QZ{i + 1}", f"E5499000{i + 1}", f"NHS Synthetic Board {i + 1} {SYNTHETIC}", regions[i % len(regions)].code
        )
        for i in range(size.icbs)
    )
    sub_icbs = tuple(
        SubIcb(
            f"9Z{i + 1}", f"E3899000{i + 1}", f"NHS Synthetic Location {i + 1} {SYNTHETIC}", icbs[i % len(icbs)].code
        )
        for i in range(size.sub_icbs)
    )
    lads = tuple(
        Lad(f"E07990{i + 1:03}", f"SYNTHETIC District {i + 1:02}", sub_icbs[i % len(sub_icbs)].code)
        for i in range(size.lads)
    )
    lsoas_2011 = _lsoas_2011(rng, size, lads)
    lsoas_2021, changes = _lsoas_2021(rng, size, lsoas_2011)
    heir = icbs[0]
    merged = Icb("QZ9", "E54990009", f"NHS Synthetic Board 9 {SYNTHETIC}", heir.region_code)
    former = (FormerIcb(merged, heir.code, BOARD_MERGED_ON),)
    return Areas(regions, icbs, former, sub_icbs, lads, lsoas_2011, lsoas_2021, changes)


def _lsoas_2011(rng: np.random.Generator, size: Size, lads: Sequence[Lad]) -> tuple[Lsoa, ...]:
    """LSOAs of 2011; within a district neighbours are alike, districts differ."""
    each = size.lsoas_per_lad
    district = np.linspace(-0.4, 0.4, len(lads))[rng.permutation(len(lads))]
    level = np.concatenate([3.0 + shift + np.sort(rng.normal(0, 0.55, each)) for shift in district])
    older = _scores(level + rng.normal(0, 0.08, level.size))
    newer = _scores(level + rng.normal(0, 0.08, level.size))
    population = rng.integers(1100, 2300, level.size)
    codes = [f"E0199{index + 1:04}" for index in range(level.size)]
    standings = zip(_ranked(older, codes, IMD_2015), _ranked(newer, codes, IMD_2019), strict=True)
    return tuple(
        Lsoa(code, _lsoa_name(lads[at // each], at % each), 2011, lads[at // each].code, int(population[at]), imd)
        for at, (code, imd) in enumerate(zip(codes, standings, strict=True))
    )


def _lsoa_name(lad: Lad, index: int) -> str:
    """'SYNTHETIC District 01 003B': five areas in a middle-layer area."""
    return f"{lad.name} {index // 5 + 1:03}{LETTERS[index % 5]}"


def _lsoas_2021(
    rng: np.random.Generator, size: Size, before: Sequence[Lsoa]
) -> tuple[tuple[Lsoa, ...], tuple[LsoaChange, ...]]:
    """LSOAs of 2021: some of 2011 are split in two, some pairs of neighbours merged, the others keep their code."""
    pairs = len(before) // 2
    chosen = rng.permutation(pairs)[: size.lsoa_splits + size.lsoa_merges]
    merged = {int(pair) * 2 for pair in chosen[: size.lsoa_merges]}
    split = {int(pair) * 2 for pair in chosen[size.lsoa_merges :]}
    fresh = (f"E0199{9000 + number}" for number in range(1, 999))
    drafts: list[tuple[str, str, str, int, float]] = []
    changes: list[LsoaChange] = []
    for at, area in enumerate(before):
        score = area.deprivation(IMD_2019).score
        if at in split:
            for half, share in (("F", 0.5), ("G", 0.5)):
                code = next(fresh)
                drafts.append((code, f"{area.name[:-1]}{half}", area.lad_code, int(area.population * share), score))
                changes.append(LsoaChange(area.code, code, "S"))
        elif at in merged:
            other = before[at + 1]
            code = next(fresh)
            both = area.population + other.population
            drafts.append(
                (code, f"{area.name[:-1]}H", area.lad_code, both, (score + other.deprivation(IMD_2019).score) / 2)
            )
            changes += [LsoaChange(area.code, code, "M"), LsoaChange(other.code, code, "M")]
        elif at - 1 not in merged:
            drafts.append((area.code, area.name, area.lad_code, area.population, score))
            changes.append(LsoaChange(area.code, area.code, "U"))
    codes = [draft[0] for draft in drafts]
    scores = _scores(np.log([draft[4] for draft in drafts]) + rng.normal(0, 0.18, len(drafts)))
    lsoas = tuple(
        Lsoa(code, name, 2021, lad, people, (imd,))
        for (code, name, lad, people, _), imd in zip(drafts, _ranked(scores, codes, IMD_2025), strict=True)
    )
    return lsoas, tuple(changes)


def _scores(level: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> list[float]:
    """IMD scores of logarithmic ``level``, to three decimals, at most 95."""
    return [round(float(score), 3) for score in np.clip(np.exp(level), 0.5, 95)]


def _ranked(scores: Sequence[float], codes: Sequence[str], version: Literal[2015, 2019, 2025]) -> list[Imd]:
    """Standing of each area: rank 1 has the highest score, ties by code; deciles hold equal numbers of areas."""
    order = sorted(range(len(scores)), key=lambda at: (-scores[at], codes[at]))
    standings: list[Imd | None] = [None] * len(scores)
    for rank, at in enumerate(order, start=1):
        standings[at] = Imd(version, scores[at], rank, -(-rank * 10 // len(scores)))
    return [standing for standing in standings if standing is not None]


def make_organisations(seed: int, size: Size, areas: Areas) -> Organisations:
    """Trusts (with mergers, one rename, field-test trusts), urgent care centres and other therapy services."""
    rng = np.random.default_rng([seed, 2])
    towns = _towns(rng)
    codes = (f"Z{LETTERS[index // 9]}{index % 9 + 1}" for index in range(200))
    counts: dict[ProviderKind, int] = {
        "integrated": size.integrated,
        "acute": size.acute,
        "mental_health": size.mental_health,
    }
    trusts = [
        _trust(rng, next(codes), kind, next(towns), areas, index)
        for kind, count in counts.items()
        for index in range(count)
    ]
    lasting = _with_newcomer(_with_field_tests(_with_rename(trusts)))
    closed, successions = [], []
    for kind, index, on in size.mergers:
        heir = [trust for trust in lasting if trust.kind == kind][index]
        old = _trust(rng, next(codes), kind, next(towns), areas, index, closed_on=on, icb_code=heir.icb_code)
        closed.append(old)
        successions.append(Succession(old.code, heir.code, on, "merge"))
    others = [
        _other(rng, f"ZY{9001 + n}", "urgent_care_centre", next(towns), areas) for n in range(size.urgent_care_centres)
    ]
    others += [_other(rng, f"ZT{101 + n}", "therapy_service", next(towns), areas) for n in range(size.therapy_services)]
    return Organisations((*lasting, *closed, *others), tuple(successions))


def _towns(rng: np.random.Generator) -> Iterator[str]:
    """Invented place names, each once."""
    names = [f"{stem}{ending}" for stem in STEMS for ending in ENDINGS]
    return (names[at] for at in rng.permutation(len(names)))


def _trust(
    rng: np.random.Generator,
    code: str,
    kind: ProviderKind,
    town: str,
    areas: Areas,
    index: int,
    *,
    closed_on: date | None = None,
    icb_code: str | None = None,
) -> Provider:
    """A trust; odd ones are foundation trusts."""
    what = {"integrated": "CARE AND HOSPITALS", "acute": "HOSPITALS", "mental_health": "MENTAL HEALTH"}[kind]
    form = "NHS FOUNDATION TRUST" if index % 2 else "NHS TRUST"
    name = f"{town.upper()} {what} {form} {SYNTHETIC}"
    return _provider(rng, code, kind, name, town, areas, closed_on=closed_on, icb_code=icb_code)


def _other(rng: np.random.Generator, code: str, kind: ProviderKind, town: str, areas: Areas) -> Provider:
    """A provider that is no trust."""
    what = {"urgent_care_centre": "URGENT TREATMENT CENTRE", "therapy_service": "TALKING THERAPIES CIC"}[kind]
    return _provider(rng, code, kind, f"{town.upper()} {what} {SYNTHETIC}", town, areas)


def _provider(
    rng: np.random.Generator,
    code: str,
    kind: ProviderKind,
    name: str,
    town: str,
    areas: Areas,
    *,
    closed_on: date | None = None,
    icb_code: str | None = None,
) -> Provider:
    """A provider of random size and mix; predecessors of a merger are of half the size."""
    icbs = {icb.code: icb for icb in areas.icbs}
    icb = icbs[icb_code] if icb_code else areas.icbs[int(rng.integers(len(areas.icbs)))]
    half = 0.5 if closed_on else 1.0
    opened_on = FOUNDED[int(rng.integers(len(FOUNDED)))]
    letters = [LETTERS[at] for at in rng.integers(0, 26, 2)]
    return Provider(
        code=code,
        names=((opened_on, name),),
        kind=kind,
        icb_code=icb.code,
        region_code=icb.region_code,
        town=town,
        postcode=f"ZZ99 {int(rng.integers(1, 10))}{''.join(letters)}",
        opened_on=opened_on,
        closed_on=closed_on,
        is_field_test=False,
        size=round(float(np.exp(rng.normal(0, 0.3))) * half, 3),
        deprivation_mix=_mix(rng),
    )


def _mix(rng: np.random.Generator) -> tuple[float, ...]:
    """Shares of deciles 1 … 10 among a provider's patients; some serve poorer places than others."""
    tilt = rng.normal(0.03, 0.07)
    weights = np.exp(-tilt * (np.arange(1, 11) - 5.5)) * rng.gamma(40, 1 / 40, 10)
    return tuple(float(share) for share in weights / weights.sum())


def _with_rename(trusts: Sequence[Provider]) -> list[Provider]:
    """The third trust takes a new name and keeps its code."""
    renamed = trusts[2]
    name = f"UNIVERSITY HOSPITALS OF {renamed.town.upper()} NHS FOUNDATION TRUST {SYNTHETIC}"
    return [*trusts[:2], replace(renamed, names=(*renamed.names, (RENAMED_ON, name))), *trusts[3:]]


def _with_newcomer(trusts: Sequence[Provider]) -> list[Provider]:
    """The last trust opens on NEW_TRUST_ON: older snapshots of a register don't have it."""
    last = trusts[-1]
    return [*trusts[:-1], replace(last, opened_on=NEW_TRUST_ON, names=((NEW_TRUST_ON, last.name),))]


def _with_field_tests(trusts: Sequence[Provider]) -> list[Provider]:
    """About one in seven trusts with an emergency department, at least one, tested new standards; none that merges."""
    eligible = [trust.code for trust in trusts if trust.kind == "integrated"][3:]
    every = [trust for trust in trusts if trust.has_emergency]
    chosen = set(eligible[::2][: max(1, round(FIELD_TEST_SHARE * len(every)))])
    return [replace(trust, is_field_test=trust.code in chosen) for trust in trusts]


def make_practices(seed: int, size: Size, areas: Areas) -> Practices:
    """Practices around one neighbourhood each, three or so to a network."""
    rng = np.random.default_rng([seed, 3])
    networks = max(1, size.practices // 4)
    lads = [areas.lads[at % len(areas.lads)] for at in range(networks)]
    pcns = tuple(
        Pcn(f"U99{at + 1:03}", f"SYNTHETIC NETWORK {at + 1:02} PCN {SYNTHETIC}", lad.sub_icb_code)
        for at, lad in enumerate(lads)
    )
    by_lad = {lad.code: [lsoa for lsoa in areas.lsoas_2011 if lsoa.lad_code == lad.code] for lad in areas.lads}
    practices = []
    for at in range(size.practices):
        network = at % networks
        practices.append(_practice(rng, f"Z81{at + 1:03}", pcns[network], by_lad[lads[network].code]))
    return Practices(pcns, tuple(practices))


def _practice(rng: np.random.Generator, code: str, pcn: Pcn, lsoas: Sequence[Lsoa]) -> Practice:
    """A practice whose list comes from about nine neighbouring LSOAs of its district."""
    centre = int(rng.integers(len(lsoas)))
    near = lsoas[max(0, centre - 4) : centre + 5]
    people = rng.multinomial(int(np.exp(rng.normal(8.65, 0.4))), rng.dirichlet(np.full(len(near), 3.0)))
    patients = tuple((lsoa.code, int(count)) for lsoa, count in zip(near, people, strict=True) if count)
    scores = {lsoa.code: lsoa.deprivation(IMD_2019).score for lsoa in near}
    score = sum(scores[lsoa] * count for lsoa, count in patients) / sum(count for _, count in patients)
    stem = STEMS[int(rng.integers(len(STEMS)))].upper()
    number = int(code[3:])
    return Practice(
        code=code,
        name=f"{stem} SURGERY {number} {SYNTHETIC}",
        postcode=f"ZZ99 {number % 9 + 1}{LETTERS[number % 26]}{LETTERS[number // 26]}",
        pcn_code=pcn.code,
        sub_icb_code=pcn.sub_icb_code,
        patients=patients,
        imd_score=round(score, 4),
    )
