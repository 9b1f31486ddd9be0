"""Print a waiting list of a world's trusts by patient group as the monthly CSV by geography.

Belongs here: the publisher's layout, labels, rounding and suppression, and how many of each group wait how long (the
world has no waiting list of its own). Does not: reading the files (parse.py).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

import numpy as np

from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import csv_bytes, round_to_5
from orchestration.simulation.records import Provider
from orchestration.simulation.world import World

PAGE = "/statistics/statistical-work-areas/rtt-waiting-times/wlmds/"
HEADER = ("Code", "Name", "Geography", "Metric", "Category", "Waiting Bands", "Count")
BANDS = ("Unknown Clock Start", "01 To 18 Weeks", "18 To 52 Weeks", "Over 52 Weeks")
SHARES_OF_BANDS = (0.001, 0.60, 0.377, 0.022)
AGES = {"0-18 Years": 0.10, "19-64 Years": 0.56, "Over 65 Years": 0.34}
SEXES = {"Female": 0.57, "Male": 0.43}
ETHNIC_GROUPS = {
    "99: Not known": 0.08, "A: British": 0.66, "B: Irish": 0.006, "C: Any other white background": 0.05,
    "D: White and Black Caribbean": 0.004, "E: White and Black African": 0.003, "F: White and Asian": 0.004,
    "G: Any other mixed background": 0.008, "H: Indian": 0.025, "J: Pakistani": 0.025, "K: Bangladeshi": 0.008,
    "L: Any other Asian background": 0.015, "M: Caribbean": 0.01, "N: African": 0.015,
    "P: Any other Black background": 0.007, "R: Chinese": 0.005, "S: Any other ethnic group": 0.02,
    "Z: Not stated": 0.055,
}  # fmt: skip
PATHWAYS, MOST_TRUSTS, FILES = 20_000, 8, 2
SLOWER_IN_DECILE_1 = 0.02  # how much less of decile 1 than of decile 10 has waited up to 18 weeks
LARGEST_HIDDEN, SUNDAY = 7, 6
KINDS = ("integrated", "acute")

Counts = dict[tuple[str, str], np.ndarray]  # by metric and category, pathways in the order of BANDS


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """A file for each of the last months; the last trust does not submit sex, which then stands as 0."""
    for month in world.months[-FILES:]:
        week = _last_sunday(month)
        name = f"SYNTHETIC-WLMDS-Demographics-Geography-to-{week.day}-{week:%B-%Y}-v1.csv"
        rng = np.random.default_rng([world.seed, 320, month.year, month.month])
        content = _content(world, month, rng)
        yield SyntheticFile(
            name, content, PAGE, f"WLMDS demographics, geography, to {week:%d %B %Y}", week + timedelta(18)
        )


def _last_sunday(month: date) -> date:
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - SUNDAY) % 7)


def _content(world: World, month: date, rng: np.random.Generator) -> bytes:
    trusts = [trust for trust in world.trusts if trust.kind in KINDS and trust.is_open(month)][:MOST_TRUSTS]
    counts = {trust.code: _counts(trust, rng) for trust in trusts}
    for metric, category in counts[trusts[-1].code]:
        if metric == "Sex":
            counts[trusts[-1].code][metric, category][:] = 0
    england = {key: np.sum([counts[trust.code][key] for trust in trusts], axis=0) for key in counts[trusts[0].code]}
    rows = [HEADER, *_rows(("ENG", "ENGLAND", "ENGLAND"), england)]
    for trust in trusts:
        rows += _rows((trust.code, trust.name_on(month), "NHS ACUTE"), counts[trust.code])
    return csv_bytes(rows)


def _counts(trust: Provider, rng: np.random.Generator) -> Counts:
    """Pathways of a trust by each metric; deprivation follows the trust's own mix of patients."""
    deciles = {str(decile): share for decile, share in enumerate(trust.deprivation_mix, start=1)}
    metrics: Mapping[str, Mapping[str, float]] = {
        "Age": AGES,
        "Ethnicity": ETHNIC_GROUPS,
        "IMD": deciles,
        "Sex": SEXES,
    }
    counts: Counts = {}
    for metric, shares in metrics.items():
        for category, share in shares.items():
            slower = SLOWER_IN_DECILE_1 * (10 - int(category)) / 9 if metric == "IMD" else 0.0
            odds = np.array(SHARES_OF_BANDS) + np.array([0.0, -slower, slower, 0.0])
            counts[metric, category] = rng.poisson(PATHWAYS * trust.size * share * odds)
    return counts


def _rows(organisation: tuple[str, str, str], counts: Counts) -> Iterator[tuple[str, ...]]:
    """A row for each waiting band of each category, and one for their total."""
    for (metric, category), pathways in counts.items():
        for band, count in zip((*BANDS, "Total"), (*pathways, pathways.sum()), strict=True):
            yield *organisation, metric, category, band, _rounded(int(count))


def _rounded(count: int) -> str:
    """Counts of 1 to 7 are hidden, others rounded to the nearest 5."""
    return "*" if 0 < count <= LARGEST_HIDDEN else str(round_to_5(count))
