"""What an intruder knows: every figure of a release as bounds of counts, and which of them add up.

Belongs here: reading marts and the publishers' own rows into a system of `publication.attack`, and the true counts
behind hidden ones. Does not: assertions, or the solver.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import duckdb

from orchestration.publication.attack import LIMITLESS, System

MADE_HERE = ("proms", "local_outcomes")
PEOPLE, EVENTS, MODELLED = "people", "events", "modelled"


class Table(NamedTuple):
    """What one breakdown is of: the cells of a table share it."""

    dataset: str
    measure: str
    organisation: str
    start: Any
    end: Any
    population: str
    release: str


class Cell(NamedTuple):
    """One count: of whom, in which stratum, and whether of people or of events among them."""

    table: Table
    dimension: str
    scheme: str
    stratum: str
    counted: str


@dataclass(frozen=True)
class Row:
    """One row of outcome_trends as an intruder reads it."""

    table: Table
    level: str
    dimension: str
    scheme: str
    stratum: str
    multiplier: float
    value: float | None
    people: tuple[float | None, float, float]
    events: tuple[float | None, float, float]

    def cell(self, counted: str) -> Cell:
        """The count of people or of events of this row."""
        return Cell(self.table, self.dimension, self.scheme, self.stratum, counted)


def trends(con: duckdb.DuckDBPyConnection, condition: str, trends: str = "marts.outcome_trends") -> list[Row]:
    """Rows "as was" that meet the condition."""
    found = con.execute(
        f"""
        select
            dataset, measure_id, organisation_scheme || ':' || organisation_code, period_start, period_end,
            population || '/' || adjustment, release_sha256, organisation_level, stratum_dimension, stratum_scheme,
            stratum, case unit when 'percent' then 100.0 else 1.0 end, value,
            denominator, denominator_lower, denominator_upper, numerator, numerator_lower, numerator_upper
        from {trends}
        where organisation_view = 'as_was' and observation_kind <> 'stratum_distribution' and {condition}
        """
    ).fetchall()
    return [
        Row(Table(*row[:7]), *row[7:11], float(row[11]), row[12], _interval(*row[13:16]), _interval(*row[16:19]))
        for row in found
    ]


def _interval(shown: float | None, lower: float | None, upper: float | None) -> tuple[float | None, float, float]:
    return shown, 0.0 if lower is None else float(lower), LIMITLESS if upper is None else float(upper)


def know_rows(system: System, rows: Iterable[Row]) -> None:
    """Every count lies within its stated bounds, events are not more than people, and a value tells of hidden parts.

    A share that is shown without its numerator gives the numerator, within the rounding of both.
    """
    for row in rows:
        people, events = row.cell(PEOPLE), row.cell(EVENTS)
        system.know(people, *row.people[1:])
        system.know(events, *row.events[1:])
        system.limit({events: 1.0, people: -1.0}, -LIMITLESS, 0.0)
        if row.value is not None and row.events[0] is None and row.people[0] is not None and row.multiplier == 100.0:
            told = row.value * row.people[0] / row.multiplier
            system.know(events, told - 2.5, told + 2.5)


def add_up_breakdowns(system: System, rows: Iterable[Row], counted: Sequence[str] = (PEOPLE, EVENTS)) -> None:
    """The strata of each breakdown add up to the row about everybody, where both are there."""
    wholes: dict[Table, Row] = {}
    parts: dict[tuple[Table, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.dimension == "all":
            wholes[row.table] = row
        else:
            parts[row.table, row.dimension, row.scheme].append(row)
    for (table, *_), strata in parts.items():
        if table in wholes:
            for each in counted:
                system.add_up(wholes[table].cell(each), [stratum.cell(each) for stratum in strata])


# PROMs: three counts of the same people, two ways of breaking them down, and England as the sum of providers


def proms(con: duckdb.DuckDBPyConnection, source: str = "marts.outcome_trends") -> System:
    """All that the release says of counts made from PROMs records."""
    rows = trends(con, "dataset = 'proms'", source)
    shares = [row for row in rows if row.table.measure.endswith("_improved")]
    gains = [row for row in rows if row.table.measure.endswith("_gain")]
    system = System()
    know_rows(system, shares)
    add_up_breakdowns(system, [row for row in shares if row.level == "provider"])
    for row in gains:
        system.know(row.cell(PEOPLE), *row.people[1:])
    add_up_breakdowns(system, [row for row in gains if _sex(row) is None], (PEOPLE,))
    _modelled_are_among_paired(system, gains, shares)
    _masked_people_are_the_same(system, rows)
    _ages_within_a_sex(system, gains)
    _england_is_the_sum(system, gains)
    return system


def _sex(row: Row) -> str | None:
    population = row.table.population.split("/")[0]
    return population.split(", ")[1] if ", " in population else None


def _modelled_are_among_paired(system: System, gains: Sequence[Row], shares: Sequence[Row]) -> None:
    paired = {_place(row): row for row in shares if row.level == "provider"}
    for row in gains:
        if _sex(row) is None and _place(row) in paired:
            terms = {row.cell(PEOPLE): 1.0, paired[_place(row)].cell(PEOPLE): -1.0}
            system.limit(terms, -LIMITLESS, 0.0)


def _place(row: Row) -> tuple[Any, ...]:
    """What a row of a share and a row of a gain have in common: instrument, provider, year, release, stratum."""
    table = row.table
    instrument = table.measure.removesuffix("_improved").removesuffix("_gain")
    return (instrument, table.organisation, table.start, table.release, row.dimension, row.stratum)


def _masked_people_are_the_same(system: System, rows: Sequence[Row]) -> None:
    masked: dict[Table, list[Cell]] = defaultdict(list)
    for row in rows:
        if row.stratum == "masked":
            masked[row.table].append(row.cell(PEOPLE))
    for one, *others in masked.values():
        for other in others:
            system.limit({one: 1.0, other: -1.0}, 0.0, 0.0)


def _ages_within_a_sex(system: System, gains: Sequence[Row]) -> None:
    """Ages among women add up to women, women and men of an age to the age."""
    one_way = {(row.table, row.dimension, row.stratum): row for row in gains if _sex(row) is None}
    by_sex: dict[tuple[Table, str], list[Row]] = defaultdict(list)
    by_age: dict[tuple[Table, str], list[Row]] = defaultdict(list)
    for row in gains:
        sex = _sex(row)
        if sex is not None:
            table = row.table._replace(population=row.table.population.replace(f", {sex}", ""))
            by_sex[table, sex].append(row)
            by_age[table, row.stratum].append(row)
    for dimension, groups in (("sex", by_sex), ("age", by_age)):
        for (table, stratum), parts in groups.items():
            if (table, dimension, stratum) in one_way:
                whole = one_way[table, dimension, stratum].cell(PEOPLE)
                system.add_up(whole, [part.cell(PEOPLE) for part in parts])


def _england_is_the_sum(system: System, gains: Sequence[Row]) -> None:
    """Providers add up to England; of a provider without a breakdown nobody knows how many stand in a stratum."""
    strata: dict[tuple[Any, ...], list[Cell]] = defaultdict(list)
    england: dict[tuple[Any, ...], Cell] = {}
    broken_down: set[tuple[Table, str]] = set()
    wholes: dict[tuple[Any, ...], list[Table]] = defaultdict(list)
    for row in gains:
        national = row.table._replace(organisation="England")
        where = (national, row.dimension, row.stratum)
        if row.level == "england":
            england[where] = row.cell(PEOPLE)
            continue
        strata[where].append(row.cell(PEOPLE))
        broken_down.add((row.table, row.dimension))
        if row.dimension == "all":
            wholes[national].append(row.table)
    for (national, dimension, stratum), whole in england.items():
        plain = national._replace(population=national.population.split("/")[0].split(",")[0] + "/casemix(proms)")
        unknown = []
        for table in wholes[plain]:
            own = table._replace(population=national.population)
            if (own, dimension) not in broken_down:
                cell = Cell(own, dimension, "", stratum, PEOPLE)
                everybody = Cell(table, "all", "none", "all", PEOPLE)
                system.limit({cell: 1.0, everybody: -1.0}, -LIMITLESS, 0.0)
                unknown.append(cell)
        system.add_up(whole, [*strata[national, dimension, stratum], *unknown])


def true_proms(con: duckdb.DuckDBPyConnection) -> dict[Cell, int]:
    """The counts behind the release, counted from the records of the lake without the project's own models."""
    truth: dict[Cell, int] = {}
    for name in ("oxford", "eq5d", "eq_vas"):
        for dimension, stratum in (("all", "'all'"), ("sex", "sex"), ("age", "age")):
            rows = con.execute(
                f"""
                select
                    release_sha256, joint, period_start, period_end, organisation_code, {stratum},
                    count(*), count(*) filter ({name}_after > {name}_before),
                    count(*) filter (not is_revision and {name}_predicted is not null)
                from staging.stg_proms__records
                where {name}_before is not null and {name}_after is not null
                group by all
                """
            ).fetchall()
            for release, joint, start, end, code, group, people, events, modelled in rows:
                measure = f"proms_{joint}_{name}"
                table = Table("proms", f"{measure}_improved", f"ods:{code}", start, end, "all/crude", release)
                scheme = {"all": "none", "sex": "gender_as_published", "age": "age_bands_10_years"}[dimension]
                truth[Cell(table, dimension, scheme, group, PEOPLE)] = people
                if group != "masked":
                    truth[Cell(table, dimension, scheme, group, EVENTS)] = events
                gain = table._replace(measure=f"{measure}_gain", population="primary operations/casemix(proms)")
                truth[Cell(gain, dimension, scheme, group, PEOPLE)] = modelled
    return truth


