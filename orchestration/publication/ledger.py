"""What earlier releases of this home have shown of counts of people, so that no two releases tell what each hides.

Belongs here: the ledger's rows, what a new release adds, and whether the releases together narrow a hidden count.
Does not: the rule for one release (protect.py, dbt_project/macros/disclosure.sql) or moving `current` (release.py).

The ledger holds one Parquet file per release: for each count of a breakdown that is made here, a hash of its name, the
bounds that were released and whether it was hidden; only what differs from earlier releases. No count stands in it that
was not published. It is never shortened: what was shown stays shown when a release is removed or rolled back.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from orchestration.home import Home
from orchestration.publication.attack import OPEN, Narrowed, System
from orchestration.publication.receipts import FOLDER as RECEIPTS
from orchestration.publication.receipts import MARTS

if TYPE_CHECKING:
    import duckdb

# a user's file of a later month repeats the figures of earlier ones; a new vintage of a publication counts anew
COUNTED_ANEW = ("proms",)
REPEATED = ("local_outcomes",)
NAMED_AT_MOST = 5
NOTED = "ledger.parquet"
STORED = ("family", "cell", "is_whole", "lower", "upper", "is_hidden")


class Entry(NamedTuple):
    """One count of one breakdown: hashes of its names, its released bounds, and what the breakdown is called."""

    family: str
    cell: str
    is_whole: bool
    lower: float
    upper: float
    is_hidden: bool
    label: str


def entries(con: "duckdb.DuckDBPyConnection", folder: Path) -> list[Entry]:
    """The counts of people in breakdowns made here, as the release in ``folder`` shows them."""
    trends, members = (f"read_parquet('{folder / MARTS / name}.parquet')" for name in ("outcome_trends", "q_community"))
    made_here = ", ".join(f"'{name}'" for name in COUNTED_ANEW + REPEATED)
    counted_anew = ", ".join(f"'{name}'" for name in COUNTED_ANEW)
    rows = con.execute(
        f"""
        with made_here as (
            select
                concat_ws('|', dataset, measure_id, organisation_scheme, organisation_code, period_start, period_end,
                    population, adjustment, case when dataset in ({counted_anew}) then release_sha256 end) as people,
                concat_ws(' ', measure_id, organisation_code, period_end) as label,
                stratum_dimension, stratum_scheme, stratum, numerator, numerator_lower, numerator_upper,
                denominator, denominator_lower, denominator_upper
            from {trends}
            where organisation_view = 'as_was' and dataset in ({made_here})
        ),
        counts as (
            select people, label, stratum_dimension, stratum_scheme, stratum, 'denominator' as counted,
                denominator as shown, denominator_lower as lower, denominator_upper as upper
            from made_here
            union all
            select people, label, stratum_dimension, stratum_scheme, stratum, 'numerator', numerator, numerator_lower,
                numerator_upper
            from made_here
        ),
        breakdowns as (
            select concat_ws('|', people, counted, stratum_dimension, stratum_scheme) as family, *
            from counts where stratum_dimension <> 'all'
        ),
        wholes as (
            select distinct breakdowns.family, counts.*
            from breakdowns
            inner join counts
                on breakdowns.people = counts.people and breakdowns.counted = counts.counted
                and counts.stratum_dimension = 'all'
        ),
        areas as (
            select
                concat_ws('|', 'q_community', year, case when area in ('england', 'united_kingdom') then area end)
                    as family,
                concat_ws('|', 'q_community', year, area) as cell, area_kind, area, year,
                members as shown
            from {members} where area_kind in ('nhs_region', 'nation', 'united_kingdom')
        )
        select
            sha256(family)[:16],
            sha256(concat_ws('|', people, counted, stratum_dimension, stratum_scheme, stratum))[:16],
            stratum_dimension = 'all', lower, upper, shown is null, label
        from (select * from breakdowns union all select * from wholes)
        union all
        select
            sha256(concat_ws('|', 'q_community', year, whole))[:16], sha256(cell)[:16], area = whole,
            case when shown > 0 then shown - 2 else 0 end, case when shown > 0 then shown + 2 when shown = 0 then 0 end,
            shown is null, concat_ws(' ', 'members of Q', year)
        from (
            select *, 'united_kingdom' as whole from areas where area_kind in ('nation', 'united_kingdom')
            union all
            select *, 'england' as whole from areas where area_kind = 'nhs_region' or area = 'england'
        )
        """
    ).fetchall()
    return [_entry(*row) for row in rows]


def _entry(
    family: str, cell: str, is_whole: bool, lower: float | None, upper: float | None, is_hidden: bool, label: str = ""
) -> Entry:
    at_most = float("inf") if upper is None else float(upper)
    return Entry(family, cell, is_whole, float(lower or 0.0), at_most, is_hidden, label)


def note(con: "duckdb.DuckDBPyConnection", folder: Path) -> None:
    """Put the entries of a staged release beside its receipts, where `record` finds them when it is released."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [dict(zip(STORED, entry, strict=False)) for entry in entries(con, folder)]
    types = [pa.string(), pa.string(), pa.bool_(), pa.float64(), pa.float64(), pa.bool_()]
    schema = pa.schema(list(zip(STORED, types, strict=True)))
    (folder / RECEIPTS).mkdir(exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / RECEIPTS / NOTED)


