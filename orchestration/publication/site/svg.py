"""Turn an Altair chart into SVG that a page may hold.

Belongs here: inks, fixed geometry, rendering, the title and description for screen readers. Does not: what is drawn.

Pictures are Vega-Altair rendered by vl-convert: no script, no outside request, no style attribute (a content security
policy may forbid those). Width, height and padding are fixed, so that no measured text moves anything.
"""

import html
from dataclasses import dataclass
from typing import Any

FONT = "Arial, Helvetica, sans-serif"
INK = "#212b32"
QUIET = "#4c5c68"
CONTEXT = "#8a949b"
GRID = "#e2e6e9"
SHADE = "#eef0f2"
BLUE = "#005f9e"
RUST = "#b03a00"


@dataclass(frozen=True)
class Size:
    """Fixed geometry of a picture in pixels; ``wrap`` is how many characters a line of a label may have."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    wrap: int

    @property
    def inner_width(self) -> int:
        """Width of the plotting area."""
        return self.width - self.left - self.right

    @property
    def inner_height(self) -> int:
        """Height of the plotting area."""
        return self.height - self.top - self.bottom


def picture(chart: Any, size: Size, *, name: str, title: str, description: str) -> str:
    """An inline ``<svg>`` of an Altair chart that scales with its container.

    ``title`` and ``description`` are read out by screen readers; ``name`` makes their ids unique on a page.
    """
    rest = render(chart, size).split(">", 1)[1]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" width="{size.width}" height="{size.height}" '
        f'viewBox="0 0 {size.width} {size.height}" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{html.escape(title)}</title><desc id="{name}-desc">{html.escape(description)}</desc>'
    )
    return head + rest


def render(chart: Any, size: Size) -> str:
    """The chart as SVG text of exactly ``size``; the renderer is forbidden to fetch anything."""
    import vl_convert

    specification = _fixed(chart, size).to_dict(validate=False)  # each part was validated when it was made
    svg: str = vl_convert.vegalite_to_svg(specification, allowed_base_urls=[])
    return svg


def _fixed(chart: Any, size: Size) -> Any:
    import altair as alt

    return (
        chart.properties(
            width=size.inner_width,
            height=size.inner_height,
            padding={"left": size.left, "right": size.right, "top": size.top, "bottom": size.bottom},
            autosize=alt.AutoSizeParams(type="none"),
        )
        .configure(font=FONT, aria=False, background="#ffffff")
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=13,
            labelColor=INK,
            titleFontSize=13,
            titleColor=INK,
            titleFontWeight="normal",
            domainColor=QUIET,
        )
    )
