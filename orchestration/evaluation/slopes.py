"""Inequality over ordered groups by regression on rank: WHO's logit slope index, a linear one, concentration indices.

Belongs here: fits of many sets of groups at once, as pure functions of arrays. Does not: the closed-form slope index of
OHID (macro slope_fits), choosing what is fitted, or reading and writing tables.

A set is a run of rows (``starts`` says where each begins), ordered from the most to the least disadvantaged group. The
rank of a group is its ridit: the share of the set's population below the group's middle. numpy is imported where used.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Index = NDArray[np.int64]

Weighting = Literal["population", "population_squared"]
Z_95 = 1.959963984540054
MAX_STEPS = 50
TOLERANCE = 1e-12
LONGEST_STEP = 2.0
NOTHING = 1e-12


@dataclass(frozen=True)
class Slopes:
    """Per set: value fitted at the last rank (1) less, and over, that at the first (0), with standard errors.

    ``ratio_log_se`` is that of the ratio's logarithm. NaN where a fit does not exist: fewer than three groups, nobody
    in a group, or (logit) no event or nothing but events in the whole set, or steps that do not settle.
    """

    difference: "Array"
    difference_se: "Array"
    ratio: "Array"
    ratio_log_se: "Array"


@dataclass(frozen=True)
class Concentration:
    """Per set: absolute concentration index in the values' unit and the relative one, its ratio to the mean."""

    absolute: "Array"
    absolute_se: "Array"
    relative: "Array"
    relative_se: "Array"


def ridits(starts: "Index", population: "Array") -> "Array":
    """Share of a set's population below the middle of each group (Bross IDJ, Biometrics 1958;14:18-38)."""
    import numpy as np

    before = np.cumsum(population) - population
    sizes = _sizes(starts, len(population))
    in_set = before - np.repeat(before[starts], sizes)
    return (in_set + population / 2) / np.repeat(_sums(population, starts), sizes)


def logit_slopes(
    starts: "Index", share: "Array", population: "Array", *, weighting: Weighting = "population"
) -> Slopes:
    """WHO's slope and relative index: a logit model of the share with an event on rank, weighted by people.

    Quasi-binomial regression by iteratively reweighted least squares, all sets at once; predicted share at rank 1 less
    (over) that at rank 0; standard errors by the delta method from the HC1 covariance
    n / (n - 2) H^-1 sum((w (y - mu))^2 x x') H^-1 (WHO, Handbook on health inequality monitoring, 2013; MacKinnon JG,
    White H, J Econometrics 1985;29:305-25).

    ``population`` weighs each person once and is what the mart publishes. ``population_squared`` is what WHO's
    package healthequal 1.0.1 does: it gives the groups' sizes both as binomial totals and as weights, so that large
    groups count with the square of their size. Both agree where all groups are of one size.
    """
    import numpy as np

    rank = ridits(starts, population)
    sizes = _sizes(starts, len(share))
    weight = population if weighting == "population" else population * population
    mean = _sums(weight * share, starts) / _sums(weight, starts)
    with np.errstate(all="ignore"):
        intercept, slope = np.log(mean / (1 - mean)), np.zeros(len(starts))
        settled = np.zeros(len(starts), dtype=bool)
        for _ in range(MAX_STEPS):
            fitted = _expit(np.repeat(intercept, sizes) + np.repeat(slope, sizes) * rank)
            bread = _inverse(weight * fitted * (1 - fitted), rank, starts)
            score = weight * (share - fitted)
            one, two = _sums(score, starts), _sums(score * rank, starts)
            step = bread[0] * one + bread[1] * two, bread[1] * one + bread[2] * two
            # a long step from a flat start can leave the range in which weights are numbers
            shorter = np.minimum(1, LONGEST_STEP / np.maximum(np.abs(step[0]), np.abs(step[1])))
            step = step[0] * shorter, step[1] * shorter
            intercept, slope = intercept + step[0], slope + step[1]
            settled = np.abs(step[0]) + np.abs(step[1]) < TOLERANCE * (1 + np.abs(intercept) + np.abs(slope))
            if bool(np.all(settled | ~np.isfinite(intercept))):
                break
        fitted = _expit(np.repeat(intercept, sizes) + np.repeat(slope, sizes) * rank)
        bread = _inverse(weight * fitted * (1 - fitted), rank, starts)
        covariance = _hc1(weight * (share - fitted), rank, starts, bread, sizes)
        first, last = _expit(intercept), _expit(intercept + slope)
        spread_first, spread_last = first * (1 - first), last * (1 - last)
        exists = settled & (mean > 0) & (mean < 1) & _is_regressed(starts, population)
        return Slopes(
            _where(exists, last - first),
            _where(exists, _delta(spread_last - spread_first, spread_last, covariance)),
            _where(exists, last / first),
            _where(exists, _delta(first - last, 1 - last, covariance)),
        )


