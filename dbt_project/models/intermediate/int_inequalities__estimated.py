"""Indices of ordered sets that need a fit.

Belongs here: handing groups to orchestration.evaluation. Does not: a formula.
"""

from orchestration.evaluation.slopes import estimated_inequalities


def model(dbt, session):  # type: ignore[no-untyped-def]
    """One row per ordered set with all its groups."""
    dbt.config(materialized="table")
    return estimated_inequalities(dbt.ref("int_strata__completed").df())
