"""Exact limits of Poisson counts, and the lines of a funnel of observed over expected events.

Belongs here: limits of any count, which need a quantile that SQL has not. Does not: the limits of rates in the marts,
which are closed forms (dbt_project/macros/rates.sql: a table of these limits below 10, Byar's formula from 10).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orchestration.errors import UsageError

Numbers = NDArray[np.float64]


class Limits(NamedTuple):
    """Lower and upper limits, one of each per count."""

    lower: Numbers
    upper: Numbers


class FunnelLine(NamedTuple):
    """Where a count of observed events meets the limits of a funnel around 1, one of each per count.

    ``expected_at_lower``: with this many expected events the observed count lies on the lower limit; ``lower`` is the
    limit there, as observed / expected - 1. The same for the upper limit, which is reached with few expected events.
    """

    expected_at_lower: Numbers
    lower: Numbers
    expected_at_upper: Numbers
    upper: Numbers


def exact_limits(counts: ArrayLike, confidence: ArrayLike = 0.95) -> Limits:
    """Exact limits of the mean of a Poisson count.

    Half the chi-squared quantile of (1 - confidence) / 2 with 2x degrees of freedom, which is 0 for no events, and of
    its complement with 2x + 2 (Garwood F, Biometrika 1936;28:437-42). ``confidence`` is one number or one per count; a
    fractional count has fractional degrees of freedom. Raises UsageError for a count below 0 or a confidence that is
    not between 0 and 1. NaN stays NaN.
    """
    from scipy.special import gammainccinv, gammaincinv

    x, level = np.broadcast_arrays(np.asarray(counts, dtype=float), np.asarray(confidence, dtype=float))
    if (x < 0).any():
        raise UsageError("a count of events can't be below 0")
    if ((level <= 0) | (level >= 1)).any():
        raise UsageError("a confidence lies between 0 and 1, such as 0.95")
    tail = (1 - level) / 2
    lower = np.where(x > 0, gammaincinv(np.where(x > 0, x, 1.0), tail), 0.0)
    return Limits(np.where(np.isnan(x), np.nan, lower), gammainccinv(x + 1, tail))


def funnel_ratio_line(counts: ArrayLike, confidence: float = 0.95, cells: int | None = None) -> FunnelLine:
    """Exact Poisson limits of observed / expected around 1, as a line through whole counts above 0.

    A count lies on the lower limit when the expected events are its exact upper limit, and on the upper limit when they
    are its exact lower limit (funnel plots: Spiegelhalter DJ, Stat Med 2005;24:1185-202). ``cells`` is for comparison
    with software that finds expected events E for a count O by halving: it divides E / (1 + O + E), from 0 to 1, into
    so many cells and gives the middle of the one that holds the solution. Raises UsageError for a count below 1.
    """
    observed = np.asarray(counts, dtype=float)
    if not (observed >= 1).all():
        raise UsageError("a funnel of ratios has no limits for a count below 1")
    at_upper, at_lower = exact_limits(observed, confidence)
    if cells is not None:
        at_upper, at_lower = (_middle_of_cell(observed, expected, cells) for expected in (at_upper, at_lower))
    return FunnelLine(at_lower, observed / at_lower - 1, at_upper, observed / at_upper - 1)


def _middle_of_cell(observed: Numbers, expected: Numbers, cells: int) -> Numbers:
    """The expected events in the middle of the cell of E / (1 + O + E) that holds the exact ones."""
    share = (np.floor(expected / (1 + observed + expected) * cells) + 0.5) / cells
    middle: Numbers = (1 + observed) * share / (1 - share)
    return middle