def linear_slopes(starts: "Index", value: "Array", population: "Array") -> Slopes:
    """The same by weighted linear regression: points as by the closed form, standard errors HC1."""
    import numpy as np

    rank = ridits(starts, population)
    sizes = _sizes(starts, len(value))
    with np.errstate(all="ignore"):
        bread = _inverse(population, rank, starts)
        one, two = _sums(population * value, starts), _sums(population * value * rank, starts)
        intercept, slope = bread[0] * one + bread[1] * two, bread[1] * one + bread[2] * two
        residual = value - np.repeat(intercept, sizes) - np.repeat(slope, sizes) * rank
        covariance = _hc1(population * residual, rank, starts, bread, sizes)
        last = intercept + slope
        exists = _is_regressed(starts, population)
        return Slopes(
            _where(exists, slope),
            _where(exists, np.sqrt(covariance[2])),
            _where(exists & (intercept * last > 0), last / intercept),
            _where(exists & (intercept * last > 0), _delta(1 / last - 1 / intercept, 1 / last, covariance)),
        )


def concentration_indices(starts: "Index", value: "Array", population: "Array") -> Concentration:
    """Absolute and relative concentration index with standard errors by the convenient regression.

    2 s^2 y is regressed on rank with weights, s^2 the weighted variance of the ranks; the slope is 2 cov(y, rank), the
    absolute index, and divided by the mean of y the relative one (Kakwani N, Wagstaff A, van Doorslaer E, J
    Econometrics 1997;77:87-103; O'Donnell O et al., Analyzing health equity using household survey data, World Bank
    2008, chapter 8). Standard errors are those of the regression, with n - 2 degrees of freedom; the mean is taken as
    known.
    """
    import numpy as np

    rank = ridits(starts, population)
    sizes = _sizes(starts, len(value))
    share = population / np.repeat(_sums(population, starts), sizes)
    with np.errstate(all="ignore"):
        variance = _sums(share * (rank - 0.5) ** 2, starts)
        scaled = 2 * np.repeat(variance, sizes) * value
        mean, slope = _sums(share * scaled, starts), _sums(share * (rank - 0.5) * scaled, starts) / variance
        residual = scaled - np.repeat(mean, sizes) - np.repeat(slope, sizes) * (rank - 0.5)
        error = np.sqrt(_sums(share * residual * residual, starts) / (sizes - 2) / variance)
        average = _sums(share * value, starts)
        exists = _is_regressed(starts, population)
        # on a line through all points, or a flat one, what is left is the rounding of doubles and no error
        slope = np.where(np.abs(slope) < NOTHING * average, 0.0, slope)
        has_error = exists & (error >= NOTHING * average)
        return Concentration(
            _where(exists, slope),
            _where(has_error, error),
            _where(exists & (average > 0), slope / average),
            _where(has_error & (average > 0), error / average),
        )


