"""Print a world's hospital deaths as the publisher's SHMI files.

Belongs here: layout, rounding, suppression, banding, and the deaths themselves, of which the world knows nothing but
the trusts, their size and where their patients live. Does not: reading the files (parse.py).

England is exact by quintile; elsewhere 1 to 7 is ``*`` and other counts go to the nearest 5, while values come from
unrounded counts. The oldest file is a quarterly CSV with exact counts and a copyright line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import exp, sqrt

import numpy as np

from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import csv_bytes, round_to_5, zipped
from orchestration.simulation.records import Provider
from orchestration.simulation.world import World

PAGE = "/data-and-information/publications/statistical/shmi/{month}"
STREAM = 610
TRUST = (
    "INDICATOR_CODE,PROVIDER_CODE,PROVIDER_NAME,SHMI_VALUE,SHMI_BANDING,SPELLS,OBSERVED,EXPECTED,PO_LL,PO_UL,OD_LL,"
    "OD_UL"
)
SITE = (
    "INDICATOR_CODE,PROVIDER_CODE,PROVIDER_NAME,SITE_CODE,SITE_NAME,SHMI_VALUE,SHMI_BANDING,SPELLS,OBSERVED,EXPECTED,PO_LL,"
    "PO_UL,OD_LL,OD_UL,SITE_TYPE,NO_PROVIDERS_AT_SITE,SITE_OWNER,SITE_POSTCODE"
)
DIAGNOSIS = (
    "INDICATOR_CODE,DIAGNOSIS_GROUP_NUMBER,DIAGNOSIS_GROUP_DESCRIPTION,PROVIDER_CODE,PROVIDER_NAME,SPELLS,OBSERVED,EXPECTED,"
    "SHMI_VALUE,SHMI_BANDING,PO_LL,PO_UL,OD_LL,OD_UL"
)
DEPRIVATION = (
    "INDICATOR_CODE,PROVIDER_CODE,PROVIDER_NAME,DENOMINATOR,Q1_NUMERATOR,Q2_NUMERATOR,Q3_NUMERATOR,Q4_NUMERATOR,Q5_NUMERATOR,"
    "NULL_NUMERATOR,Q1_RATE,Q2_RATE,Q3_RATE,Q4_RATE,Q5_RATE,NULL_RATE"
)
QUARTERLY = (
    "INDICATOR_CODE,PROVIDER,PROVIDER NAME,DENOMINATOR,OBSERVED,EXPECTED,VALUE,PO_LL,PO_UL,PO_BANDING,OD_LL,OD_UL,"
    "OD_BANDING"
)
GROUPS = (
    (1, "Tuberculosis", 0.002, False),
    (57, "Acute myocardial infarction ", 0.03, True),
    (73, "Pneumonia", 0.2, True),
)
SPELLS_OF_AN_AVERAGE_TRUST = 60_000
DEATHS_PER_SPELL = 0.03
RISK_BY_QUINTILE = (1.12, 1.05, 1.0, 0.96, 0.92)
UNKNOWN_SHARE = 0.0004
OVERDISPERSION = 0.05
SPREAD_OF_QUALITY = 0.08
BETWEEN_SITES = (0.93, 0.065, 0.005)


@dataclass(frozen=True)
class Trust:
    """A trust's window: spells and deaths by quintile 1 … 5 and unknown, and the deaths expected."""

    provider: Provider
    name: str
    spells: tuple[int, ...]
    deaths: tuple[int, ...]
    expected: float


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """A quarterly CSV of the first year of the world and the zips of the last two."""
    first, *_, previous, last = world.years
    yield SyntheticFile(
        f"SYNTHETIC-SHMI-data-{first + 1}-october.csv",
        _quarterly(_trusts(world, first)),
        PAGE.format(month=f"{first + 1}-10"),
        "SHMI data",
        date(first + 1, 10, 24),
    )
    for year in (previous, last):
        window = f"Apr{year % 100:02}-Mar{(year + 1) % 100:02}"
        yield SyntheticFile(
            f"SYNTHETIC-SHMI data files, {window}.zip",
            zipped(_members(_trusts(world, year), window)),
            PAGE.format(month=f"{year + 1}-08"),
            f"SHMI data files, {window}",
            date(year + 1, 8, 13),
        )


