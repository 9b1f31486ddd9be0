"""Draw a series as SVG: a trend with intervals and breaks, or bars of counts for a distribution.

Belongs here: everything about marks, colours, sizes and the text inside a picture. Does not: choosing rows (series.py).

Pictures are Vega-Altair rendered by vl-convert: no script, no outside request, no style attribute (a content security
policy may forbid those). Width, height and padding are fixed, so that no measured text moves anything. Colours are told
apart by people with any kind of colour vision, and shape or dash says the same again.
"""

import html
import json
import math
import textwrap
from dataclasses import dataclass
from datetime import date
from typing import Any

from orchestration.publication.site import words
from orchestration.publication.site.series import Break, Line, Point, Series

FONT = "Arial, Helvetica, sans-serif"
INK = "#212b32"
QUIET = "#4c5c68"
CONTEXT = "#8a949b"
GRID = "#e2e6e9"
SHADE = "#eef0f2"
COLOURS = {"most": "#b03a00", "least": "#005f9e", "overall": "#212b32"}
SHAPES = {"most": "circle", "least": "square", "overall": "diamond"}
NAMED_COLOURS = ("#005f9e", "#b03a00", "#00664d", "#8a3a7a", "#6b5900", "#3d4a57", "#a3195b")
NAMED_SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "triangle-right")
MANY_PERIODS = 16
LINE_HEIGHT = 15


