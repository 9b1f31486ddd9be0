"""Turn an Altair chart into SVG that a page may hold.

Belongs here: inks, fixed geometry, rendering, the title and description for screen readers. Does not: what is drawn.

Pictures are Vega-Altair rendered by vl-convert: no script, no outside request, no style attribute (a content security
policy may forbid those). Width, height and padding are fixed, so that no measured text moves anything.
"""

import html
import json
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


def data(rows: list[dict[str, Any]]) -> Any:
    """Rows for a chart, as JSON text: Altair copies a chart deeply again and again, and a text costs it nothing."""
    import altair as alt

    return alt.InlineData(values=json.dumps(rows), format=alt.JsonDataFormat(type="json"))


def render(chart: Any, size: Size) -> str:
    """The chart as SVG text of exactly ``size``; the renderer is forbidden to fetch anything."""
    import vl_convert

    specification = chart.to_dict(validate=False)  # each part was validated when it was made
    svg: str = vl_convert.vegalite_to_svg({**specification, **_fixed(size)}, allowed_base_urls=[])
    return svg


def _fixed(size: Size) -> dict[str, Any]:
    """Geometry and inks as Vega-Lite says them; Altair's own methods copy the whole chart at each call."""
    return {
        "width": size.inner_width,
        "height": size.inner_height,
        "padding": {"left": size.left, "right": size.right, "top": size.top, "bottom": size.bottom},
        "autosize": {"type": "none"},
        "config": {
            "font": FONT,
            "aria": False,
            "background": "#ffffff",
            "view": {"stroke": None},
            "axis": {
                "labelFontSize": 13,
                "labelColor": INK,
                "titleFontSize": 13,
                "titleColor": INK,
                "titleFontWeight": "normal",
                "domainColor": QUIET,
            },
        },
    }
