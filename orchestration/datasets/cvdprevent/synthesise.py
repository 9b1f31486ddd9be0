"""Print an audit of high blood pressure among a world's patients as CVDPREVENT answers.

Belongs here: the raw data as objects and as a table, its rounding and suppression, notifications, and the lists that
say what to ask for. Does not: where patients live (the simulation).
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from math import sqrt

import numpy as np

from orchestration.datasets.cvdprevent.discover import LEVELS, PERIODS, indicator_list, raw_data
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import csv_bytes
from orchestration.simulation.world import World

FIELDS = (
    "AreaCode", "AreaName", "CategoryAttribute", "Denominator", "Factor", "HighestPriorityNotificationType",
    "IndicatorCode", "IndicatorName", "IndicatorShortName", "LowerConfidenceLimit", "MetricCategoryName",
    "MetricCategoryTypeName", "NotificationCount", "Numerator", "TimePeriodName", "UpperConfidenceLimit", "Value",
    "ValueNote",
)  # fmt: skip
PAGE = "/data-explorer"
CODE, NAME = "CVDP007HYP", "Hypertension: Treated to appropriate threshold (all ages) (CVDP007HYP)"
COPYRIGHT = "Cardiovascular Disease Prevention Audit (SYNTHETIC)"
NUMBER = 27  # of the indicator in the publisher's lists
PERIOD_NUMBERS = {date(2025, 12, 31): 41, date(2026, 3, 31): 12}  # in no order of time
ENGLAND, BOARDS = 1, 7
QUINTILES = ("1 - most deprived", "2", "3", "4", "5 - least deprived")
TREATED = (0.66, 0.68, 0.70, 0.72, 0.74)  # by quintile
FEMALE = 0.5
ETHNICITIES = {"White": 0.80, "Asian": 0.09, "Black": 0.05, "Mixed": 0.02, "Other": 0.01, "Not stated": 0.0295,
               "Missing": 0.0005}  # fmt: skip
PREVALENCE = 0.15
SMALLEST_SHOWN = 7
SUPPRESSED = "Value suppressed for disclosure control due to small count"
Z = 1.959963984540054
Group = tuple[str, str, str]  # type, category, attribute
Counts = tuple[int, int]


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """England and the boards in two quarters as objects; the boards of the last quarter once more as a table."""
    for end, period in PERIOD_NUMBERS.items():
        boards = _boards(world, end)
        named = {"E92000001": "England"}
        rows = {
            ENGLAND: list(_rows(named, {"E92000001": _pooled(boards.values())}, end, exact=True)),
            BOARDS: list(_rows({board.gss_code: board.name for board in world.icbs}, boards, end, exact=False)),
        }
        for level, printed in rows.items():
            content = json.dumps({"copyright": COPYRIGHT, "indicatorRawData": printed}).encode()
            name = f"SYNTHETIC-cvdprevent-{CODE}-{end}-{level}.json"
            yield SyntheticFile(name, content, PAGE, NAME, end, raw_data(NUMBER, period, level))
    table = f"SYNTHETIC-cvdprevent-{CODE}.csv"
    yield SyntheticFile(
        table, _csv(rows[BOARDS]), PAGE, NAME, end, raw_data(NUMBER, period, BOARDS).replace("JSON", "CSV")
    )


def synthesise_lists(world: World) -> Iterable[SyntheticFile]:
    """The periods, and the indicators that have data in each period at each level."""
    periods = [
        {
            "TimePeriodID": number,
            "TimePeriodName": _period(end),
            "StartDate": "Mon, 01 Jan 1900 00:00:00 GMT",
            "EndDate": f"{end:%a, %d %b %Y} 00:00:00 GMT",
            "IndicatorTypeName": "Standard",
        }
        for end, number in PERIOD_NUMBERS.items()
    ]
    yield _list("timePeriod", {"timePeriodList": periods}, PERIODS)
    for period in PERIOD_NUMBERS.values():
        for level in LEVELS:
            known = [{"IndicatorID": NUMBER, "IndicatorCode": CODE}] if level in (ENGLAND, BOARDS) else []
            yield _list(f"indicators-{period}-{level}", {"indicatorList": known}, indicator_list(period, level))


def _list(name: str, answer: object, address: str) -> SyntheticFile:
    content = json.dumps(answer).encode()
    return SyntheticFile(f"SYNTHETIC-cvdprevent-{name}.json", content, PAGE, "", date(2026, 1, 1), address)


def _period(end: date) -> str:
    return f"To {end:%B %Y}"


def _boards(world: World, end: date) -> dict[str, dict[Group, Counts]]:
    """Treated people and people with high blood pressure by board and group; every breakdown adds up."""
    rng = np.random.default_rng([world.seed, 7007, end.year, end.month])
    people: Counter[tuple[str, int]] = Counter()
    for area in world.lsoas_2021:
        board = world.sub_icb(world.lad(area.lad_code).sub_icb_code).icb_code
        (deprivation,) = [index for index in area.imd if index.version == 2025]
        people[board, (deprivation.decile + 1) // 2] += round(area.population * PREVALENCE)
    return {board.gss_code: _groups(board.code, people, rng) for board in world.icbs}


def _groups(board: str, people: Mapping[tuple[str, int], int], rng: np.random.Generator) -> dict[Group, Counts]:
    groups: dict[Group, Counts] = {}
    by_quintile = [people[board, quintile] for quintile in range(1, 6)]
    treated = [int(rng.binomial(whole, share)) for whole, share in zip(by_quintile, TREATED, strict=True)]
    for label, part, whole in zip(QUINTILES, treated, by_quintile, strict=True):
        groups["Deprivation quintile", label, "Persons"] = (part, whole)
    total, everyone = sum(treated), sum(by_quintile)
    groups["Sex", "Persons", "Persons"] = (total, everyone)
    women, treated_women = round(everyone * FEMALE), int(rng.binomial(total, FEMALE))
    treated_women = min(max(treated_women, total - (everyone - women)), women)
    groups["Sex", "Female", "Female"] = (treated_women, women)
    groups["Sex", "Male", "Male"] = (total - treated_women, everyone - women)
    wholes = rng.multinomial(everyone, list(ETHNICITIES.values()))
    parts = rng.multivariate_hypergeometric(wholes, total)
    for ethnicity, part, whole in zip(ETHNICITIES, parts, wholes, strict=True):
        groups["Ethnicity", ethnicity, "Persons"] = (int(part), int(whole))
    return groups


def _pooled(boards: Iterable[Mapping[Group, Counts]]) -> dict[Group, Counts]:
    pooled: dict[Group, Counts] = {}
    for board in boards:
        for group, (part, whole) in board.items():
            before = pooled.get(group, (0, 0))
            pooled[group] = (before[0] + part, before[1] + whole)
    return pooled


def _rows(
    names: Mapping[str, str], areas: Mapping[str, Mapping[Group, Counts]], end: date, *, exact: bool
) -> Iterator[dict[str, object]]:
    """Rows of all areas; values come from the counts before rounding, small counts are hidden below England."""
    for code, groups in areas.items():
        for (kind, category, attribute), (part, whole) in groups.items():
            row: dict[str, object] = dict.fromkeys(FIELDS)
            row |= {"AreaCode": code, "AreaName": names[code], "CategoryAttribute": attribute, "NotificationCount": 0}
            row |= {"IndicatorCode": CODE, "IndicatorName": NAME, "IndicatorShortName": NAME}
            row |= {"MetricCategoryTypeName": kind, "MetricCategoryName": category, "TimePeriodName": _period(end)}
            if end == max(PERIOD_NUMBERS):
                row |= {"NotificationCount": 1, "HighestPriorityNotificationType": "Red"}
            if not exact and min(part, whole - part) <= SMALLEST_SHOWN:
                row["ValueNote"] = SUPPRESSED
            else:
                lower, upper = _wilson(part, whole)
                shown = (part, whole) if exact else (5 * round(part / 5), 5 * round(whole / 5))
                row |= {"Numerator": float(shown[0]), "Denominator": float(shown[1])}
                row |= {"Value": round(100 * part / whole, 2)}
                row |= {"LowerConfidenceLimit": round(lower, 2), "UpperConfidenceLimit": round(upper, 2)}
            yield row


def _wilson(part: int, whole: int) -> tuple[float, float]:
    """95 % limits of a percentage (Wilson 1927)."""
    middle, spread = 2 * part + Z * Z, Z * sqrt(Z * Z + 4 * part * (1 - part / whole))
    return 50 * (middle - spread) / (whole + Z * Z), 50 * (middle + spread) / (whole + Z * Z)


def _csv(rows: Sequence[Mapping[str, object]]) -> bytes:
    """The rows as the publisher's table."""
    return csv_bytes((FIELDS, *(["" if row[field] is None else row[field] for field in FIELDS] for row in rows)))
