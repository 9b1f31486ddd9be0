"""Draw a series as a trend: lines with intervals, breaks and direct labels.

Belongs here: marks, colours, axes and labels of the trend picture. Does not: bars of counts (bars.py), rendering
(svg.py), or choosing rows (series.py).

Colours are told apart with any kind of colour vision, and shape or dash says the same again.
"""

import json
import math
import textwrap
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from orchestration.publication.site import svg, words
from orchestration.publication.site.series import Break, Line, Point, Series

WIDE = svg.Size(width=640, height=380, left=52, right=140, top=46, bottom=34, wrap=18)
NARROW = svg.Size(width=350, height=340, left=40, right=88, top=46, bottom=34, wrap=11)

COLOURS = {"most": svg.RUST, "least": svg.BLUE, "overall": svg.INK}
SHAPES = {"most": "circle", "least": "square", "overall": "diamond"}
NAMED_COLOURS = (svg.BLUE, svg.RUST, "#00664d", "#8a3a7a", "#6b5900", "#3d4a57", "#a3195b")
NAMED_SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "triangle-right")
MANY_PERIODS = 16
MANY_LINES = 3
CALENDAR = (365.25 / 12, 365.25 / 4, 365.25)  # days of a month, a quarter, a year
STEPS = (1, 2, 3, 4, 6, 12, 24, 60, 120)
LINE_HEIGHT = 15


@dataclass(frozen=True)
class _Style:
    """How a line looks; ``shift`` moves its points sideways, in days, so that error bars stand apart."""

    colour: str
    shape: str
    is_dashed: bool
    shift: float


@dataclass(frozen=True)
class _Frame:
    """The plotting area: size, domains of both axes, labelled periods."""

    size: svg.Size
    x: tuple[float, float]
    y: tuple[float, float]
    ticks: dict[float, str]
    y_title: str

    def pixel(self, value: float) -> float:
        """Vertical position of a value, in pixels from the top of the plotting area."""
        return self.size.inner_height * (self.y[1] - value) / (self.y[1] - self.y[0])


def trend_svg(series: Series, size: svg.Size, *, name: str, title: str, description: str) -> str:
    """An inline ``<svg>`` of the trend; title, description and name as in ``svg.picture``.

    Raises ValueError for a distribution, which is not a rate, and for a series without one drawable point.
    """
    return svg.picture(trend_chart(series, size), size, name=name, title=title, description=description)


def trend_chart(series: Series, size: svg.Size) -> Any:
    """The Altair chart of a trend: grey context, coloured lines with intervals, breaks and direct labels."""
    import altair as alt

    if series.is_distribution:
        raise ValueError(f"{series.measure_id} is a distribution, not a rate: it has no trend")
    styles = _styles(series)
    frame = _frame(series, size, reach=max((abs(style.shift) for style in styles.values()), default=0.0))
    lines = series.highlighted
    layers = [
        *_break_layers(series.breaks, frame),
        *_context_layers([line for line in series.lines if line.role == "context"], series.breaks, frame),
        *_interval_layers(lines, styles, frame, as_bands=draws_bands(series)),
        *_line_layers([line for line in lines if styles[line.stratum].is_dashed], styles, series.breaks, frame),
        *_line_layers([line for line in lines if not styles[line.stratum].is_dashed], styles, series.breaks, frame),
        _label_layer(lines, styles, frame),
    ]
    return alt.layer(*layers)


def draws_bands(series: Series) -> bool:
    """Whether intervals are bands (many periods) or bars (few)."""
    return len(series.periods) > MANY_PERIODS


def starts_at_zero(series: Series) -> bool:
    """Whether the vertical axis of the trend begins at zero (a caption says so when it does not)."""
    return _frame(series, WIDE).y[0] == 0


def _frame(series: Series, size: svg.Size, reach: float = 0.0) -> _Frame:
    """Domains that hold every drawn number; ``reach`` is how far points are moved sideways, in days."""
    shown = [line for line in series.lines if line.role != "aside"]
    values = [point.value for line in shown for point in line.points if point.value is not None]
    if not values:
        raise ValueError(f"{series.measure_id}: no point of {series.organisation} holds a number")
    points = [point for line in series.highlighted for point in line.points]
    limits = [limit for point in points for limit in (point.lower, point.upper) if limit is not None]
    periods = {point.middle: point.period for line in shown for point in line.points}
    margin = max((max(periods) - min(periods)) * 0.03, 15.0) + reach
    first, last = min(periods) - margin, max(periods) + margin
    return _Frame(
        size=size,
        x=(first, last),
        y=_nice(min(values + limits), max(values + limits)),
        ticks=_ticks(periods, last - first, size.inner_width),
        y_title=words.UNIT.get(series.unit, words.plain(series.unit)).capitalize(),
    )


def _ticks(periods: dict[float, str], days: float, width: int) -> dict[float, str]:
    """Periods to name on an axis of ``days`` and ``width`` pixels: the newest, and from it back in equal steps."""
    middles = sorted(periods)
    closest = min((after - before for before, after in pairwise(middles)), default=365.25)
    unit = next((length for length in CALENDAR if abs(closest / length - 1) < 0.1), closest)
    room = max(_text_width(period) for period in periods.values()) + 8
    step = next((size for size in STEPS if size * unit * width / days >= room), STEPS[-1])
    return {middle: periods[middle] for middle in middles if round((middles[-1] - middle) / unit) % step == 0}


