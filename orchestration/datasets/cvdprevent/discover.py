"""Ask CVDPREVENT for the raw data of each wanted indicator, in every period and at every level of areas.

Belongs here: the publisher's lists of periods and indicators. Does not: fetching, or which indicators are wanted
(`items` of the discovery rule, by code: the publisher's numbers are read from its lists, never remembered).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

from orchestration.catalogue.models import Discovery
from orchestration.datasets.protocol import JsonReader
from orchestration.errors import SourceUnavailable

API = "https://api.cvdprevent.nhs.uk"
LEVELS = (1, 6, 7, 8)  # England, regions, integrated care boards, sub-ICB locations
PERIODS = f"{API}/timePeriod"
STANDARD = "Standard"


def indicator_list(period: int, level: int) -> str:
    """Address of the list of indicators that have data in a period at a level."""
    return f"{API}/indicator/list?{urlencode({'timePeriodID': period, 'systemLevelID': level})}"


def raw_data(indicator: int, period: int, level: int) -> str:
    """Address of all areas and categories of one indicator in a period at a level."""
    return f"{API}/indicator/{indicator}/rawDataJSON?{urlencode({'timePeriodID': period, 'systemLevelID': level})}"


def addresses(rule: Discovery, read: JsonReader) -> Iterable[str]:
    """One address per wanted indicator, period and level that the lists name, the newest period first.

    Periods are ordered by their end: the publisher's numbers are in no order of time.
    """
    periods = [row for row in _rows(PERIODS, read) if row.get("IndicatorTypeName", STANDARD) == STANDARD]
    for period in sorted(periods, key=_end, reverse=True):
        number = int(str(period["TimePeriodID"]))
        for level in LEVELS:
            for indicator in _rows(indicator_list(number, level), read):
                if indicator.get("IndicatorCode") in rule.items:
                    yield raw_data(int(str(indicator["IndicatorID"])), number, level)


def _end(period: Mapping[str, object]) -> datetime:
    """The end of a period, written like 'Tue, 31 Mar 2026 00:00:00 GMT'."""
    try:
        return parsedate_to_datetime(str(period["EndDate"]))
    except (KeyError, ValueError) as error:
        raise SourceUnavailable(f"{PERIODS}: a period without a date that can be read: {dict(period)}") from error


def _rows(address: str, read: JsonReader) -> list[dict[str, object]]:
    """Objects of the one list in an answer, whatever its key; SourceUnavailable when there is no such list."""
    answer = read(address)
    lists = [value for value in answer.values() if isinstance(value, list)] if isinstance(answer, dict) else []
    if len(lists) != 1 or not all(isinstance(row, dict) for row in lists[0]):
        raise SourceUnavailable(
            f"{address}: expected a list, the answer begins {str(answer)[:120]!r}. The last good release stays in use."
        )
    rows: list[dict[str, object]] = lists[0]
    return rows
