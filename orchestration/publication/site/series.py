"""Choose, out of the mart outcome_trends, the one series of England that a page shows for a measure.

Belongs here: which rows belong together in one picture and its table, and what each line is. Does not: drawing, wording
of pages, or computing a value: every number stands in the mart.

One picture never mixes adjustments, populations or kinds of period. A change of stratum scheme (another index of
deprivation, say) breaks the line.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from orchestration.publication.site import words

if TYPE_CHECKING:  # pandas is heavy, and the caller has it
    import pandas as pd

DIMENSIONS = ("deprivation", "ethnicity", "sex", "age", "all")
NAMED_LINES = 7

Role = Literal["most", "least", "overall", "named", "context", "aside"]


@dataclass(frozen=True)
class Point:
    """One cell of the mart: a number with what belongs to it, or a status."""

    period: str
    start: date
    end: date
    value: float | None
    lower: float | None
    upper: float | None
    rounding_lower: float | None
    rounding_upper: float | None
    numerator: float | None
    denominator: float | None
    status: str
    release_status: str
    scheme: str

    @property
    def middle(self) -> float:
        """Middle of the period, in days since 1970-01-01: where the point stands on the time axis."""
        return (self.start.toordinal() + self.end.toordinal() + 1) / 2 - date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Line:
    """One stratum over time, in order of period."""

    stratum: str
    label: str
    role: Role
    points: tuple[Point, ...]

    def at(self, period: str) -> Point | None:
        """The point of ``period``; None when the mart has no row for it."""
        return next((point for point in self.points if point.period == period), None)


@dataclass(frozen=True)
class Break:
    """A known discontinuity inside the series; ``letter`` names it in the picture, partial: some organisations only."""

    letter: str
    starts_on: date
    ends_on: date | None
    kind: str
    handling: str
    description: str
    source: str
    is_partial: bool = False


@dataclass(frozen=True)
class Series:
    """What one picture and its table show."""

    measure_id: str
    title: str
    unit: str
    direction: str
    dataset: str
    organisation: str
    kind: str
    dimension: str
    population: str
    adjustment: str
    interval_method: str
    rounding: str
    bases: tuple[str, ...]
    assigned_on: tuple[str, ...]
    groups: int
    lines: tuple[Line, ...]
    breaks: tuple[Break, ...]

    @property
    def is_distribution(self) -> bool:
        """Whether the rows are a distribution, which is never drawn or written as a rate."""
        return self.kind == "stratum_distribution"

    @property
    def places(self) -> int:
        """Decimals in which the values are written."""
        values = [abs(point.value) for line in self.lines for point in line.points if point.value is not None]
        return words.decimals(max(values, default=0.0), self.unit)

    @property
    def periods(self) -> tuple[str, ...]:
        """All periods of all lines, in time order."""
        found = {point.start: point.period for line in self.lines for point in line.points}
        return tuple(found[start] for start in sorted(found))

    @property
    def highlighted(self) -> tuple[Line, ...]:
        """The lines that carry colour, a label and intervals, and fill the short table."""
        return tuple(line for line in self.lines if line.role in ("most", "least", "overall", "named"))

    def of(self, role: Role) -> Line | None:
        """The first line of a role."""
        return next((line for line in self.lines if line.role == role), None)


def england(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Rows of England in one view of organisations ("as now" when it is there)."""
    rows = frame[frame["organisation_level"] == "england"]
    if "organisation_view" in rows.columns and (rows["organisation_view"] == "as_now").any():
        return rows[rows["organisation_view"] == "as_now"]
    return rows


