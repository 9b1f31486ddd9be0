"""Answer what a team asks before it starts: where do we stand, beside whom, and what could our own figures show?

Belongs here: finding the rows of `project_planning` for one organisation, measure and dimension, and putting them into
plain words. Does not: the statistics (dbt), the command line (cli).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.publication.query import run_query

DIMENSIONS = ("all", "deprivation", "ethnicity", "sex", "age")
WORD = re.compile(r"[A-Za-z0-9_]{1,80}")

Row = dict[str, Any]


def plan(home: Home, organisation: str, measure: str, dimension: str = "deprivation") -> dict[str, Any]:
    """What `project_planning` says of everybody (``overall``) and of the groups of ``dimension`` (``groups``).

    ``overall`` may be None and ``groups`` empty, not both. ``organisation`` is an ODS or GSS code as of now. UsageError
    when a word has the wrong shape, or nothing is known.
    """
    for name, value in (("organisation", organisation), ("measure", measure)):
        if not WORD.fullmatch(value):
            raise UsageError(f"the {name} must be a code of letters, digits and underscores")
    if dimension not in DIMENSIONS:
        raise UsageError(f"the dimension must be one of {', '.join(DIMENSIONS)}")
    code = organisation.upper()
    rows = _rows(
        home,
        f"select * from project_planning where organisation_code = '{code}' and measure_id = '{measure.lower()}' "
        f"and stratum_dimension in ('all', '{dimension}') order by group_stratum",
    )
    if not rows:
        raise UsageError(_nothing_known(home, code, measure.lower()))
    overall = [row for row in rows if row["stratum_dimension"] == "all"]
    groups = [row for row in rows if row["stratum_dimension"] == dimension != "all"]
    return {
        "organisation": code,
        "measure": measure.lower(),
        "dimension": dimension,
        "overall": overall[0] if overall else None,
        "groups": groups,
    }


def render(planned: Mapping[str, Any]) -> str:
    """The answer of ``plan`` as lines of text."""
    overall, groups = planned["overall"], planned["groups"]
    some: Row = overall or groups[0]
    lines = [f"{some['measure_title']}, {some['organisation_name'] or planned['organisation']}"]
    if overall:
        lines += ["", *_everybody(overall)]
    if planned["dimension"] != "all":
        lines += ["", f"By {planned['dimension']}:", *_groups(groups)]
    lines += [
        "",
        "Months are needed before and again after the change. A figure that moves with a project is associated with",
        "it; what moved it, this can't tell. docs/before-a-project.md says what the numbers mean.",
    ]
    return "\n".join(lines)


def _rows(home: Home, query: str) -> list[Row]:
    names, rows = run_query(home, query)
    return [dict(zip(names, row, strict=True)) for row in rows]


def _nothing_known(home: Home, organisation: str, measure: str) -> str:
    """What to try instead, in one sentence."""
    known = _rows(home, f"select distinct measure_id from project_planning where organisation_code = '{organisation}'")
    if not known:
        return (
            f"no figures of {organisation} are known as of now; codes of trusts, integrated care boards and councils "
            "stand in the mart organisations"
        )
    measures = ", ".join(sorted(str(row["measure_id"]) for row in known))
    return f"{organisation} has no figures of {measure}; it has {measures}"


def _everybody(row: Row) -> list[str]:
    unit = _unit(row)
    lines = [
        f"Now ({row['baseline_from']} to {row['baseline_to']}): {_number(row['baseline_value'])}{unit}"
        f"{_people(row['baseline_denominator'])}.",
        _peers(row, "peers", "peer_value", unit),
    ]
    return lines + _detectable(row, "", "the rate of everybody")


def _groups(rows: Sequence[Row]) -> list[str]:
    if not rows:
        return ["  No figures by this dimension are published for the organisation."]
    lines = [f"  Who is missing: {_missing(rows[0])}"]
    for row in rows:
        unit = _unit(row)
        name = row["group_stratum"] if row["group_stratum"] != "none" else "no group"
        gap = (
            f"{_number(row['group_value'])}{unit} against {_number(row['comparator_value'])}{unit} "
            f"({row['comparator_stratum']}): gap {_number(row['baseline_gap'])}"
            if row["baseline_gap"] is not None
            else "no gap can be shown"
        )
        lines.append(f"  {name}: {gap}.")
        if row["baseline_gap"] is not None:
            lines.append(f"    {_peers(row, 'peers_with_gap', 'peer_gap', '')}")
        lines += [f"    {line}" for line in _detectable(row, "gap_", "the gap")]
    return lines


def _detectable(row: Row, prefix: str, what: str) -> list[str]:
    change, months = row[f"{prefix}detectable_change_12_periods"], row[f"{prefix}months_needed"]
    lines = []
    if change is not None:
        lines.append(
            f"12 periods before and 12 after would show a change of {what} by {_number(change)} or more, "
            f"24 and 24 by {_number(row[f'{prefix}detectable_change_24_periods'])}."
        )
    if months is not None and row["not_plannable_because"] is None:
        margin = row["gap_margin" if prefix else "margin"]
        lines.append(f"{months} months before and after would show one of {_number(margin)}, the least that matters.")
    if row["not_plannable_because"] is not None:
        lines.append(str(row["note"]))
    return lines


def _peers(row: Row, count: str, name: str, unit: str) -> str:
    if not row[count]:
        return "Peers: none with the same months."
    return (
        f"Peers ({row[count]} of the nearest size): half of them from {_number(row[f'{name}_lower_quartile'])} to "
        f"{_number(row[f'{name}_upper_quartile'])}{unit}, median {_number(row[f'{name}_median'])}{unit}."
    )


def _missing(row: Row) -> str:
    hidden = f"{row['hidden_strata']} groups have a hidden or missing figure." if row["hidden_strata"] else ""
    if row["unknown_share"] is None:
        return f"the share without a recorded group can't be told. {hidden}".strip()
    return f"{row['unknown_share']:.1%} have no recorded group. {hidden}".strip()


def _people(denominator: float | None) -> str:
    return "" if denominator is None else f" of {denominator:,.0f}"


def _unit(row: Row) -> str:
    return " %" if row["unit"] == "percent" else f" {row['unit']}"


def _number(value: float | None) -> str:
    if value is None:
        return "not known"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.2g}"