def record(home: Home, folder: Path) -> None:
    """Add what the release in ``folder`` shows; nothing when it shows what earlier ones did."""
    import duckdb

    noted = folder / RECEIPTS / NOTED
    if not noted.exists():
        return
    home.ledger.mkdir(exist_ok=True)
    columns = ", ".join(STORED)
    earlier = [f"select {columns} from read_parquet('{path}')" for path in sorted(home.ledger.glob("*.parquet"))]
    new = " except ".join([f"select {columns} from read_parquet('{noted}')", *earlier])
    with duckdb.connect(config={"threads": 1}) as con:
        if con.execute(f"select count(*) from ({new})").fetchall()[0][0]:
            unfinished = home.ledger / f".{folder.name}"
            con.execute(f"copy (from ({new}) order by all) to '{unfinished}' (format parquet, compression zstd)")
            unfinished.replace(home.ledger / f"{_next_number(home):06d}-{folder.name}.parquet")


def _next_number(home: Home) -> int:
    return 1 + max((int(path.name.split("-")[0]) for path in home.ledger.glob("*.parquet")), default=0)


def _earlier(con: "duckdb.DuckDBPyConnection", home: Home) -> list[list[Entry]]:
    """Entries of each file of the ledger, oldest first."""
    return [
        [_entry(*row) for row in con.execute(f"select {', '.join(STORED)} from read_parquet('{path}')").fetchall()]
        for path in sorted(home.ledger.glob("*.parquet"))
    ]


def differences(home: Home, con: "duckdb.DuckDBPyConnection", folder: Path) -> list[str]:
    """Breakdowns of the staged release that, beside earlier releases, tell of a hidden count: names, no numbers."""
    earlier = _earlier(con, home)
    if not earlier:
        return []
    new = entries(con, folder)
    told = told_together([*earlier, new])
    labels = sorted({entry.label for entry in new if entry.family in told})
    if not labels:
        return []
    others = f" and {len(labels) - NAMED_AT_MOST} more" if len(labels) > NAMED_AT_MOST else ""
    return [
        f"a hidden count of {', '.join(labels[:NAMED_AT_MOST])}{others} could be worked out from this release and an "
        "earlier one. Supply the groups as they were, or leave this breakdown out of the file; see docs/disclosure.md"
    ]


def told_together(releases: Sequence[Sequence[Entry]]) -> set[str]:
    """Families in which releases together narrow a hidden count that each of them leaves open.

    Only families of the last release that some earlier one shows otherwise are looked at.
    """
    changed = _changed(releases)
    shown: dict[str, dict[str, Entry]] = {family: {} for family in changed}
    history: dict[str, list[list[Entry]]] = defaultdict(list)
    for release in releases:
        # the ledger holds differences: what a release does not say again has stayed
        for entry in release:
            if entry.family in changed:
                shown[entry.family][entry.cell] = entry
        for family in changed:
            history[family].append(list(shown[family].values()))
    return {family for family in changed if _tells(history[family])}


def _tells(history: Sequence[Sequence[Entry]]) -> bool:
    """Whether one breakdown, as two releases show it, narrows a count that one of them hides.

    The intruder takes what one release hides for what the other shows of it, all but the count that he wants: that one
    has changed, for else it would be shown in both. What he then finds outside 1 to 7 altogether tells him only that
    his guess was wrong.
    """
    return any(
        _lends(release, other, target)
        for number, release in enumerate(history)
        for target in (entry for entry in release if entry.is_hidden)
        for place, other in enumerate(history)
        if place != number
    )


def _lends(release: Sequence[Entry], other: Sequence[Entry], target: Entry) -> bool:
    """Whether the other release's bounds of counts that this one hides narrow the target."""
    shown = {entry.cell: entry for entry in other if not entry.is_hidden and entry.cell != target.cell}
    lent = [shown.get(entry.cell, entry) if entry.is_hidden else entry for entry in release]
    if lent == list(release) or _narrowed(release, target):
        return False
    told = _narrowed(lent, target)
    return bool(told) and told[0].lower <= OPEN[1]


def _narrowed(members: Iterable[Entry], target: Entry) -> tuple[Narrowed, ...]:
    """What the bounds of one breakdown narrow of the target, its parts adding up to the whole where that is there."""
    system = System()
    wholes: list[str] = []
    parts: list[str] = []
    for entry in members:
        system.know(entry.cell, entry.lower, entry.upper)
        (wholes if entry.is_whole else parts).append(entry.cell)
    if wholes and parts:
        system.add_up(wholes[0], parts)
    return system.attack([target.cell]).narrowed


def _changed(releases: Sequence[Sequence[Entry]]) -> set[str]:
    """Families of the last release that earlier ones show in another way."""
    earlier = {(e.cell, e.lower, e.upper, e.is_hidden) for release in releases[:-1] for e in release}
    cells = {cell for cell, *_ in earlier}
    new = releases[-1]
    known = {entry.family for entry in new if entry.cell in cells}
    return {e.family for e in new if e.family in known and (e.cell, e.lower, e.upper, e.is_hidden) not in earlier}