def series_of(trends: "pd.DataFrame", measure_id: str, breaks: "pd.DataFrame | None" = None) -> Series | None:
    """The series of England for ``measure_id``; None when the mart holds no row of England for it.

    The dimension is deprivation when the measure has it, else ethnicity, sex, age, else the unstratified trend.
    """
    rows = england(trends[trends["measure_id"] == measure_id])
    if rows.empty:
        return None
    dimension = next(name for name in DIMENSIONS if (rows["stratum_dimension"] == name).any())
    strata = _one_definition(rows[rows["stratum_dimension"] == dimension])
    first = strata.iloc[0]
    if dimension != "all":
        strata = _one_scheme_per_period(strata)
    same = _same_definition(rows[rows["stratum_dimension"] == "all"], first) if dimension != "all" else rows.iloc[:0]
    groups = max((int(name) for name in strata["stratum"] if str(name).isdecimal()), default=0)
    lines = _lines(strata, same, dimension, groups)
    return Series(
        measure_id=measure_id,
        title=str(first["measure_title"]),
        unit=str(first["unit"]),
        direction=str(first["direction"]),
        dataset=str(first["dataset"]),
        organisation=str(first["organisation_name"]),
        kind=str(first["observation_kind"]),
        dimension=dimension,
        population=str(first["population"]),
        adjustment=str(first["adjustment"]),
        interval_method=next(iter(_distinct(strata, "interval_method")), ""),
        rounding=next(iter(_distinct(strata, "rounding")), ""),
        bases=_distinct(strata, "stratum_basis"),
        assigned_on=_distinct(strata, "stratum_assigned_on"),
        groups=groups,
        lines=lines,
        breaks=_breaks_within(breaks, measure_id, lines),
    )


def _one_definition(rows: "pd.DataFrame") -> "pd.DataFrame":
    """Rows of the one population, adjustment, period kind and observation kind that a picture may hold."""
    for column, preferred in (("population", "all"), ("adjustment", "crude"), ("period_kind", None)):
        counts = rows.groupby(column)["period_start"].nunique()
        chosen = preferred if preferred in counts.index else max(counts.items(), key=_by_count)[0]
        rows = rows[rows[column] == chosen]
    return rows[rows["observation_kind"] == sorted(rows["observation_kind"].unique())[0]]


def _by_count(item: tuple[Hashable, int]) -> tuple[int, str]:
    return item[1], str(item[0])


def _same_definition(rows: "pd.DataFrame", first: "pd.Series[Any]") -> "pd.DataFrame":
    """The unstratified rows that may stand in one picture with the strata."""
    for column in ("population", "adjustment", "period_kind", "observation_kind"):
        rows = rows[rows[column] == first[column]]
    return rows


def _one_scheme_per_period(rows: "pd.DataFrame") -> "pd.DataFrame":
    """Where two schemes cover a period, keep the scheme that covers most periods of the measure."""
    periods = rows.groupby("stratum_scheme")["period_start"].nunique()
    order = {scheme: (periods[scheme], str(scheme)) for scheme in periods.index}
    chosen = rows.groupby("period_start")["stratum_scheme"].agg(
        lambda schemes: max(set(schemes), key=order.__getitem__)
    )
    return rows[rows["stratum_scheme"] == rows["period_start"].map(chosen)]


def _lines(strata: "pd.DataFrame", overall: "pd.DataFrame", dimension: str, groups: int) -> tuple[Line, ...]:
    named = _named(strata) if dimension != "deprivation" else set()
    lines = []
    ordered = strata.sort_values(["stratum_order", "stratum"], kind="stable")
    for stratum in dict.fromkeys(ordered["stratum"].astype(str)):
        role = _role(stratum, dimension, groups, named)
        label = words.stratum(dimension, stratum, groups)
        rows = strata[strata["stratum"].astype(str) == stratum]
        lines.append(Line(stratum, "England" if dimension == "all" else label, role, _points(rows)))
    if not overall.empty:
        lines.append(Line("all", "All", "overall", _points(overall)))
    return tuple(lines)


