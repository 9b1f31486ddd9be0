"""Turn the marts of outcomes into a section per measure: headline, picture, tables and the words that they need.

Belongs here: choosing rows and columns of a measure and putting them into words. Does not: HTML (templates/), drawing
(charts.py), or any statistic: a number on the page is a number of a mart.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from orchestration.publication.site import bars, charts, words
from orchestration.publication.site.cells import Cell, Column, Table
from orchestration.publication.site.series import Line, Point, Series, england, number, series_of, text, to_date

if TYPE_CHECKING:  # pandas is heavy, and the caller has it
    import pandas as pd

SHORT_TABLE_PERIODS = 12
# the page shows pairs of groups; slopes and indices over all groups stand in the mart
CONTRASTS_SHOWN = ("most_v_least_deprived", "group_v_rest")


@dataclass(frozen=True)
class Gap:
    """The gap of one period, in words."""

    period: str
    disadvantaged: str
    comparator: str
    text: str
    interval: str
    ratio: str
    ratio_interval: str
    against: str
    unknown_share: str


@dataclass(frozen=True)
class Headline:
    """England's newest figure of a measure, and its deprivation gap in the newest and the first period."""

    anchor: str
    title: str
    value: str
    is_number: bool
    interval: str
    period: str
    note: str
    gap_groups: str
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class MeasureSection:
    """One measure: its headline, picture, tables and the words that they need."""

    anchor: str
    title: str
    lede: str
    is_distribution: bool
    headline: Headline
    wide: Markup
    narrow: Markup
    caption: str
    notes: tuple[str, ...]
    breaks: tuple[str, ...]
    short: Table
    details: tuple[Table, ...]


def measure_sections(
    trends: "pd.DataFrame", inequalities: "pd.DataFrame", breaks: "pd.DataFrame", *, is_synthetic: bool
) -> list[MeasureSection]:
    """A section per measure with a figure of England: rates by group first, distributions last."""
    found = [series_of(trends, measure_id, breaks) for measure_id in sorted(trends["measure_id"].unique())]
    drawn = [series for series in found if series and _has_number(series)]
    drawn.sort(key=_place)
    gaps = england(inequalities) if not inequalities.empty else inequalities
    return [_section(series, gaps, is_synthetic=is_synthetic) for series in drawn]


def _place(series: Series) -> tuple[bool, bool, bool, str, str]:
    """Order on the page: by group before unstratified, with a better direction before without, distributions last."""
    has_no_direction = series.direction not in ("higher", "lower")
    return series.is_distribution, series.dimension == "all", has_no_direction, series.title, series.measure_id


def titles_without(sections: list[MeasureSection], trends: "pd.DataFrame") -> list[str]:
    """Titles of the measures that the mart holds and no section shows, because England has no number."""
    shown = {section.anchor for section in sections}
    titles = trends[["measure_id", "measure_title"]].drop_duplicates("measure_id")
    return sorted(str(row[1]) for row in titles.itertuples(index=False) if _anchor(str(row[0])) not in shown)


def _has_number(series: Series) -> bool:
    points = [point for line in series.lines if line.role != "aside" for point in line.points]
    return any((point.numerator if series.is_distribution else point.value) is not None for point in points)


def _anchor(measure_id: str) -> str:
    return "measure-" + re.sub(r"[^a-z0-9]+", "-", measure_id.lower()).strip("-")


def _section(series: Series, inequalities: "pd.DataFrame", *, is_synthetic: bool) -> MeasureSection:
    gaps = _gaps(series, inequalities)
    main = [gap for gap in gaps if (gap.disadvantaged, gap.comparator) == _ends(series)]
    headline = _headline(series, main)
    anchor = _anchor(series.measure_id)
    if series.is_distribution:
        wide, narrow = _count_pictures(series, anchor)
        short = _count_table(series, anchor)
        details: tuple[Table, ...] = (_count_detail(series, anchor),)
    else:
        wide, narrow = _trend_pictures(series, anchor)
        short = _short_table(series, main, anchor)
        details = (_full_table(series, anchor), *_gap_tables(series, gaps, anchor))
    return MeasureSection(
        anchor=anchor,
        title=series.title,
        lede=_lede(series),
        is_distribution=series.is_distribution,
        headline=headline,
        wide=wide,
        narrow=narrow,
        caption=("Simulated data. " if is_synthetic else "") + _caption(series),
        notes=tuple(_notes(series)),
        breaks=tuple(_break_words(series)),
        short=short,
        details=details,
    )