def small(truth: Mapping[Cell, int], system: System) -> list[Cell]:
    """Counts of 1 to 7 that stand in the system: what has to stay open."""
    return [cell for cell, count in truth.items() if 1 <= count <= 7 and cell in system]


# What teams supply, and members of Q


def local_outcomes(con: duckdb.DuckDBPyConnection, source: str = "marts.outcome_trends") -> System:
    """All that the release says of counts that teams supply."""
    rows = trends(con, "dataset = 'local_outcomes'", source)
    system = System()
    know_rows(system, rows)
    add_up_breakdowns(system, rows)
    return system


def true_local_outcomes(con: duckdb.DuckDBPyConnection) -> dict[Cell, int]:
    """The counts as teams supplied them."""
    truth: dict[Cell, int] = {}
    rows = con.execute(
        """
        select 'local_outcomes', measure_id, 'ods:' || organisation_code, period_start, period_end,
            population || '/crude', release_sha256, stratum_dimension, stratum_scheme, stratum, denominator, numerator
        from staging.stg_local_outcomes__outcomes
        """
    ).fetchall()
    for *table, dimension, scheme, stratum, people, events in rows:
        truth[Cell(Table(*table), dimension, scheme, stratum, PEOPLE)] = people
        truth[Cell(Table(*table), dimension, scheme, stratum, EVENTS)] = events
    return truth