def _trusts(world: World, year: int) -> list[Trust]:
    """The acute trusts of a financial year, with their spells and deaths."""
    rng = np.random.default_rng([world.seed, STREAM, year])
    day = date(year + 1, 3, 31)
    found = []
    for provider in (p for p in world.providers if p.kind in ("integrated", "acute") and p.is_open(day)):
        spells = rng.poisson(SPELLS_OF_AN_AVERAGE_TRUST * provider.size)
        fifths = [provider.deprivation_mix[2 * i] + provider.deprivation_mix[2 * i + 1] for i in range(5)]
        shares = np.array([share * (1 - UNKNOWN_SHARE) for share in fifths] + [UNKNOWN_SHARE])
        by_quintile = rng.multinomial(spells, shares / shares.sum())
        quality = exp(rng.normal(0, SPREAD_OF_QUALITY))
        risks = [DEATHS_PER_SPELL * risk * quality for risk in (*RISK_BY_QUINTILE, 1.0)]
        deaths = [int(rng.binomial(n, p)) for n, p in zip(by_quintile, risks, strict=True)]
        counts = tuple(int(n) for n in by_quintile)
        found.append(Trust(provider, provider.name_on(day), counts, tuple(deaths), float(spells) * DEATHS_PER_SPELL))
    return found


def _members(trusts: Sequence[Trust], window: str) -> dict[str, bytes]:
    """The CSV members of a publication's zip, with one that is not read."""
    deprivation = "SHMI contextual indicators/Deprivation"
    return {
        f"SHMI data/SHMI data at trust level, {window} (csv).csv": _csv(TRUST, [_trust_row(trust) for trust in trusts]),
        f"SHMI data/SHMI data at site level, {window} (csv).csv": _csv(
            SITE, [r for t in trusts for r in _site_rows(t)]
        ),
        f"SHMI data/SHMI diagnosis group breakdown, {window} (csv).csv": _csv(DIAGNOSIS, _diagnosis_rows(trusts)),
        f"{deprivation}/Provider spells split by deprivation quintile, {window} (csv).csv": _csv(
            DEPRIVATION, _deprivation_rows("I00742", [(t, t.spells) for t in trusts])
        ),
        f"{deprivation}/Deaths split by deprivation quintile, {window} (csv).csv": _csv(
            DEPRIVATION, _deprivation_rows("I00743", [(t, t.deaths) for t in trusts])
        ),
        f"SHMI statistical model data/SHMI model fit statistics, {window} (csv).csv": _csv(
            "INDICATOR_CODE,DIAGNOSIS_GROUP,AIC_FULL", [["I00699", "1", "1308.9"]]
        ),
    }


def _csv(header: str, rows: Iterable[Sequence[object]]) -> bytes:
    return csv_bytes((header.split(","), *rows))


def _hidden(count: int) -> str:
    """A count as printed below England: 1 to 7 hidden, 0 shown, the rest to the nearest 5."""
    return "*" if 0 < count < 8 else str(round_to_5(count))


def _limits(expected: float) -> tuple[float, float, float, float]:
    """99.8 % Poisson limits (log scale) and 95 % over-dispersed limits around 1."""
    poisson = exp(3.09 / sqrt(expected))
    spread = exp(1.96 * sqrt(1 / expected + OVERDISPERSION**2))
    return 1 / poisson, poisson, 1 / spread, spread


def _band(value: float, limits: tuple[float, float, float, float]) -> str:
    return "1" if value > limits[3] else "3" if value < limits[2] else "2"


def _figures(observed: int, expected: float) -> tuple[list[str], list[str]]:
    """Value and banding, and the four limits, as printed; hidden with the deaths they belong to."""
    if 0 < observed < 8 or expected < 8:
        return ["*", "*"], ["*"] * 4
    limits = _limits(expected)
    value = observed / expected
    return [f"{value:.4f}", _band(value, limits)], [f"{limit:.4f}" for limit in limits]