def _ends(series: Series) -> tuple[str, str]:
    """Labels of the most and the least deprived group."""
    return words.stratum("deprivation", "1", series.groups), words.stratum(
        "deprivation", str(series.groups), series.groups
    )


def _overall(series: Series) -> tuple[Point, ...]:
    line = series.of("overall") or (series.lines[0] if series.dimension == "all" else None)
    return line.points if line else ()


def _headline(series: Series, gaps: list[Gap]) -> Headline:
    newest = _overall(series)[-1] if _overall(series) else None
    if newest is None:
        value, interval, period = "No figure for all people together", "", series.periods[-1]
    elif series.is_distribution:
        value, interval, period = _count_or_status(newest), "", newest.period
    else:
        value = words.with_unit(newest.value, series.unit, series.places) or words.status_word(newest.status)
        interval, period = words.interval(newest.lower, newest.upper, series.unit, series.places), newest.period
    ends = [gaps[-1], gaps[0]] if len(gaps) > 1 else gaps
    return Headline(
        anchor=_anchor(series.measure_id),
        title=series.title,
        value=value,
        is_number=value[:1] in "−0123456789",
        interval=interval,
        period=period,
        note=_headline_note(series, newest),
        gap_groups=f"{words.gap_unit(series.unit)}, {_groups_compared(gaps[-1])}" if gaps else "",
        gaps=tuple(ends),
    )


def _groups_compared(gap: Gap) -> str:
    return f"{words.in_sentence(gap.disadvantaged)} against {words.in_sentence(gap.comparator)}"


def _headline_note(series: Series, point: Point | None) -> str:
    parts = ["Distribution, not a rate."] if series.is_distribution else []
    if series.population != "all":
        parts.append(f"Population: {words.plain(series.population)}.")
    if point and point.release_status == "provisional":
        parts.append("Provisional.")
    return " ".join(parts)


def _count_or_status(point: Point) -> str:
    return words.count(point.numerator) or words.status_word(point.status)


def _lede(series: Series) -> str:
    unit = "Counts" if series.is_distribution else words.UNIT.get(series.unit, words.plain(series.unit)).capitalize()
    population = "" if series.population == "all" else f" Population: {words.plain(series.population)}."
    if series.is_distribution:
        return f"{unit} by {words.DIMENSION[series.dimension]}: a distribution, not a rate.{population}"
    by = "for all people" if series.dimension == "all" else f"by {words.DIMENSION[series.dimension]}"
    return f"{unit}, {by}. {words.DIRECTION.get(series.direction, '')}{population}"


def _caption(series: Series) -> str:
    if series.is_distribution:
        return f"{series.title}, {series.organisation}, {series.periods[-1]}. Counts: a distribution, not a rate."
    intervals = words.INTERVAL.get(series.interval_method, "")
    drawn = "Bands" if charts.draws_bands(series) else "Bars"
    by = "" if series.dimension == "all" else f" by {words.DIMENSION[series.dimension]}"
    tail = f" {drawn}: {intervals}." if intervals else " No intervals are given."
    return f"{series.title}{by}, {series.organisation}.{tail}"


def _notes(series: Series) -> list[str]:
    """What a reader must know to read the picture: n, what the groups are, adjustment, rounding, axis."""
    notes = [] if series.is_distribution else [_n_sentence(series)]
    bases = [words.BASIS[basis] for basis in series.bases if basis in words.BASIS]
    if series.dimension != "all" and bases:
        notes.append(f"Groups: {words.joined(bases)}." + _assigned(series))
    notes.append(_schemes(series))
    if not series.is_distribution:
        notes += _drawing_notes(series)
    notes.append(words.ROUNDING.get(series.rounding, ""))
    return [note for note in notes if note]