def _text_width(text: str) -> float:
    """Width of a label in 13 px Arial, near enough to keep labels apart."""
    return sum({" ": 3.6, "-": 4.4}.get(letter, 9.0 if letter.isupper() else 7.3) for letter in text)


def _nice(low: float, high: float) -> tuple[float, float]:
    """Domain ends on round numbers, with some air; zero is kept as an end when the data come near it."""
    spread = (high - low) or max(abs(high), 1.0) * 0.2
    step = 10 ** math.floor(math.log10(spread)) / 5
    floor = math.floor((low - spread * 0.08) / step) * step
    if 0 <= low < spread * 0.5:
        floor = 0.0
    return floor, math.ceil((high + spread * 0.08) / step) * step


def _styles(series: Series) -> dict[str, _Style]:
    lines = series.highlighted
    middles = sorted({point.middle for line in lines for point in line.points})
    gaps = [after - before for before, after in pairwise(middles)]
    step = min(gaps, default=0.0) * 0.1 if len(lines) > MANY_LINES and not draws_bands(series) else 0.0
    styles = {}
    for place, line in enumerate(lines):
        shift = (place - (len(lines) - 1) / 2) * step
        colour = COLOURS.get(line.role, NAMED_COLOURS[place % len(NAMED_COLOURS)])
        shape = SHAPES.get(line.role, NAMED_SHAPES[place % len(NAMED_SHAPES)])
        styles[line.stratum] = _Style(colour, shape, line.role == "overall", shift)
    return styles


def _x(frame: _Frame) -> Any:
    """The time axis, with the periods' own names as labels."""
    import altair as alt

    names = json.dumps({str(round(middle * 2)): name for middle, name in frame.ticks.items()})
    axis = alt.Axis(
        title=None,
        grid=False,
        values=list(frame.ticks),
        labelExpr=f"({names})[toString(round(datum.value * 2))]",
        labelOverlap=False,
        labelFlush=False,
    )
    return alt.X("x:Q", axis=axis, scale=alt.Scale(domain=list(frame.x), nice=False, zero=False))


def _y(frame: _Frame, field: str = "y") -> Any:
    """The value axis, named above its upper end and read horizontally."""
    import altair as alt

    axis = alt.Axis(
        title=frame.y_title,
        titleAngle=0,
        titleAlign="left",
        titleBaseline="bottom",
        titleX=-frame.size.left,
        titleY=-16,
        tickCount=6,
        gridColor=svg.GRID,
        ticks=False,
        domain=False,
        labelPadding=6,
    )
    return alt.Y(f"{field}:Q", axis=axis, scale=alt.Scale(domain=list(frame.y), nice=False, zero=False))


def _days(value: date) -> int:
    return value.toordinal() - date(1970, 1, 1).toordinal()


def _break_layers(breaks: tuple[Break, ...], frame: _Frame) -> list[Any]:
    """Shade the days that a break lasts, and mark with its letter where it begins."""
    import altair as alt

    rows = [_break_row(known, frame) for known in breaks]
    spans = [row for row in rows if row["end"] > row["x"]]
    begins = [row for row in rows if row["is_inside"]]
    layers = []
    if spans:
        layers.append(alt.Chart(svg.data(spans)).mark_rect(color=svg.SHADE).encode(x=_x(frame), x2=alt.X2("end:Q")))
    if begins:
        rules = alt.Chart(svg.data(begins)).mark_rule(color=svg.QUIET, strokeDash=[4, 3])
        layers.append(rules.encode(x=_x(frame)))
    if rows:
        letters = alt.Chart(svg.data(rows))
        text = letters.mark_text(color=svg.INK, fontSize=13, fontWeight="bold", align="left", dx=4)
        layers.append(text.encode(x=_x(frame), y=alt.value(9), text=alt.Text("letter:N")))
    return layers


def _break_row(known: Break, frame: _Frame) -> dict[str, Any]:
    low, high = frame.x
    begins = _days(known.starts_on)
    start = min(max(begins, low), high)
    end = min(max(_days(known.ends_on) + 1, low), high) if known.ends_on else start
    return {"x": start, "end": end, "letter": known.letter, "is_inside": low <= begins <= high}


def segments(line: Line, breaks: tuple[Break, ...]) -> list[tuple[str, Point]]:
    """The points that hold a number, each with the name of the unbroken stretch it belongs to.

    A stretch ends at a cell without a number, at a period that is not there, at a change of stratum scheme, and at a
    break whose handling forbids joining its two sides.
    """
    cuts = [_days(known.starts_on) for known in breaks if known.handling in ("split", "splice_refused")]
    stretch = 0
    found = []
    before: Point | None = None
    for point in line.points:
        if before and (
            before.value is None
            or (point.start - before.end).days > 1
            or point.scheme != before.scheme
            or any(before.middle < cut <= point.middle for cut in cuts)
        ):
            stretch += 1
        found.append((f"{line.stratum}/{stretch}", point))
        before = point
    return [(name, point) for name, point in found if point.value is not None]