# What publishers have hidden: their tables alone, and with what the release adds


@dataclass(frozen=True)
class Compared:
    """Counts that publishers hid, those that hang together with what the release adds, and those that it narrows.

    Of ``unsolved`` ones the publisher's own tables contradict each other, so that nothing follows from them.
    """

    hidden: int
    touched: int
    unsolved: int
    narrowed: tuple[Any, ...]


def publishers(con: duckdb.DuckDBPyConnection, marts: str = "marts") -> Compared:
    """Hidden counts of publishers' breakdowns, with their tables alone and with all that the release says of them.

    The tables are those of every release in the lake, as they were read: a count with its bounds, strata that add up to
    the whole. The release adds the bounds of its rows, values beside hidden parts, sums of bodies that were pooled, and
    contrasts. Only what hangs together with something added is solved.
    """
    made_here = ", ".join(f"'{name}'" for name in MADE_HERE)
    printed = trends(
        con, _beside_hidden(made_here),
        "(select 'as_was' as organisation_view, 'percent' as unit, * replace (cast(null as double) as value) "
        "from intermediate.int_observations__combined)",
    )  # fmt: skip
    released = trends(con, _beside_hidden(made_here), f"{marts}.outcome_trends")
    hidden = {
        row.cell(each): bounds
        for row in printed
        for each, (shown, *bounds) in ((PEOPLE, row.people), (EVENTS, row.events))
        if shown is None
    }
    said = _said_of_hidden(released, hidden)
    sums = [*_pooled_sums(con, marts, made_here), *_contrast_sums(con, marts, made_here)]
    sums = [(terms, *bounds) for terms, *bounds in sums if any(cell in hidden for cell in terms)]
    touched = [*said, *(cell for terms, *_ in sums for cell in terms)]
    alone, together = System(), System()
    for system in (alone, together):
        know_rows(system, printed)
        add_up_breakdowns(system, [row for row in printed if row.level != "england"])
    if touched:
        for cell, (lower, upper) in said.items():
            together.know(cell, lower, upper)
        for terms, lower, upper in sums:
            together.limit(terms, lower, upper)
    cells = together.hanging_together(list(hidden), touched)
    before, after = alone.bounds(cells), together.bounds(cells)
    narrowed = [
        (cell, before[cell], after.get(cell))
        for cell in before
        if cell not in after or after[cell][0] > before[cell][0] + 0.01 or after[cell][1] < before[cell][1] - 0.01
    ]
    return Compared(len(hidden), len(cells), len(cells) - len(before), tuple(narrowed))