def _drawing_notes(series: Series) -> list[str]:
    notes = []
    if any(line.role == "context" for line in series.lines):
        which = "the groups between" if series.dimension == "deprivation" else "smaller groups"
        notes.append(f"Thin grey lines: {which}. All groups are in the full table.")
    if series.of("aside"):
        notes.append("People whose group is not known, or who are in none, are in the full table, not in the picture.")
    notes.append(words.ADJUSTMENT.get(series.adjustment, f"Adjustment: {words.plain(series.adjustment)}."))
    if not charts.starts_at_zero(series):
        notes.append("The vertical axis does not begin at zero.")
    return notes


def _assigned(series: Series) -> str:
    return f" Assigned as of {words.joined(list(series.assigned_on))}." if series.assigned_on else ""


def _schemes(series: Series) -> str:
    """Which scheme the groups follow, and from when where it changes (the line is broken there)."""
    if series.dimension == "all":
        return ""
    begins: dict[str, str] = {}
    for point in sorted(
        (point for line in series.lines if line.role != "overall" for point in line.points), key=_start
    ):
        begins.setdefault(point.scheme, point.period)
    begins = {scheme: period for scheme, period in begins.items() if scheme not in ("", "none")}
    if not begins:
        return ""
    if len(begins) == 1:
        return f"Scheme of the groups: {words.plain(next(iter(begins)))}."
    parts = [f"{words.plain(scheme)} from {period}" for scheme, period in begins.items()]
    return f"Scheme of the groups: {words.joined(parts)}; lines are not joined across the change."


def _start(point: Point) -> int:
    return point.start.toordinal()


def _n_sentence(series: Series) -> str:
    newest = series.periods[-1]
    parts = [
        f"{line.label}: {words.count(point.denominator)}"
        for line in series.highlighted
        if (point := line.at(newest)) and point.denominator is not None
    ]
    return f"n (denominator) in {newest}. {'; '.join(parts)}." if parts else ""


def _break_words(series: Series) -> list[str]:
    return [
        f"{known.letter}: {words.day(known.starts_on)}"
        + (f" to {words.day(known.ends_on)}" if known.ends_on else "")
        + (", some organisations only" if known.is_partial else "")
        + f", {words.plain(known.kind)}; {words.HANDLING.get(known.handling, words.plain(known.handling))}."
        + f" {known.description} Source: {known.source}"
        for known in series.breaks
    ]


def _trend_pictures(series: Series, anchor: str) -> tuple[Markup, Markup]:
    title = f"{series.title}, {series.organisation}: trend"
    ends = [_line_words(line, series) for line in series.highlighted]
    description = "Line chart. " + " ".join(text for text in ends if text) + " The table holds the same numbers."
    wide, narrow = (
        charts.trend_svg(series, size, name=f"{anchor}-{name}", title=title, description=description)
        for name, size in (("wide", charts.WIDE), ("narrow", charts.NARROW))
    )
    return Markup(wide), Markup(narrow)  # noqa: S704 - text inside is escaped by the renderer and by svg.picture


def _line_words(line: Line, series: Series) -> str:
    shown = [point for point in line.points if point.value is not None]
    if not shown:
        return ""
    first, last = (words.with_unit(point.value, series.unit, series.places) for point in (shown[0], shown[-1]))
    return f"{line.label}: {first} in {shown[0].period}, {last} in {shown[-1].period}."


def _count_pictures(series: Series, anchor: str) -> tuple[Markup, Markup]:
    title = f"{series.title}, {series.organisation}, {series.periods[-1]}: counts"
    description = "Bar chart of counts: a distribution, not a rate. The table holds the same numbers."
    wide, narrow = (
        bars.counts_svg(series, series.periods[-1], size, name=f"{anchor}-{name}", title=title, description=description)
        for name, size in (("wide", bars.WIDE), ("narrow", bars.NARROW))
    )
    return Markup(wide), Markup(narrow)  # noqa: S704 - text inside is escaped by the renderer and by svg.picture


