"""The table of figures that publishers have published, beside what a release shows.

Belongs here: collecting, judging and printing rows. Does not: any figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

HEADINGS = ("figure", "source", "published", "ours", "difference", "verdict")
HALF_A_TENTH = 0.05 + 1e-9


@dataclass
class Figures:
    """Rows of the table, in the order in which tests added them."""

    rows: list[tuple[str, ...]] = field(default_factory=list)

    def equal(
        self, figure: str, source: str, published: float, ours: float | None, *, within: float = 0.0, decimals: int = 0
    ) -> None:
        """Add the figure and fail unless ours lies within ``within`` of the published one."""
        if ours is None:
            self._add(figure, source, f"{published:,.{decimals}f}", "none", "", verdict=False)
            raise AssertionError(f"{figure}: nothing is shown; published is {published}")
        difference = ours - published
        theirs, shown = f"{published:,.{decimals}f}", f"{ours:,.{decimals}f}"
        agrees = abs(difference) <= within
        self._add(
            figure, source, theirs, shown, f"{difference:+,.{max(decimals, 2 if within else 0)}f}", verdict=agrees
        )
        assert agrees, f"{figure}: ours is {ours}, {source} says {published}"

    def says(self, figure: str, source: str, published: str, ours: object) -> None:
        """Add a figure that is no number and fail unless ours reads the same."""
        agrees = str(ours) == published
        self._add(figure, source, published, str(ours), "", verdict=agrees)
        assert agrees, f"{figure}: ours is {ours}, {source} says {published}"

    def none_of(self, figure: str, source: str, cells: int, offending: Sequence[object]) -> None:
        """Add a claim that no cell of ``cells`` breaks, and fail with those that do; nothing looked at fails too."""
        self._add(
            figure, source, "0 differ", f"{len(offending)} of {cells:,}", "", verdict=bool(cells) and not offending
        )
        assert cells, f"{figure}: there was nothing to look at"
        assert not offending, f"{figure}: {list(offending)[:5]}"

    def _add(self, figure: str, source: str, published: str, ours: str, difference: str, *, verdict: bool) -> None:
        self.rows.append((figure, source, published, ours, difference, "equal" if verdict else "DIFFERS"))

    def lines(self) -> list[str]:
        """The table as text, one line per figure under its headings."""
        rows = [HEADINGS, *self.rows]
        widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
        lines = [
            "  ".join(
                cell.rjust(width) if 2 <= column <= 4 else cell.ljust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        ]
        return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]
