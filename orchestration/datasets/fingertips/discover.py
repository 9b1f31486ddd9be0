"""Ask Fingertips for the files of each wanted indicator.

Belongs here: the publisher's list of area types per indicator, and which of them is asked for. Does not: fetching, or
which indicators are wanted (`items` of the discovery rule).
"""

from collections.abc import Iterable
from urllib.parse import urlencode

from orchestration.catalogue.models import Discovery
from orchestration.datasets.protocol import JsonReader
from orchestration.errors import SourceUnavailable

API = "https://fingertips.phe.org.uk/api"
ENGLAND, PRACTICES, NETWORKS = 15, 7, 204
COUNTIES_2023, BOARDS = 502, 221
# Kinds of area to ask for with the kind above them, the smallest first. One answer holds the area, its parents and
# England, so that the first that is published is enough.
WANTED = ((PRACTICES, NETWORKS), (PRACTICES, ENGLAND), (BOARDS, ENGLAND), (COUNTIES_2023, ENGLAND), (ENGLAND, ENGLAND))


def available_data(indicator: str) -> str:
    """Address of the list of area types for which an indicator is published."""
    return f"{API}/available_data?{urlencode({'indicator_id': indicator})}"


def download(indicator: str, child: int, parent: int) -> str:
    """Address of an indicator's CSV for areas of one type and those that they lie in."""
    asked = {"indicator_ids": indicator, "child_area_type_id": child, "parent_area_type_id": parent}
    return f"{API}/all_data/csv/by_indicator_id?{urlencode(asked)}"


def addresses(rule: Discovery, read: JsonReader) -> Iterable[str]:
    """One address per wanted indicator that is published; asking for an area type that it lacks would give no row."""
    for indicator in rule.items:
        published = _area_types(available_data(indicator), read)
        asked = [pair for pair in WANTED if {*pair} - {ENGLAND} <= published]
        if published:
            yield download(indicator, *asked[0])


def _area_types(address: str, read: JsonReader) -> frozenset[int]:
    """Identifiers of the area types in the list; SourceUnavailable when it is no such list."""
    listed = read(address)
    if not isinstance(listed, list) or not all(isinstance(row, dict) and "AreaTypeId" in row for row in listed):
        raise SourceUnavailable(
            f"{address}: expected a list of area types, the answer begins {str(listed)[:120]!r}. "
            "The last good release stays in use."
        )
    return frozenset(int(row["AreaTypeId"]) for row in listed)
