"""Disclosure control of counts of people before anything is written for readers.

Belongs here: the rule (counts of people 1 to 7 hidden, the rest rounded to 5) and the check that it was kept. Does
not: aggregates that publishers have already protected; they pass untouched.

Source of the rule: NHS England's disclosure control for secondary care data since September 2018; see
docs/disclosure.md.
"""

from typing import TYPE_CHECKING

from orchestration.publication.marts import Mart

if TYPE_CHECKING:
    import pandas as pd

LARGEST_HIDDEN = 7
ROUNDED_TO = 5


def protect(mart: Mart, frame: "pd.DataFrame") -> "pd.DataFrame":
    """``frame`` with its counts of people protected: 1 to 7 NULL with status suppressed, 0 kept, others nearest 5."""
    protected = frame.copy()
    for name in mart.people_columns:
        counts = protected[name].astype("float64")
        hidden = (counts > 0) & (counts <= LARGEST_HIDDEN)
        rounded = (counts / ROUNDED_TO).round() * ROUNDED_TO
        protected[name] = rounded.mask(hidden).astype(protected[name].dtype)
        status = f"{name}_status"
        protected.loc[hidden, status] = "suppressed"
    return protected


def disclosures(mart: Mart, frame: "pd.DataFrame") -> list[str]:
    """What in ``frame`` breaks the rule, in words without values; an empty list when nothing does."""
    found = []
    for name in mart.people_columns:
        counts = frame[name].dropna().astype("float64")
        small = int(((counts > 0) & (counts <= LARGEST_HIDDEN)).sum())
        unrounded = int((counts % ROUNDED_TO != 0).sum())
        if small or unrounded:
            found.append(f"{mart.name}.{name}: {small} cells of 1 to {LARGEST_HIDDEN}, {unrounded} not rounded")
        if f"{name}_status" not in frame.columns:
            found.append(f"{mart.name}.{name} has no {name}_status column to say what was hidden")
    return found
