"""What a reader could work out about hidden counts from all that is published: an attack by linear programming.

Belongs here: counts as unknowns within the bounds that are stated, sums and limits between them, and how far each
unknown can be narrowed. Does not: which tables are read (the tests, ledger.py) or what may be shown (protect.py and
disclosure.sql).

The intruder knows every published number, the rounding rule and which parts add up to which whole, and solves for the
least and the largest value of each hidden count: the auditing problem of Hundepool et al., Statistical Disclosure
Control (2012), chapter 4. Counts are taken as real numbers.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix

OPEN = (1.0, 7.0)
NEARLY = 1e-6
LIMITLESS = float("inf")
MORE_THAN_ANYBODY = 1e8

Count = Hashable


@dataclass(frozen=True)
class Narrowed:
    """A hidden count that readers can place between ``lower`` and ``upper``, less open than it has to be."""

    count: Count
    lower: float
    upper: float


@dataclass(frozen=True)
class Outcome:
    """What an attack on ``protected`` counts came to: components solved, contradictory ones, counts narrowed."""

    protected: int
    components: int
    contradictory: int
    narrowed: tuple[Narrowed, ...]


@dataclass
class System:
    """Unknown counts with bounds, and limits on weighted sums of them."""

    _places: dict[Count, int] = field(default_factory=dict)
    _lower: list[float] = field(default_factory=list)
    _upper: list[float] = field(default_factory=list)
    _limits: list[tuple[tuple[int, ...], tuple[float, ...], float, float]] = field(default_factory=list)

    def know(self, count: Count, lower: float = 0.0, upper: float = LIMITLESS) -> None:
        """The count lies between ``lower`` and ``upper``, besides what is known of it already."""
        place = self._places.setdefault(count, len(self._lower))
        if place == len(self._lower):
            self._lower.append(max(0.0, lower))
            self._upper.append(upper)
        else:
            self._lower[place] = max(self._lower[place], lower)
            self._upper[place] = min(self._upper[place], upper)

    def limit(self, terms: Mapping[Count, float], lower: float, upper: float) -> None:
        """The weighted sum of counts lies between ``lower`` and ``upper``; a count not yet known is 0 or more."""
        for count in terms:
            self.know(count)
        places = tuple(self._places[count] for count in terms)
        self._limits.append((places, tuple(terms.values()), lower, upper))

    def add_up(self, whole: Count, parts: Iterable[Count]) -> None:
        """The parts add up to the whole."""
        self.limit({whole: -1.0, **dict.fromkeys(parts, 1.0)}, 0.0, 0.0)

    def __contains__(self, count: Count) -> bool:
        return count in self._places

    def bounds(self, counts: Sequence[Count]) -> dict[Count, tuple[float, float]]:
        """The least and the largest value of each count; none for counts that contradict what is known."""
        found: dict[Count, tuple[float, float]] = {}
        for component in self._components(counts):
            for count in component.counts:
                interval = component.interval(self._places[count])
                if interval:
                    found[count] = interval
        return found

    def stated(self, count: Count) -> tuple[float, float]:
        """The bounds of a count by itself, before anything is solved."""
        return self._lower[self._places[count]], self._upper[self._places[count]]

    def hanging_together(self, counts: Sequence[Count], others: Sequence[Count]) -> list[Count]:
        """Those of the counts that share a limit, over however many others, with one of ``others``."""
        import numpy as np

        places = np.array([self._places[count] for count in others], dtype=int)
        components = self._components([count for count in counts if count in self]) if len(places) else []
        return [count for each in components if np.isin(places, each.own).any() for count in each.counts]

    def attack(self, protected: Sequence[Count], keep_open: tuple[float, float] = OPEN) -> Outcome:
        """Which of the protected counts can't be any number of ``keep_open`` any more."""
        components = self._components([count for count in protected if count in self])
        narrowed: list[Narrowed] = []
        contradictory = 0
        for component in components:
            if not component.is_possible():
                contradictory += 1
                continue
            for count in component.not_open([(c, self._places[c]) for c in component.counts], keep_open):
                lower, upper = component.interval(self._places[count]) or (0.0, 0.0)
                narrowed.append(Narrowed(count, lower, upper))
        return Outcome(len(protected), len(components), contradictory, tuple(narrowed))

    def _components(self, counts: Sequence[Count]) -> list["_Component"]:
        """The parts of the system that hang together with the counts; what shares no limit with them is left out."""
        import numpy as np
        from scipy.sparse import coo_matrix
        from scipy.sparse.csgraph import connected_components

        unknowns = len(self._lower)
        lengths = np.array([len(places) for places, *_ in self._limits], dtype=int)
        rows = np.repeat(np.arange(len(self._limits)), lengths)
        columns = np.array([place for places, *_ in self._limits for place in places], dtype=int)
        weights = np.array([weight for _, given, *_ in self._limits for weight in given], dtype=float)
        matrix = coo_matrix((weights, (rows, columns)), shape=(len(self._limits), unknowns)).tocsr()
        graph = coo_matrix((np.ones(len(rows)), (columns, unknowns + rows)), shape=(unknowns + len(self._limits),) * 2)
        _, labels = connected_components(graph, directed=False)
        wanted: dict[int, list[Count]] = {}
        for count in counts:
            wanted.setdefault(int(labels[self._places[count]]), []).append(count)
        columns_of, rows_of = _by_label(labels[:unknowns]), _by_label(labels[unknowns:])
        lower, upper = np.array(self._lower), np.array(self._upper)
        least = np.array([limits[2] for limits in self._limits])
        most = np.array([limits[3] for limits in self._limits])
        found = []
        for label, members in wanted.items():
            own, limits = columns_of[label], rows_of.get(label, np.array([], dtype=int))
            part = matrix[limits][:, own]
            found.append(_Component(members, own, lower[own], upper[own], part, least[limits], most[limits]))
        return found