def _expected(expected: float) -> str:
    return "*" if expected < 8 else f"{5 * round(expected / 5)}.0000"


def _trust_row(trust: Trust) -> list[str]:
    observed = sum(trust.deaths)
    figures, limits = _figures(observed, trust.expected)
    counts = [_hidden(sum(trust.spells)), _hidden(observed), _expected(trust.expected)]
    return ["I00699", trust.provider.code, trust.name, *figures, *counts, *limits]


def _site_rows(trust: Trust) -> Iterable[list[str]]:
    """Two sites of each trust, and spells whose site was not recorded."""
    code, left, observed = trust.provider.code, sum(trust.deaths), sum(trust.deaths)
    for number, share in enumerate(BETWEEN_SITES):
        deaths = min(left, round(observed * share))
        left -= deaths
        figures, limits = _figures(deaths, trust.expected * share)
        is_known = number < len(BETWEEN_SITES) - 1
        place = [f"{code}0{number + 1}", f"{trust.provider.town} Hospital {number + 1} (SYNTHETIC)"]
        kind = ["ACUTE HOSPITAL - NHS NON-SPECIALIST", "ONE", "TRUST", trust.provider.postcode]
        yield [
            "I00699",
            code,
            trust.name,
            *(place if is_known else [".", "NOT PROVIDED"]),
            *figures,
            _hidden(round(sum(trust.spells) * share)),
            _hidden(deaths),
            _expected(trust.expected * share),
            *limits,
            *(kind if is_known else ["NOT PROVIDED", "ONE", "NOT PROVIDED", "NOT PROVIDED"]),
        ]


def _diagnosis_rows(trusts: Sequence[Trust]) -> Iterable[list[str]]:
    """Three groups; a SHMI is printed for the two larger ones only."""
    for number, name, share, has_value in GROUPS:
        for trust in trusts:
            observed, expected = round(sum(trust.deaths) * share), trust.expected * share
            figures, limits = _figures(observed, expected) if has_value else (["", ""], [""] * 4)
            counts = [_hidden(round(sum(trust.spells) * share)), _hidden(observed), _expected(expected)]
            yield ["I00699", str(number), name, trust.provider.code, trust.name, *counts, *figures, *limits]


def _deprivation_rows(indicator: str, trusts: Sequence[tuple[Trust, tuple[int, ...]]]) -> Iterable[list[str]]:
    """England exact, then the trusts rounded, with shares from the rounded counts."""
    england = [sum(column) for column in zip(*(counts for _, counts in trusts), strict=True)]
    shares = [f"{100 * count / sum(england):.1f}" for count in england]
    yield [indicator, "ENG", "ENGLAND", str(sum(england)), *map(str, england), *shares]
    for trust, counts in trusts:
        shown = [_hidden(count) for count in counts]
        total = _hidden(sum(counts))
        rates = ["*" if cell == "*" else f"{100 * int(cell) / int(total):.1f}" for cell in shown]
        yield [indicator, trust.provider.code, trust.name, total, *shown, *rates]


def _quarterly(trusts: Sequence[Trust]) -> bytes:
    """The quarterly CSV: exact counts, a blank line and a copyright line in Windows-1252."""
    rows = []
    for trust in trusts:
        observed = sum(trust.deaths)
        value, limits = observed / trust.expected, _limits(trust.expected)
        po_band = "1" if value > limits[1] else "3" if value < limits[0] else "2"
        printed = [f"{limit:.4f}" for limit in limits]
        counts = [str(sum(trust.spells)), str(observed), f"{trust.expected:.4f}", f"{value:.4f}"]
        name = trust.name.upper()
        rows.append(
            ["I00699", trust.provider.code, name, *counts, *printed[:2], po_band, *printed[2:], _band(value, limits)]
        )
    blank = "," * QUARTERLY.count(",")
    tail = f'{blank}\r\n"Copyright © 2013, nobody (SYNTHETIC)"{blank}\r\n'
    return _csv(QUARTERLY, rows) + tail.encode("cp1252")