def estimated_inequalities(strata: "pd.DataFrame") -> "pd.DataFrame":
    """Indices of each set of strata: one row per ``set_id``.

    ``strata`` has set_id, stratum_order, numerator, denominator and is_proportion. Values are rates per person,
    differences from the first rank to the last. A rate of events that are no share of people has no logit index.
    """
    import numpy as np
    import pandas as pd

    ordered = strata.sort_values(["set_id", "stratum_order"], kind="stable")
    sets = ordered["set_id"].to_numpy()
    starts = np.flatnonzero(np.concatenate([[True], sets[1:] != sets[:-1]])) if len(sets) else _none()
    population = ordered["denominator"].to_numpy(dtype=float)
    value = ordered["numerator"].to_numpy(dtype=float) / population
    is_proportion = ordered["is_proportion"].to_numpy(dtype=bool)[starts]
    slopes = logit_slopes(starts, value, population)
    concentration = concentration_indices(starts, value, population)
    return pd.DataFrame(
        {
            "set_id": sets[starts],
            "logit_difference": _where(is_proportion, slopes.difference),
            "logit_difference_se": _where(is_proportion, slopes.difference_se),
            "logit_ratio": _where(is_proportion, slopes.ratio),
            "logit_ratio_log_se": _where(is_proportion, slopes.ratio_log_se),
            "absolute_concentration": concentration.absolute,
            "absolute_concentration_se": concentration.absolute_se,
            "relative_concentration": concentration.relative,
            "relative_concentration_se": concentration.relative_se,
        }
    )


def _none() -> "Index":
    import numpy as np

    return np.zeros(0, dtype=np.int64)


def _sums(values: "Array", starts: "Index") -> "Array":
    import numpy as np

    return np.add.reduceat(values, starts) if len(starts) else values[:0]


def _is_regressed(starts: "Index", population: "Array") -> Any:
    """Sets of three groups and more with somebody in each."""
    import numpy as np

    smallest = np.minimum.reduceat(population, starts) if len(starts) else population[:0]
    return (_sizes(starts, len(population)) > 2) & (smallest > 0)


def _sizes(starts: "Index", rows: int) -> "Index":
    import numpy as np

    return np.diff(starts, append=rows)


def _expit(linear: "Array") -> "Array":
    import numpy as np

    return np.asarray(1 / (1 + np.exp(-linear)))


def _inverse(weight: "Array", rank: "Array", starts: "Index") -> "tuple[Array, Array, Array]":
    """Inverse of sum(w x x') for x = (1, rank): its three entries."""
    a, b, c = _sums(weight, starts), _sums(weight * rank, starts), _sums(weight * rank * rank, starts)
    determinant = a * c - b * b
    return c / determinant, -b / determinant, a / determinant


def _hc1(
    score: "Array", rank: "Array", starts: "Index", bread: "tuple[Array, Array, Array]", sizes: "Index"
) -> "tuple[Array, Array, Array]":
    """Sandwich covariance of intercept and slope with the correction n / (n - 2): its three entries."""
    one, two, three = (_sums(score**2 * rank**power, starts) for power in (0, 1, 2))
    scale = sizes / (sizes - 2)
    p, q, r = bread
    return (
        scale * (p * p * one + 2 * p * q * two + q * q * three),
        scale * (p * q * one + (p * r + q * q) * two + q * r * three),
        scale * (q * q * one + 2 * q * r * two + r * r * three),
    )


def _delta(by_intercept: "Array", by_slope: "Array", covariance: "tuple[Array, Array, Array]") -> "Array":
    """Standard error of a function of intercept and slope from its two derivatives."""
    import numpy as np

    first, both, second = covariance
    return np.asarray(np.sqrt(by_intercept**2 * first + 2 * by_intercept * by_slope * both + by_slope**2 * second))


def _where(exists: Any, values: "Array") -> "Array":
    import numpy as np

    return np.where(exists & np.isfinite(values), values, np.nan)
