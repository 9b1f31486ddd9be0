"""Keep synthetic and real files apart: a home takes synthetic files only when made so, and then only those.

Belongs here: that rule. Does not: recognising a synthetic file (collect.py), or whether it fits its dataset (sniff.py).
"""

from orchestration.acquisition.collect import Arrival
from orchestration.errors import FileRefused


def check_origin(arrival: Arrival, synthetic_home: bool) -> None:
    """Raise FileRefused for a synthetic file in a real home and for any other file in a synthetic home."""
    where = f"{arrival.dataset}/{arrival.name}"
    if arrival.origin == "synthetic" and not synthetic_home:
        raise FileRefused(
            f"{where}: this is a synthetic file and this home holds real data; load it into a home made for synthetic "
            "files (`evenhand demo` makes one)"
        )
    if arrival.origin != "synthetic" and synthetic_home:
        raise FileRefused(
            f"{where}: this home holds synthetic data only, and the file does not say that it is synthetic; "
            "set EVENHAND_HOME to a home for real data"
        )