def _context_layers(lines: list[Line], breaks: tuple[Break, ...], frame: _Frame) -> list[Any]:
    import altair as alt

    rows = [
        {"stretch": stretch, "x": point.middle, "y": point.value}
        for line in lines
        for stretch, point in segments(line, breaks)
    ]
    if not rows:
        return []
    chart = alt.Chart(svg.data(rows)).mark_line(color=svg.CONTEXT, strokeWidth=1)
    return [chart.encode(x=_x(frame), y=_y(frame), detail=alt.Detail("stretch:N"))]


def _interval_layers(lines: tuple[Line, ...], styles: dict[str, _Style], frame: _Frame, *, as_bands: bool) -> list[Any]:
    """95% intervals of the labelled lines, as bands or as bars with caps."""
    import altair as alt

    rows = [
        {
            "stretch": stretch,
            "x": point.middle + styles[line.stratum].shift,
            "lower": point.lower,
            "upper": point.upper,
            "colour": styles[line.stratum].colour,
        }
        for line in lines
        for stretch, point in segments(line, ())
        if point.lower is not None and point.upper is not None
    ]
    if not rows:
        return []
    chart = alt.Chart(svg.data(rows))
    colour = alt.Color("colour:N", scale=None)
    span = {"x": _x(frame), "y": _y(frame, "lower"), "y2": alt.Y2("upper:Q"), "color": colour}
    if as_bands:
        return [chart.mark_area(opacity=0.25).encode(**span, detail=alt.Detail("stretch:N"))]
    caps = chart.mark_tick(orient="horizontal", size=8, thickness=1.6)
    return [
        chart.mark_rule(strokeWidth=1.6).encode(**span),
        *(caps.encode(x=_x(frame), y=_y(frame, limit), color=colour) for limit in ("lower", "upper")),
    ]


def _line_layers(lines: list[Line], styles: dict[str, _Style], breaks: tuple[Break, ...], frame: _Frame) -> list[Any]:
    """Lines and points; dashed lines are England as a whole, drawn thinner and below."""
    import altair as alt

    rows = [
        {
            "stretch": stretch,
            "x": point.middle + styles[line.stratum].shift,
            "y": point.value,
            "colour": styles[line.stratum].colour,
            "shape": styles[line.stratum].shape,
        }
        for line in lines
        for stretch, point in segments(line, breaks)
    ]
    if not rows:
        return []
    chart = alt.Chart(svg.data(rows))
    is_dashed = styles[lines[0].stratum].is_dashed
    strokes = chart.mark_line(strokeWidth=1.6, strokeDash=[6, 4]) if is_dashed else chart.mark_line(strokeWidth=2.4)
    points = chart.mark_point(filled=True, opacity=1, size=12 if len(lines[0].points) > MANY_PERIODS else 42)
    place = {"x": _x(frame), "y": _y(frame), "color": alt.Color("colour:N", scale=None)}
    return [
        strokes.encode(**place, detail=alt.Detail("stretch:N")),
        points.encode(**place, shape=alt.Shape("shape:N", scale=None)),
    ]


def _label_layer(lines: tuple[Line, ...], styles: dict[str, _Style], frame: _Frame) -> Any:
    """Direct labels to the right of each line's last point, moved apart so that none covers another."""
    import altair as alt

    wanted = []
    for line in lines:
        shown = [point.value for point in line.points if point.value is not None]
        if shown:
            text = textwrap.wrap(line.label, frame.size.wrap) or [line.label]
            wanted.append((frame.pixel(shown[-1]), text, styles[line.stratum].colour))
    wanted.sort(key=lambda item: item[0])
    tops = apart([(place, len(text) * LINE_HEIGHT) for place, text, _ in wanted], frame.size.inner_height)
    rows = [{"y": top, "text": text, "colour": colour} for top, (_, text, colour) in zip(tops, wanted, strict=True)]
    chart = alt.Chart(svg.data(rows))
    marks = chart.mark_text(align="left", baseline="top", fontSize=13, fontWeight="bold", lineHeight=LINE_HEIGHT, dx=8)
    return marks.encode(
        x=alt.value(frame.size.inner_width),
        y=alt.Y("y:Q", scale=None),
        text=alt.Text("text:N"),
        color=alt.Color("colour:N", scale=None),
    )


def apart(boxes: list[tuple[float, int]], height: int) -> list[float]:
    """Tops of label boxes, given their wanted middles and heights from top to bottom: none overlaps or hangs out below.

    ``height`` is the plotting area's, in pixels like everything here; boxes may begin above it.
    """
    tops: list[float] = []
    free = -math.inf
    for middle, tall in boxes:
        top = max(middle - tall / 2, free)
        tops.append(top)
        free = top + tall + 2
    limit = float(height)
    for place in range(len(boxes) - 1, -1, -1):
        tops[place] = min(tops[place], limit - boxes[place][1])
        limit = tops[place] - 2
    return tops