def _value_cell(point: Point | None, series: Series) -> Cell:
    """The number and its interval, or the word that says why there is none."""
    if point is None:
        return Cell("not published")
    shown = words.number(point.value, series.unit, series.places)
    if not shown:
        return Cell(words.status_word(point.status))
    return Cell(shown, words.interval(point.lower, point.upper, series.unit, series.places))


def _count_cell(value: float | None, status: str) -> Cell:
    return Cell(words.count(value) or words.status_word(status))


def _short_table(series: Series, gaps: list[Gap], anchor: str) -> Table:
    """Newest periods × the labelled lines, with the gap where there is one."""
    periods = list(reversed(series.periods))[:SHORT_TABLE_PERIODS]
    by_period = {gap.period: gap for gap in gaps}
    columns = [Column("Period"), *(Column(line.label, is_numeric=True) for line in series.highlighted)]
    rows = []
    for period in periods:
        cells = [Cell(period), *(_value_cell(line.at(period), series) for line in series.highlighted)]
        if gaps:
            gap = by_period.get(period)
            cells.append(Cell(gap.text, gap.interval) if gap else Cell("not published"))
        rows.append(tuple(cells))
    if gaps:
        columns.append(Column(f"Gap, {words.gap_unit(series.unit)}", is_numeric=True))
    cut = f" Newest {len(periods)} of {len(series.periods)} periods." if len(periods) < len(series.periods) else ""
    unit = words.UNIT.get(series.unit, words.plain(series.unit))
    caption = f"{series.title}, {series.organisation}: {unit}, 95% interval below.{cut}"
    return Table(f"{anchor}-table", caption, tuple(columns), tuple(rows))


def _full_table(series: Series, anchor: str) -> Table:
    """Every line and period with parts, interval and, where the publisher rounds, the bounds that follow from it."""
    points = [(line, point) for line in series.lines for point in line.points]
    is_rounded = any(
        point.rounding_lower is not None and point.rounding_lower != point.rounding_upper for _, point in points
    )
    columns = [
        Column("Group"),
        Column("Period"),
        Column("Value", is_numeric=True),
        Column("95% interval", is_numeric=True),
        Column("Numerator", is_numeric=True),
        Column("Denominator", is_numeric=True),
    ]
    if is_rounded:
        columns.append(Column("Bounds from rounding", is_numeric=True))
    rows = [tuple(_full_row(line, point, series, is_rounded=is_rounded)) for line, point in points]
    caption = f"{series.title}, {series.organisation}: every group and period"
    return Table(f"{anchor}-full", caption, tuple(columns), tuple(rows), "Every group and period, with counts")


def _full_row(line: Line, point: Point, series: Series, *, is_rounded: bool) -> list[Cell]:
    value = _value_cell(point, series)
    provisional = " (provisional)" if point.release_status == "provisional" else ""
    cells = [
        Cell(line.label),
        Cell(point.period + provisional),
        Cell(value.text),
        Cell(value.detail or "none"),
        _count_cell(point.numerator, point.status),
        _count_cell(point.denominator, point.status),
    ]
    if is_rounded:
        bounds = words.interval(point.rounding_lower, point.rounding_upper, series.unit, series.places)
        cells.append(Cell(bounds or "none"))
    return cells


def _count_table(series: Series, anchor: str) -> Table:
    newest = series.periods[-1]
    rows = tuple(
        (Cell(line.label), _count_cell(point.numerator, point.status))
        for line in series.lines
        if (point := line.at(newest))
    )
    caption = f"{series.title}, {series.organisation}, {newest}: counts (a distribution, not a rate)"
    columns = (Column(words.GROUP[series.dimension]), Column("Count", is_numeric=True))
    return Table(f"{anchor}-table", caption, columns, rows)