@dataclass(frozen=True)
class Size:
    """Fixed geometry of a picture in pixels; ``ticks`` is how many period labels fit, ``wrap`` how long a label may be."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    ticks: int
    wrap: int


WIDE = Size(width=640, height=380, left=52, right=140, top=46, bottom=34, ticks=9, wrap=18)
NARROW = Size(width=350, height=340, left=40, right=88, top=46, bottom=34, ticks=4, wrap=11)


@dataclass(frozen=True)
class _Style:
    colour: str
    shape: str
    is_dashed: bool


@dataclass(frozen=True)
class _Frame:
    """The plotting area: inner size, domains and scale of the vertical axis."""

    size: Size
    x: tuple[float, float]
    y: tuple[float, float]
    ticks: dict[float, str]
    y_title: str

    @property
    def inner_width(self) -> int:
        return self.size.width - self.size.left - self.size.right

    @property
    def inner_height(self) -> int:
        return self.size.height - self.size.top - self.size.bottom

    def pixel(self, value: float) -> float:
        """Vertical position of a value, in pixels from the top of the plotting area."""
        return self.inner_height * (self.y[1] - value) / (self.y[1] - self.y[0])


def trend_svg(series: Series, size: Size, *, name: str, title: str, description: str) -> str:
    """An inline ``<svg>`` of the trend; ``title`` and ``description`` are read out by screen readers.

    ``name`` makes the ids unique on a page. Raises ValueError for a distribution, which is not a rate, and for a series
    without one drawable point.
    """
    return labelled(render(trend_chart(series, size)), name=name, title=title, description=description)


def trend_chart(series: Series, size: Size) -> Any:
    """The Altair chart of a trend: grey context, coloured lines with intervals, breaks and direct labels."""
    import altair as alt

    if series.is_distribution:
        raise ValueError(f"{series.measure_id} is a distribution, not a rate: it has no trend")
    frame = _frame(series, size)
    styles = _styles(series.highlighted)
    context = [line for line in series.lines if line.role == "context"]
    layers = [
        *_break_layers(series.breaks, frame),
        *_context_layers(context, series.breaks, frame),
        *_interval_layers(series.highlighted, styles, frame, as_bands=len(series.periods) > MANY_PERIODS),
        *_line_layers(series.highlighted, styles, series.breaks, frame),
        _label_layer(series.highlighted, styles, frame),
    ]
    return _framed(alt.layer(*layers), frame)


def counts_svg(series: Series, period: str, size: Size, *, name: str, title: str, description: str) -> str:
    """An inline ``<svg>`` of the counts of one period, a bar per stratum; a cell without a number shows its status."""
    import altair as alt

    cells = [(line, point) for line in series.lines if line.role != "overall" and (point := line.at(period))]
    row = 30
    height = row * max(len(cells), 1)
    left = min(size.width // 3, 170)
    right = 70
    rows = [_count_row(line, point, left, size) for line, point in cells]
    data = alt.InlineData(values=rows)
    order = [item["label"] for item in rows]
    y = alt.Y("label:N", sort=order, axis=alt.Axis(title=None, ticks=False, domain=False, labelLimit=left), scale=alt.Scale(padding=0.28))
    top = max((item["count"] for item in rows if item["count"] is not None), default=1.0) or 1.0
    x = alt.X("count:Q", axis=None, scale=alt.Scale(domain=[0, top], nice=False))
    bars = alt.Chart(data).transform_filter("isValid(datum.count)").mark_bar().encode(x=x, y=y, color=alt.Color("colour:N", scale=None))
    labels = (
        alt.Chart(data)
        .mark_text(align="left", dx=6, fontSize=13, color=INK)
        .encode(x=alt.X("end:Q", axis=None, scale=alt.Scale(domain=[0, top], nice=False)), y=y, text="text:N")
    )
    chart = (
        alt.layer(bars, labels)
        .properties(width=size.width - left - right, height=height, padding={"left": left, "right": right, "top": 4, "bottom": 4})
        .properties(autosize=alt.AutoSizeParams(type="none"))
    )
    return labelled(render(_configured(chart)), name=name, title=title, description=description)


def _count_row(line: Line, point: Point, left: int, size: Size) -> dict[str, Any]:
    text = words.count(point.numerator) or words.status_word(point.status)
    return {
        "label": line.label if len(line.label) * 7 < left else textwrap.shorten(line.label, left // 7, placeholder="…"),
        "count": point.numerator,
        "end": point.numerator or 0.0,
        "text": text,
        "colour": CONTEXT if line.role == "unknown" else COLOURS["least"],
    }


def render(chart: Any) -> str:
    """The chart as SVG text; the renderer is forbidden to fetch anything."""
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(chart.to_dict(), allowed_base_urls=[])
    return svg


def labelled(svg: str, *, name: str, title: str, description: str) -> str:
    """The SVG with a title and a description for screen readers, scaling with its container."""
    opening, rest = svg.split(">", 1)
    view_box = opening.split('viewBox="', 1)[1].split('"', 1)[0]
    width, height = view_box.split()[2:]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" width="{width}" height="{height}" '
        f'viewBox="{view_box}" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{html.escape(title)}</title><desc id="{name}-desc">{html.escape(description)}</desc>'
    )
    return head + rest


def _frame(series: Series, size: Size) -> _Frame:
    shown = [line for line in series.lines if line.role != "unknown"]
    points = [point for line in shown for point in line.points if point.value is not None]
    if not points:
        raise ValueError(f"{series.measure_id}: no point of England holds a number")
    strong = [point for line in series.highlighted for point in line.points if point.value is not None]
    values = [point.value for point in points if point.value is not None]
    limits = [limit for point in strong for limit in (point.lower, point.upper) if limit is not None]
    low, high = _nice(min(values + limits), max(values + limits))
    middles = [point.middle for line in shown for point in line.points]
    margin = max((max(middles) - min(middles)) * 0.03, 15.0)
    return _Frame(
        size=size,
        x=(min(middles) - margin, max(middles) + margin),
        y=(low, high),
        ticks=_ticks({point.middle: point.period for line in shown for point in line.points}, size.ticks),
        y_title=words.UNIT.get(series.unit, words.plain(series.unit)).capitalize(),
    )


def _ticks(periods: dict[float, str], fitting: int) -> dict[float, str]:
    """At most ``fitting`` periods, evenly spaced and counted back from the newest, which is always named."""
    middles = sorted(periods)
    step = math.ceil(len(middles) / fitting)
    return {middle: periods[middle] for middle in middles[::-1][::step][::-1]}


def _nice(low: float, high: float) -> tuple[float, float]:
    """Domain ends on round numbers, with some air; zero is kept as an end when the data come near it."""
    spread = (high - low) or max(abs(high), 1.0) * 0.2
    step = 10 ** math.floor(math.log10(spread))
    step = step / 2 if spread / step < 4 else step
    floor = math.floor((low - spread * 0.08) / step) * step
    floor = 0.0 if low >= 0 and low < spread * 0.5 else floor
    return floor, math.ceil((high + spread * 0.08) / step) * step


def starts_at_zero(series: Series) -> bool:
    """Whether the vertical axis of the trend begins at zero (a caption says so when it does not)."""
    return _frame(series, WIDE).y[0] == 0


def _styles(lines: tuple[Line, ...]) -> dict[str, _Style]:
    styles = {}
    named = 0
    for line in lines:
        if line.role in COLOURS:
            styles[line.stratum] = _Style(COLOURS[line.role], SHAPES[line.role], line.role == "overall")
        else:
            place = named % len(NAMED_COLOURS)
            styles[line.stratum] = _Style(NAMED_COLOURS[place], NAMED_SHAPES[place], False)
            named += 1
    return styles


def _x(frame: _Frame, field: str = "x") -> Any:
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
    return alt.X(f"{field}:Q", axis=axis, scale=alt.Scale(domain=list(frame.x), nice=False, zero=False))


def _y(frame: _Frame, field: str = "y") -> Any:
    """The value axis, named above its upper end and read horizontally."""
    import altair as alt

    axis = alt.Axis(
        title=frame.y_title,
        titleAngle=0,
        titleAlign="left",
        titleBaseline="bottom",
        titleX=8 - frame.size.left,
        titleY=-16,
        tickCount=6,
        gridColor=GRID,
        ticks=False,
        domain=False,
        labelPadding=6,
    )
    return alt.Y(f"{field}:Q", axis=axis, scale=alt.Scale(domain=list(frame.y), nice=False, zero=False))


def _days(value: date) -> int:
    return value.toordinal() - date(1970, 1, 1).toordinal()


def _break_layers(breaks: tuple[Break, ...], frame: _Frame) -> list[Any]:
    import altair as alt

    if not breaks:
        return []
    rows = [_break_row(known, frame) for known in breaks]
    spans = alt.Chart(alt.InlineData(values=[row for row in rows if row["end"] > row["x"]]))
    marks = alt.Chart(alt.InlineData(values=rows))
    layers = [spans.mark_rect(color=SHADE, opacity=1).encode(x=_x(frame), x2="end:Q")] if any(row["end"] > row["x"] for row in rows) else []
    return [
        *layers,
        marks.mark_rule(color=QUIET, strokeDash=[4, 3]).encode(x=_x(frame)),
        marks.mark_text(color=INK, fontSize=13, fontWeight="bold", align="left", dx=4).encode(
            x=_x(frame), y=alt.value(9), text="letter:N"
        ),
    ]


def _break_row(known: Break, frame: _Frame) -> dict[str, Any]:
    low, high = frame.x
    start = min(max(_days(known.starts_on), low), high)
    end = min(max(_days(known.ends_on) + 1, low), high) if known.ends_on else start
    return {"x": start, "end": end, "letter": known.letter}


def _segments(line: Line, breaks: tuple[Break, ...]) -> list[tuple[str, Point]]:
    """Points with the name of the unbroken stretch they belong to.

    A stretch ends at a cell without a number, at a change of stratum scheme, and at a break whose handling forbids
    joining its two sides.
    """
    cuts = [_days(known.starts_on) for known in breaks if known.handling in ("split", "splice_refused")]
    stretch, found = 0, []
    before: Point | None = None
    for point in line.points:
        if before and (
            before.value is None
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
        for stretch, point in _segments(line, breaks)
    ]
    if not rows:
        return []
    chart = alt.Chart(alt.InlineData(values=rows))
    return [chart.mark_line(color=CONTEXT, strokeWidth=1).encode(x=_x(frame), y=_y(frame), detail="stretch:N")]


def _interval_layers(lines: tuple[Line, ...], styles: dict[str, _Style], frame: _Frame, *, as_bands: bool) -> list[Any]:
    import altair as alt

    rows = [
        {
            "stretch": stretch,
            "x": point.middle,
            "lower": point.lower,
            "upper": point.upper,
            "colour": styles[line.stratum].colour,
        }
        for line in lines
        for stretch, point in _segments(line, ())
        if point.lower is not None and point.upper is not None
    ]
    if not rows:
        return []
    chart = alt.Chart(alt.InlineData(values=rows))
    colour = alt.Color("colour:N", scale=None)
    if as_bands:
        return [
            chart.mark_area(opacity=0.22).encode(
                x=_x(frame), y=_y(frame, "lower"), y2="upper:Q", color=colour, detail="stretch:N"
            )
        ]
    return [
        chart.mark_rule(strokeWidth=1.6).encode(x=_x(frame), y=_y(frame, "lower"), y2="upper:Q", color=colour),
        chart.mark_tick(orient="horizontal", size=9, thickness=1.6).encode(x=_x(frame), y=_y(frame, "lower"), color=colour),
        chart.mark_tick(orient="horizontal", size=9, thickness=1.6).encode(x=_x(frame), y=_y(frame, "upper"), color=colour),
    ]


def _line_layers(lines: tuple[Line, ...], styles: dict[str, _Style], breaks: tuple[Break, ...], frame: _Frame) -> list[Any]:
    import altair as alt

    layers: list[Any] = []
    for is_dashed in (True, False):
        rows = [
            {
                "stretch": stretch,
                "x": point.middle,
                "y": point.value,
                "colour": styles[line.stratum].colour,
                "shape": styles[line.stratum].shape,
            }
            for line in lines
            if styles[line.stratum].is_dashed == is_dashed
            for stretch, point in _segments(line, breaks)
        ]
        if not rows:
            continue
        chart = alt.Chart(alt.InlineData(values=rows))
        colour = alt.Color("colour:N", scale=None)
        dash = {"strokeDash": [6, 4]} if is_dashed else {}
        layers.append(
            chart.mark_line(strokeWidth=1.6 if is_dashed else 2.4, **dash).encode(
                x=_x(frame), y=_y(frame), color=colour, detail="stretch:N"
            )
        )
        layers.append(
            chart.mark_point(filled=True, opacity=1, size=_point_size(rows)).encode(
                x=_x(frame), y=_y(frame), color=colour, shape=alt.Shape("shape:N", scale=None)
            )
        )
    return layers


def _point_size(rows: list[dict[str, Any]]) -> int:
    return 12 if len({row["x"] for row in rows}) > MANY_PERIODS else 42


def _label_layer(lines: tuple[Line, ...], styles: dict[str, _Style], frame: _Frame) -> Any:
    """Direct labels to the right of each line's last point, moved apart so that none covers another."""
    import altair as alt

    wanted = []
    for line in lines:
        last = next((point for point in reversed(line.points) if point.value is not None), None)
        if last and last.value is not None:
            text = textwrap.wrap(line.label, frame.size.wrap) or [line.label]
            wanted.append((frame.pixel(last.value), text, styles[line.stratum].colour))
    wanted.sort(key=lambda item: item[0])
    places = _apart([(place, len(text) * LINE_HEIGHT) for place, text, _ in wanted], frame.inner_height)
    rows = [
        {"y": top, "text": text, "colour": colour} for top, (_, text, colour) in zip(places, wanted, strict=True)
    ]
    return (
        alt.Chart(alt.InlineData(values=rows))
        .mark_text(align="left", baseline="top", fontSize=13, fontWeight="bold", lineHeight=LINE_HEIGHT, dx=6)
        .encode(
            x=alt.value(frame.inner_width),
            y=alt.Y("y:Q", scale=None),
            text="text:N",
            color=alt.Color("colour:N", scale=None),
        )
    )


def _apart(boxes: list[tuple[float, int]], height: int) -> list[float]:
    """Tops of label boxes given their wanted middles and heights, in order, without overlap and inside the picture."""
    tops: list[float] = []
    free = -float(LINE_HEIGHT)
    for middle, tall in boxes:
        top = max(middle - tall / 2, free)
        tops.append(top)
        free = top + tall + 2
    limit = float(height + LINE_HEIGHT)
    for place in range(len(boxes) - 1, -1, -1):
        tops[place] = min(tops[place], limit - boxes[place][1])
        limit = tops[place] - 2
    return tops



def _framed(chart: Any, frame: _Frame) -> Any:
    import altair as alt

    size = frame.size
    return _configured(
        chart.properties(
            width=frame.inner_width,
            height=frame.inner_height,
            padding={"left": size.left, "right": size.right, "top": size.top, "bottom": size.bottom},
            autosize=alt.AutoSizeParams(type="none"),
        )
    )


def _configured(chart: Any) -> Any:
    return (
        chart.configure(font=FONT, aria=False, background="#ffffff")
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=13, labelColor=INK, titleFontSize=13, titleColor=INK, titleFontWeight="normal", domainColor=QUIET
        )
    )