def _beside_hidden(made_here: str) -> str:
    """Rows of a breakdown in which a publisher has hidden something."""
    table = "(dataset, measure_id, organisation_code, period_end, population)"
    return (
        f"{table} in (select {table} from intermediate.int_observations__combined where value_status = 'suppressed' "
        f"and observation_kind = 'rate_within_stratum' and dataset not in ({made_here})) "
        "and observation_kind = 'rate_within_stratum'"
    )


def _said_of_hidden(released: Sequence[Row], hidden: Mapping[Cell, Sequence[float]]) -> dict[Cell, tuple[float, float]]:
    """What rows of the release say of a hidden count beyond its printed bounds: a number, a value, tighter bounds."""
    system = System()
    know_rows(system, released)
    said = {}
    for row in released:
        for each in (PEOPLE, EVENTS):
            cell = row.cell(each)
            if cell in hidden:
                lower, upper = system.stated(cell)
                if lower > hidden[cell][0] or upper < hidden[cell][1]:
                    said[cell] = (lower, upper)
    return said


Sum = tuple[dict[Cell, float], float, float]


def _pooled_sums(con: duckdb.DuckDBPyConnection, marts: str, made_here: str) -> list[Sum]:
    """A body "as now" is the sum of those that it took over: what its row says they add up to."""
    same = " and ".join(
        f"was.{column} = pooled.{column}"
        for column in ("dataset", "measure_id", "period_start", "period_end", "population", "adjustment",
                       "stratum_dimension", "stratum_scheme", "stratum")
    )  # fmt: skip
    rows = con.execute(
        f"""
        with codes as (
            select current_code, organisation_code, organisation_scheme from intermediate.int_organisations__current
            where current_code <> organisation_code
            union
            select current_code, current_code, current_scheme from intermediate.int_organisations__current
        )
        select
            was.dataset, was.measure_id, was.organisation_scheme || ':' || was.organisation_code, was.period_start,
            was.period_end, was.population || '/' || was.adjustment, was.release_sha256, was.stratum_dimension,
            was.stratum_scheme, was.stratum, pooled.organisation_code, pooled.numerator, pooled.numerator_lower,
            pooled.numerator_upper, pooled.denominator, pooled.denominator_lower, pooled.denominator_upper
        from {marts}.outcome_trends as pooled
        inner join codes on pooled.organisation_code = codes.current_code
        inner join {marts}.outcome_trends as was
            on was.organisation_view = 'as_was' and was.organisation_code = codes.organisation_code
            and was.organisation_scheme = codes.organisation_scheme and {same}
        where pooled.organisation_view = 'as_now' and pooled.dataset not in ({made_here})
            and pooled.observation_kind = 'rate_within_stratum'
        """
    ).fetchall()
    sums: dict[Any, dict[Cell, float]] = defaultdict(dict)
    stated: dict[Any, tuple[float, float]] = {}
    for row in rows:
        table, (dimension, scheme, stratum, successor) = Table(*row[:7]), row[7:11]
        for counted, (shown, lower, upper) in ((EVENTS, row[11:14]), (PEOPLE, row[14:17])):
            if shown is not None and lower is not None and upper is not None:
                where = (table._replace(organisation=successor, release=""), dimension, scheme, stratum, counted)
                sums[where][Cell(table, dimension, scheme, stratum, counted)] = 1.0
                stated[where] = (lower, upper)
    return [(terms, *stated[where]) for where, terms in sums.items()]


