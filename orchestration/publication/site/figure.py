"""Draw the README's picture: Talking Therapies recovery by deprivation, England, with intervals and licence line.

Belongs here: the frame, title and credit around one trend. Does not: the trend itself (charts.py), or any number.
"""

import html
import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING

from orchestration.publication.site import charts, svg, words
from orchestration.publication.site.series import Series, series_of

if TYPE_CHECKING:  # pandas is heavy, and the caller has it
    import pandas as pd

MEASURE = "talking_therapies_recovery"
CREDIT = (
    "Contains public sector information licensed under the Open Government Licence v3.0. Source: NHS England, "
    "NHS Talking Therapies annual reports (re-shaped by the Bennett Institute, MIT)."
)
SIZE = svg.Size(width=860, height=400, left=62, right=170, top=44, bottom=34, wrap=20)
MARGIN = 24


def recovery_figure(trends: "pd.DataFrame", measure_id: str = MEASURE) -> str:
    """A complete SVG document; ``trends`` has the columns of the mart outcome_trends.

    Raises ValueError when the mart holds no recovery by deprivation for England.
    """
    series = series_of(trends, measure_id)
    if series is None or series.dimension != "deprivation":
        raise ValueError(f"{measure_id}: the mart holds no trend by deprivation for England")
    is_synthetic = bool(trends.loc[trends["measure_id"] == measure_id, "is_synthetic"].any())
    credit = "Simulated data: no number is about real patients." if is_synthetic else CREDIT
    return _framed(replace(series, breaks=()), credit, is_synthetic=is_synthetic)


def _framed(series: Series, credit: str, *, is_synthetic: bool) -> str:
    title = "Recovery after talking therapy, by deprivation of the area where patients live"
    subtitle = f"{series.organisation}, {series.periods[0]} to {series.periods[-1]}."
    notes = (
        "Recovered, of those who finished treatment and were ill enough at the start. "
        f"Bars: {words.INTERVAL.get(series.interval_method, '95% intervals')}. Grey: the groups between. "
        f"{_n_words(series)} The vertical axis does not begin at zero."
    )
    above, below = [subtitle, _ends_words(series)], [*textwrap.wrap(notes, 128), *textwrap.wrap(credit, 128)]
    heading = ("Simulated data: " if is_synthetic else "") + title
    top = 44 + 22 * len(above)
    height = top + SIZE.height + 20 + 17 * len(below) + 10
    width = SIZE.width + 2 * MARGIN
    drawn = svg.render(charts.trend_chart(series, SIZE), SIZE)
    chart = drawn.replace("<svg ", f'<svg x="{MARGIN}" y="{top}" ', 1)
    lines = [
        _text(heading, 38, 20, svg.INK, weight="bold"),
        *(_text(line, 64 + 22 * place, 15, svg.INK) for place, line in enumerate(above)),
        chart,
        *(_text(line, top + SIZE.height + 24 + 17 * place, 12.5, svg.QUIET) for place, line in enumerate(below)),
    ]
    description = f"{subtitle} {_ends_words(series)} {notes} {credit}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" aria-labelledby="title desc" font-family="{svg.FONT}">'
        f'<title id="title">{html.escape(heading)}</title><desc id="desc">{html.escape(description)}</desc>'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    )
    return head + "\n" + "\n".join(lines) + "\n</svg>\n"


def _text(content: str, y: float, size: float, colour: str, weight: str = "normal") -> str:
    place = f'x="{MARGIN}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{colour}"'
    return f"<text {place}>{html.escape(content)}</text>"


def _ends_words(series: Series) -> str:
    """The two ends in the first and the last period, as the mart gives them."""
    most, least = series.of("most"), series.of("least")
    parts = []
    for period in (series.periods[0], series.periods[-1]):
        ends = [line.at(period) for line in (most, least) if line]
        shown = [words.with_unit(point.value, series.unit) for point in ends if point]
        if len(shown) == 2 and all(shown):
            parts.append(f"{period}: most deprived {shown[0]}, least deprived {shown[1]}")
    return "; ".join(parts) + "." if parts else ""


def _n_words(series: Series) -> str:
    newest = series.periods[-1]
    points = [(line.label, line.at(newest)) for line in series.lines if line.role in ("most", "least")]
    parts = [f"{label.lower()} {words.count(point.denominator)}" for label, point in points if point]
    return f"n in {newest}: {', '.join(parts)}."
