"""WHO's regressions for the golden table: the fits of the marts, with what the reference does to its input.

Belongs here: the reference's habits (populations rounded up to whole people, events to whole events, sizes counted
twice) and the shape of its expected table. Does not: any fit.
"""

import numpy as np
import pandas as pd

from orchestration.evaluation.slopes import Z_95, concentration_indices, linear_slopes, logit_slopes


def ordered_measures(strata: pd.DataFrame) -> pd.DataFrame:
    """One row per measure of one set of ordered subgroups (subgroup_order, estimate, population, indicator_scale)."""
    ordered = strata.sort_values("subgroup_order")
    scale = float(ordered["indicator_scale"].iloc[0])
    share = ordered["estimate"].to_numpy(dtype=float) / scale
    people = ordered["population"].to_numpy(dtype=float)
    whole_people = np.ceil(people)
    events = np.round(share * whole_people)
    one_set = np.zeros(1, dtype=np.int64)
    rows = []
    logit = logit_slopes(one_set, events / whole_people, whole_people, weighting="population_squared")
    for name, fit in (("logit", logit), ("linear", linear_slopes(one_set, share, whole_people))):
        difference, ratio = float(fit.difference[0]), float(fit.ratio[0])
        error, log_error = float(fit.difference_se[0]), float(fit.ratio_log_se[0])
        # the reference prints this standard error on the scale of shares, the interval on that of the indicator
        rows.append((f"sii_{name}", scale * difference, error, *_limits(scale * difference, scale * error)))
        rows.append((f"rii_{name}", ratio, log_error, *np.exp(_limits(np.log(ratio), log_error))))
    index = concentration_indices(one_set, scale * share, people)
    for measure, estimate, error in (
        ("aci", index.absolute, index.absolute_se),
        ("rci", index.relative, index.relative_se),
    ):
        rows.append((measure, float(estimate[0]), float(error[0]), *_limits(float(estimate[0]), float(error[0]))))
    return pd.DataFrame(rows, columns=["measure", "estimate", "se", "lowerci", "upperci"])


def _limits(estimate: float, error: float) -> tuple[float, float]:
    return estimate - Z_95 * error, estimate + Z_95 * error