def _role(stratum: str, dimension: str, groups: int, named: set[str]) -> Role:
    """What the line is; ``aside`` is in tables only: group not known, or outside the deprivation groups."""
    if stratum == "unknown":
        return "aside"
    if dimension == "deprivation":
        if not stratum.isdecimal():
            return "aside"
        return "most" if stratum == "1" else "least" if stratum == str(groups) else "context"
    return "named" if stratum in named else "context"


def _named(strata: "pd.DataFrame") -> set[str]:
    """The largest strata of the newest period, by denominator, as many as a picture can label."""
    newest = strata[(strata["period_start"] == strata["period_start"].max()) & (strata["stratum"] != "unknown")]
    largest = newest.sort_values(["denominator", "stratum"], ascending=[False, True], kind="stable")
    return set(largest["stratum"].astype(str).head(NAMED_LINES))


def _points(rows: "pd.DataFrame") -> tuple[Point, ...]:
    records = rows.sort_values("period_start", kind="stable").to_dict("records")
    points = {record["period_start"]: _point(record) for record in records}
    return tuple(points.values())


def _point(record: dict[Hashable, Any]) -> Point:
    """A row of the mart; a row whose status is not ``value`` gives no number, whatever its cells hold."""
    start, end = to_date(record["period_start"]), to_date(record["period_end"])
    status = text(record["value_status"])
    shown = status == "value"
    return Point(
        period=words.period(start, end, str(record["period_kind"])),
        start=start,
        end=end,
        value=number(record["value"]) if shown else None,
        lower=number(record["lower_95"]) if shown else None,
        upper=number(record["upper_95"]) if shown else None,
        rounding_lower=number(record["value_lower"]) if shown else None,
        rounding_upper=number(record["value_upper"]) if shown else None,
        numerator=number(record["numerator"]) if shown else None,
        denominator=number(record["denominator"]) if shown else None,
        status=status,
        release_status=text(record["release_status"]),
        scheme=text(record["stratum_scheme"]),
    )


def _breaks_within(breaks: "pd.DataFrame | None", measure_id: str, lines: tuple[Line, ...]) -> tuple[Break, ...]:
    """Breaks of the measure that fall between its first and its last day, lettered in order of date."""
    points = [point for line in lines for point in line.points]
    if breaks is None or breaks.empty or not points:
        return ()
    first, last = min(point.start for point in points), max(point.end for point in points)
    rows = breaks[breaks["measure_id"] == measure_id].sort_values(["starts_on", "break_id"], kind="stable")
    found: list[Break] = []
    for record in rows.to_dict("records"):
        starts, ends = to_date(record["starts_on"]), _optional_date(record["ends_on"])
        if starts > last or (ends or starts) < first:
            continue
        letter = chr(ord("A") + len(found) % 26)
        found.append(
            Break(
                letter=letter,
                starts_on=starts,
                ends_on=ends,
                kind=text(record["kind"]),
                handling=text(record["handling"]),
                description=text(record["description"]),
                source=text(record["source"]),
                is_partial=bool(text(record.get("organisation_codes"))),
            )
        )
    return tuple(found)


def _distinct(rows: "pd.DataFrame", column: str) -> tuple[str, ...]:
    """Values of a column in order of period, without NULL and the marts' word for nothing."""
    ordered = rows.sort_values(["period_start", "stratum_order", "stratum"], kind="stable")[column]
    return tuple(dict.fromkeys(text(value) for value in ordered if text(value) not in ("", "none")))


def to_date(value: Any) -> date:
    """A cell of a date column as a date, whether it holds a date, a timestamp or ISO text."""
    import pandas as pd

    found: date = pd.Timestamp(value).date()
    return found


def _optional_date(value: Any) -> date | None:
    import pandas as pd

    return None if pd.isna(value) else to_date(value)


def number(value: Any) -> float | None:
    """A cell of a numeric column; None for NULL."""
    import pandas as pd

    return None if pd.isna(value) else float(value)


def text(value: Any) -> str:
    """A cell of a text column; empty for NULL."""
    import pandas as pd

    return "" if value is None or pd.isna(value) else str(value)
