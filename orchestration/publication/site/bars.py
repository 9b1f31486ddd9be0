"""Draw the counts of a distribution as bars: how many people are in each group, never a rate.

Belongs here: marks and labels of the bar picture. Does not: trends (charts.py) or choosing rows (series.py).
"""

import json
import textwrap
from dataclasses import replace
from typing import Any

from orchestration.publication.site import svg, words
from orchestration.publication.site.series import Line, Point, Series

WIDE = svg.Size(width=640, height=0, left=190, right=70, top=4, bottom=4, wrap=27)
NARROW = svg.Size(width=350, height=0, left=126, right=76, top=4, bottom=4, wrap=18)
ROW_HEIGHT = 36


def counts_svg(series: Series, period: str, size: svg.Size, *, name: str, title: str, description: str) -> str:
    """An inline ``<svg>`` of the counts of one period, a bar per stratum; a cell without a number shows its status.

    The height follows from the number of strata. Title, description and name as in ``svg.picture``.
    """
    cells = [(line, point) for line in series.lines if line.role != "overall" and (point := line.at(period))]
    tall = replace(size, height=size.top + size.bottom + ROW_HEIGHT * max(len(cells), 1))
    return svg.picture(_chart(cells, size.wrap), tall, name=name, title=title, description=description)


def _chart(cells: list[tuple[Line, Point]], wrap: int) -> Any:
    import altair as alt

    rows = [_row(str(place), line, point) for place, (line, point) in enumerate(cells)]
    names = {str(place): _label(line.label, wrap) for place, (line, _) in enumerate(cells)}
    longest = max((point.numerator or 0.0 for _, point in cells), default=0.0) or 1.0
    axis = alt.Axis(
        title=None,
        ticks=False,
        domain=False,
        labelPadding=8,
        labelLimit=0,
        labelExpr=f"({json.dumps(names)})[datum.value]",
    )
    y = alt.Y("key:N", sort=[row["key"] for row in rows], axis=axis, scale=alt.Scale(padding=0.28))
    x = alt.X("count:Q", axis=None, scale=alt.Scale(domain=[0, longest], nice=False))
    chart = alt.Chart(svg.data(rows))
    return alt.layer(
        chart.mark_bar().encode(x=x, y=y, color=alt.Color("colour:N", scale=None)),
        chart.mark_text(align="left", dx=6, fontSize=13, color=svg.INK).encode(x=x, y=y, text=alt.Text("text:N")),
    )


def _row(key: str, line: Line, point: Point) -> dict[str, Any]:
    """A bar's datum; without a number the bar has no length and its text is the status."""
    return {
        "key": key,
        "count": point.numerator or 0.0,
        "text": words.count(point.numerator) or words.status_word(point.status),
        "colour": svg.CONTEXT if line.role == "aside" else svg.BLUE,
    }


def _label(label: str, wrap: int) -> list[str]:
    return textwrap.wrap(label, wrap, max_lines=2, placeholder=" …") or [label]