def _by_label(labels: "np.ndarray[Any, Any]") -> "dict[int, np.ndarray[Any, Any]]":
    import numpy as np

    order = np.argsort(labels, kind="stable")
    changes = np.flatnonzero(np.diff(labels[order])) + 1
    return {int(labels[group[0]]): group for group in np.split(order, changes) if len(group)}


@dataclass
class _Component:
    """One part of a system that hangs together, as HiGHS takes it."""

    counts: list[Count]
    own: "np.ndarray[Any, Any]"
    lower: "np.ndarray[Any, Any]"
    upper: "np.ndarray[Any, Any]"
    matrix: "csr_matrix"
    least: "np.ndarray[Any, Any]"
    most: "np.ndarray[Any, Any]"

    def is_possible(self) -> bool:
        """Whether any counts satisfy all that is known."""
        import numpy as np

        return bool((self.lower <= self.upper).all()) and self._solve(np.zeros(len(self.own))) is not None

    def interval(self, place: int) -> tuple[float, float] | None:
        """The least and the largest value of one count; None when what is known contradicts itself."""
        import numpy as np

        if not (self.lower <= self.upper).all():
            return None
        cost = np.zeros(len(self.own))
        at = int(np.searchsorted(self.own, place))
        ends = []
        for sign in (1.0, -1.0):
            cost[at] = sign
            solved = self._solve(cost)
            if solved is None:
                return None
            ends.append(float(solved[at]))
        return ends[0], ends[1]

    def not_open(self, counts: Sequence[tuple[Count, int]], keep_open: tuple[float, float]) -> list[Count]:
        """Counts for which one end of ``keep_open`` is impossible.

        One solution bears witness for many counts: all that still wait are pushed to the end at once, those that reach
        it are done, and only what no such solution moves is solved for by itself.
        """
        import numpy as np

        at = {count: int(np.searchsorted(self.own, place)) for count, place in counts}
        closed: list[Count] = []
        for end, sign in ((keep_open[1], -1.0), (keep_open[0], 1.0)):
            waiting = dict(at)
            while waiting:
                solved = self._pushed(list(waiting.values()), end, sign)
                reached = {c for c, place in waiting.items() if sign * (end - solved[place]) >= -NEARLY}
                if not reached:
                    closed += [c for c, place in waiting.items() if not self._reaches(place, end, sign)]
                    break
                waiting = {c: place for c, place in waiting.items() if c not in reached}
        return list(dict.fromkeys(closed))

    def _reaches(self, place: int, end: float, sign: float) -> bool:
        import numpy as np

        cost = np.zeros(len(self.own))
        cost[place] = sign
        solved = self._solve(cost)
        return solved is None or sign * (end - float(solved[place])) >= -NEARLY

    def _pushed(self, places: Sequence[int], end: float, sign: float) -> "np.ndarray[Any, Any]":
        """A solution in which the counts at ``places`` lie beyond ``end`` as nearly and as many as possible."""
        import numpy as np
        from scipy.sparse import coo_matrix, hstack, vstack

        unknowns, pushed = len(self.own), len(places)
        rows = np.arange(pushed)
        lacking = coo_matrix((np.ones(pushed), (rows, rows)), shape=(pushed, pushed))
        chosen = coo_matrix((np.full(pushed, -sign), (rows, places)), shape=(pushed, unknowns))
        padded = hstack([self.matrix, coo_matrix((self.matrix.shape[0], pushed))])
        matrix = vstack([padded, hstack([chosen, lacking])]).tocsr()
        least = np.concatenate([self.least, np.full(pushed, -sign * end)])
        most = np.concatenate([self.most, np.full(pushed, LIMITLESS)])
        lower = np.concatenate([self.lower, np.zeros(pushed)])
        upper = np.concatenate([self.upper, np.full(pushed, LIMITLESS)])
        cost = np.concatenate([np.zeros(unknowns), np.ones(pushed)])
        solved = _highs(cost, matrix, least, most, lower, upper)
        return self.lower if solved is None else solved[:unknowns]

    def _solve(self, cost: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any] | None":
        return _highs(cost, self.matrix, self.least, self.most, self.lower, self.upper)


def _highs(cost: Any, matrix: Any, least: Any, most: Any, lower: Any, upper: Any) -> "np.ndarray[Any, Any] | None":
    """The solution of least cost, or None when there is none; an unbounded count is taken to be 100 million."""
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp

    bounds = Bounds(lower, np.where(np.isinf(upper), MORE_THAN_ANYBODY, upper))
    limits = LinearConstraint(matrix, least, most) if matrix.shape[0] else ()
    solved = milp(cost, constraints=limits, bounds=bounds)
    return None if solved.x is None else np.asarray(solved.x)
