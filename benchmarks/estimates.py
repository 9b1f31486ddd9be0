"""Estimates of `orchestration.evaluation` under the names that a reference gives them.

Belongs here: naming columns for golden tables whose statistic is no closed form. Does not: computing one.
"""

import pandas as pd

from orchestration.evaluation.poisson import exact_limits, funnel_ratio_line

# the reference halves until a step is below 1e-7, so that its answers are the middles of 2^23 cells
FUNNEL_CELLS = 2**23


def exact_poisson(rows: pd.DataFrame) -> pd.DataFrame:
    """Exact limits of ``x`` at ``confidence`` where the analysis has none."""
    lower, upper = (pd.Series(limit, index=rows.index) for limit in exact_limits(rows["x"], rows["confidence"]))
    return rows.assign(exact_lower=rows["exact_lower"].fillna(lower), exact_upper=rows["exact_upper"].fillna(upper))


def funnel_ratio_limits(rows: pd.DataFrame) -> pd.DataFrame:
    """Lines of a funnel at the counts in ``Observed_events``; 2s is 95 %, 3s is 99.8 %."""
    named = {}
    for name, confidence in (("2s", 0.95), ("3s", 0.998)):
        line = funnel_ratio_line(rows["Observed_events"], confidence, FUNNEL_CELLS)
        named |= {
            f"lower_{name}_exp_events": line.expected_at_lower,
            f"lower_{name}_limit": line.lower,
            f"upper_{name}_exp_events": line.expected_at_upper,
            f"upper_{name}_limit": line.upper,
        }
    return rows.assign(**named)