def _count_detail(series: Series, anchor: str) -> Table:
    periods = tuple(reversed(series.periods))
    rows = []
    for line in series.lines:
        points = [line.at(period) for period in periods]
        cells = [_count_cell(point.numerator, point.status) if point else Cell("not published") for point in points]
        rows.append((Cell(line.label), *cells))
    caption = f"{series.title}, {series.organisation}: counts in every period (a distribution, not a rate)"
    first = Column(words.GROUP[series.dimension])
    columns = (first, *(Column(period, is_numeric=True) for period in periods))
    return Table(f"{anchor}-full", caption, columns, tuple(rows), "Counts in every period")


def _gaps(series: Series, inequalities: "pd.DataFrame") -> list[Gap]:
    """Gaps of two groups of the series' measure, dimension, population and periods, in order of period."""
    if inequalities.empty or series.is_distribution:
        return []
    rows = inequalities[
        (inequalities["measure_id"] == series.measure_id)
        & inequalities["contrast"].isin(CONTRASTS_SHOWN)
        & (inequalities["stratum_dimension"] == series.dimension)
        & (inequalities["population"] == series.population)
        & (inequalities["adjustment"] == series.adjustment)
    ]
    schemes = {(point.period, point.scheme) for line in series.lines for point in line.points if line.role != "overall"}
    found = []
    for record in rows.sort_values(["period_start", "contrast", "disadvantaged_stratum"], kind="stable").to_dict(
        "records"
    ):
        period = words.period(
            to_date(record["period_start"]), to_date(record["period_end"]), str(record["period_kind"])
        )
        if (period, text(record["stratum_scheme"])) not in schemes:
            continue
        shown = text(record["status"]) == "computed"
        numbers = {
            name: number(record[name]) if shown else None
            for name in ("gap", "gap_lower_95", "gap_upper_95", "ratio", "ratio_lower_95", "ratio_upper_95")
        }
        unknown = number(record["unknown_share"])
        found.append(
            Gap(
                period=period,
                disadvantaged=_label(series, text(record["disadvantaged_stratum"])),
                comparator=_label(series, text(record["comparator_stratum"])),
                text=words.number(numbers["gap"], series.unit, series.places)
                or words.status_word(text(record["status"])),
                interval=words.interval(numbers["gap_lower_95"], numbers["gap_upper_95"], series.unit, series.places),
                ratio=words.number(numbers["ratio"], "ratio") or words.status_word(text(record["status"])),
                ratio_interval=words.interval(numbers["ratio_lower_95"], numbers["ratio_upper_95"], "ratio"),
                against=_against(series, text(record["gap_against"])),
                unknown_share="not available" if unknown is None else f"{unknown * 100:.1f}%",
            )
        )
    return found


def _against(series: Series, group: str) -> str:
    return words.plain(group) if group in ("not_applicable", "neither") else _label(series, group)


def _label(series: Series, stratum: str) -> str:
    return words.stratum(series.dimension, stratum, series.groups)


def _gap_tables(series: Series, gaps: list[Gap], anchor: str) -> tuple[Table, ...]:
    if not gaps:
        return ()
    columns = (
        Column("Groups compared"),
        Column("Period"),
        Column(f"Gap, {words.gap_unit(series.unit)}", is_numeric=True),
        Column("Worse off"),
        Column("Ratio", is_numeric=True),
        Column("Share not known", is_numeric=True),
    )
    rows = tuple(
        (
            Cell(_groups_compared(gap)),
            Cell(gap.period),
            Cell(gap.text, gap.interval),
            Cell(gap.against),
            Cell(gap.ratio, gap.ratio_interval),
            Cell(gap.unknown_share),
        )
        for gap in gaps
    )
    caption = f"{series.title}, {series.organisation}: gap and ratio in every period, 95% interval below"
    return (Table(f"{anchor}-gaps", caption, columns, rows, "Gap and ratio in every period"),)