def _contrast_sums(con: duckdb.DuckDBPyConnection, marts: str, made_here: str) -> list[Sum]:
    """A gap and a ratio give both rates; the rate of all others with their people gives their events."""
    same = " and ".join(
        f"gaps.{column} = others.{column}"
        for column in ("measure_id", "organisation_view", "organisation_code", "organisation_scheme", "period_start",
                       "period_end", "population", "adjustment", "stratum_dimension", "stratum_scheme")
    )  # fmt: skip
    rows = con.execute(
        f"""
        select
            gaps.gap / nullif(gaps.ratio - 1, 0), gaps.disadvantaged_stratum, others.dataset, others.measure_id,
            others.organisation_scheme || ':' || others.organisation_code, others.period_start, others.period_end,
            others.population || '/' || others.adjustment, others.release_sha256, others.stratum_dimension,
            others.stratum_scheme, others.stratum, others.denominator
        from {marts}.outcome_inequalities as gaps
        inner join {marts}.outcome_trends as others on {same}
        where gaps.organisation_view = 'as_was'
            and (
                gaps.comparator_stratum = 'all other known groups'
                or (gaps.comparator_stratum = 'all other shown groups' and others.value is not null)
            )
            and abs(gaps.ratio - 1) > 0.001 and gaps.unit = 'percent'
            and others.stratum not in ('unknown', gaps.disadvantaged_stratum) and others.dataset not in ({made_here})
        """
    ).fetchall()
    terms: dict[Any, dict[Cell, float]] = defaultdict(dict)
    people: dict[Any, list[float | None]] = defaultdict(list)
    for rate, group, *table, dimension, scheme, stratum, denominator in rows:
        cell = Cell(Table(*table), dimension, scheme, stratum, EVENTS)
        where = (cell.table._replace(release=""), dimension, scheme, group, rate)
        terms[where][cell] = 1.0
        people[where].append(denominator)
    sums: list[Sum] = []
    for where, cells in terms.items():
        counted = [each for each in people[where] if each is not None]
        if len(counted) == len(cells):
            told = where[-1] * sum(counted) / 100.0
            sums.append((cells, told - 2.5 * len(cells), told + 2.5 * len(cells)))
    return sums
