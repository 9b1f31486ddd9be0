"""Read from the lake which organisations there are, so that names in QI logs can be matched.

Belongs here: names, legal dates, sites and successors out of registers and lookups, by the rules of dbt's organisation
models, without a build. Does not: matching (qi_logs.organisations), or the views "as was" and "as now" (marts).
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, get_args

from orchestration.catalogue.registry import dataset_spec
from orchestration.home import Home, project_root
from orchestration.lake.store import Lake, release_ranks
from orchestration.qi_logs.organisation_names import name_key
from orchestration.qi_logs.organisations import Alias, Kind, KnownOrganisation, Matcher, Site, seed_aliases

if TYPE_CHECKING:
    import duckdb

DAY = timedelta(days=1)
REVIEWED = "dbt_project/seeds/reviewed_successions.csv"

# a hospital with fewer of its trust's spells may be a clinic in another trust's hospital of that name
SHARE_OF_A_MAIN_SITE = 0.05

SIGHTINGS = """
with practices as (select * from {practices}),

areas as (
    {areas}
),

stated as (
    select organisations.organisation_code as code, 'provider' as kind, organisation_name as name,
        opened_on, closed_on, released.period_end as seen_on, organisations.release_sha256
    from {trusts} as organisations
    inner join released on organisations.release_sha256 = released.release_sha256
    union all
    select practice_code, 'practice', practice_name, null, null, extract_on, release_sha256 from practices
    union all
    select organisation_code, case when prescribing_setting = '4' then 'practice' else 'cost_centre' end,
        organisation_name, opened_on, closed_on, snapshot_on, release_sha256
    from {register}
    union all
    select pcn_code, 'pcn', min(pcn_name), null, null, extract_on, release_sha256
    from practices
    where pcn_code is not null
    group by pcn_code, extract_on, release_sha256
    union all
    select pcn_code, 'pcn', pcn_name, opened_on, closed_on, snapshot_on, release_sha256 from {networks}
    union all
    select distinct code, kind, name, null::date, null::date, seen_on, release_sha256 from areas where code is not null
)

select stated.code, stated.kind, stated.name, stated.opened_on, stated.closed_on, stated.seen_on
from stated
inner join released on stated.release_sha256 = released.release_sha256
where stated.name is not null
order by stated.seen_on, released.release_rank, stated.code, stated.name
"""

# an edition names its year only: it holds from 1 April, that of 2022 (the first of integrated care boards) from 1 July
EDITION_DAY = "make_date(edition, case when edition = 2022 then 7 else 4 end, 1)"
AREAS: Sequence[tuple[str, str, str, str, Kind, str]] = (
    ("gp_practices", "practices", "sub_icb_code", "sub_icb_name", "sub_icb", "extract_on"),
    ("gp_practices", "practices", "icb_code", "icb_name", "icb", "extract_on"),
    ("geography_lookups", "ccg_stp", "ccg_ods_code", "ccg_name", "sub_icb", EDITION_DAY),
    ("geography_lookups", "ccg_stp", "stp_ods_code", "stp_name", "icb", EDITION_DAY),
    ("geography_lookups", "lsoa_ccg", "ccg_ods_code", "ccg_name", "sub_icb", EDITION_DAY),
    ("geography_lookups", "sub_icb_icb", "sub_icb_ods_code", "sub_icb_name", "sub_icb", EDITION_DAY),
    ("geography_lookups", "sub_icb_icb", "icb_ods_code", "icb_name", "icb", EDITION_DAY),
    ("geography_lookups", "lsoa_sub_icb", "sub_icb_ods_code", "sub_icb_name", "sub_icb", EDITION_DAY),
    ("geography_lookups", "lsoa_sub_icb", "icb_ods_code", "icb_name", "icb", EDITION_DAY),
    ("geography_lookups", "icb_codes", "icb_ods_code", "icb_name", "icb", EDITION_DAY),
)

SITES = """
with newest as (
    select sites.*, released.release_rank
    from {sites} as sites
    inner join released on sites.release_sha256 = released.release_sha256
    qualify rank() over (partition by sites.period_end order by released.release_rank desc) = 1
),

shared as (
    select *, spells / nullif(sum(spells) over (partition by organisation_code, period_end), 0) as share from newest
)

select site_code, max(site_name), list(organisation_code), period_end,
    bool_and(site_owner = 'TRUST' and coalesce(share, 0) >= {least}) as is_main
from shared
where site_code <> '.' and site_name <> 'NOT PROVIDED'
group by site_code, period_end
order by period_end, site_code
"""
SUCCESSIONS = "select distinct old_code, new_code, effective_on from {successions}"
ALIASES = """
select alias, organisation_code, valid_from, valid_to
from {aliases} as aliases
inner join released on aliases.release_sha256 = released.release_sha256
qualify rank() over (partition by lower(alias), valid_from order by released.release_rank desc) = 1
order by all
"""
USED = ("ods_trusts", "ods_successions", "gp_practices", "geography_lookups", "shmi", "qi_reviews")


@dataclass
class _Seen:
    """What one register said of an organisation, day by day."""

    kind: Kind
    names: dict[date, str] = field(default_factory=dict)
    opened_on: date | None = None
    closed_on: date | None = None


@dataclass(frozen=True)
class Succession:
    """Services of ``old_code`` passed to ``new_code``; a transfer does not end the old code."""

    old_code: str
    new_code: str
    effective_on: date
    is_transfer: bool = False


def matcher_of(home: Home, aliases: Iterable[Alias] = ()) -> Matcher:
    """The matcher over all that the home's lake knows, with aliases that are shipped, reviewed there, and given."""
    with _opened(home) as con:
        successions = _successions(con, home)
        organisations = _organisations(con, home, successions)
        sites = _sites(con, home, organisations, successions)
        reviewed = [Alias(*row) for row in con.execute(_aliases(home)).fetchall()]
    return Matcher(organisations, (*seed_aliases(), *reviewed, *aliases), sites, _heirs(successions))


def _aliases(home: Home) -> str:
    return ALIASES.format(aliases=_table(home, "qi_reviews", "organisation_aliases"))


def known_organisations(home: Home) -> list[KnownOrganisation]:
    """Organisations of the home's lake with the days on which each bears its names; empty when no register is there."""
    with _opened(home) as con:
        return _organisations(con, home, _successions(con, home))


@contextmanager
def _opened(home: Home) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A connection with the table ``released``: the releases of the datasets used, by the lake's own reports."""
    import duckdb

    reports = [report for dataset in USED for report in Lake(home.lake).reports(dataset)]
    ranks = release_ranks(reports)
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute("create table released (release_sha256 varchar, release_rank integer, period_end date)")
        for report in reports:
            rank = ranks[report.dataset, report.release_sha256]
            con.execute("insert into released values (?, ?, ?)", [report.release_sha256, rank, report.period_end])
        yield con


def _table(home: Home, dataset: str, entity: str) -> str:
    """The entity's Parquet files as a table of SQL; a lake without any gives a table without rows."""
    folder = home.lake / dataset / entity
    if any(folder.glob("*.parquet")):
        return f"read_parquet('{str(folder).replace(chr(39), chr(39) * 2)}/*.parquet')"
    names = (name for name, _ in dataset_spec(dataset).entity(entity).lake_columns())
    return f"(select {', '.join(f'null as {name}' for name in names)} where false)"


def _organisations(
    con: "duckdb.DuckDBPyConnection", home: Home, successions: Sequence[Succession]
) -> list[KnownOrganisation]:
    ends: dict[str, date] = {}
    for item in successions:
        if not item.is_transfer:
            ends[item.old_code] = max(item.effective_on - DAY, ends.get(item.old_code, date.min))
    seen = _seen(con, home)
    return [known for code, what in sorted(seen.items()) for known in _names(code, what, ends.get(code))]


def _seen(con: "duckdb.DuckDBPyConnection", home: Home) -> dict[str, _Seen]:
    """Sightings by code; where two registers know a code, the first of the kinds (provider … cost centre) holds it."""
    areas = "\n    union all\n    ".join(
        f"select {code} as code, '{kind}' as kind, {name} as name, {day} as seen_on, release_sha256 "
        f"from {_table(home, dataset, entity)}"
        for dataset, entity, code, name, kind, day in AREAS
    )
    query = SIGHTINGS.format(
        areas=areas,
        practices=_table(home, "gp_practices", "practices"),
        trusts=_table(home, "ods_trusts", "organisations"),
        register=_table(home, "gp_practices", "register"),
        networks=_table(home, "gp_practices", "networks"),
    )
    order = get_args(Kind)
    found: dict[str, _Seen] = {}
    for code, kind, name, opened_on, closed_on, seen_on in con.execute(query).fetchall():
        what = found.get(code)
        if what is None or order.index(kind) < order.index(what.kind):
            what = found[code] = _Seen(kind)
        if what.kind == kind:
            what.names[seen_on] = name
            if opened_on is not None or closed_on is not None:
                what.opened_on, what.closed_on = opened_on, closed_on
    return found


def _names(code: str, seen: _Seen, succeeded_on: date | None) -> Iterator[KnownOrganisation]:
    """The names of an organisation with the days on which each may have held.

    A snapshot's day is the latest legal date in it: it was taken on that day or later, but before the next one's. So a
    name may hold from the last day of another name, and until the sighting after the one that shows the next name; in
    between both hold. A code that no register closes ends with its last succession, unless somebody saw it afterwards.
    """
    closed_on = seen.closed_on
    if closed_on is None and succeeded_on is not None and succeeded_on >= max(seen.names):
        closed_on = succeeded_on
    days: dict[str, list[date]] = defaultdict(list)
    for day in sorted(seen.names):
        days[name_key(seen.names[day]) if len(seen.names) > 1 else ""].append(day)
    for own in days.values():
        before = [day for day in seen.names if day < own[0]]
        after = sorted(day for day in seen.names if day > own[-1])
        first = max(before) + DAY if before else seen.opened_on
        last = after[1] - DAY if len(after) > 1 else closed_on
        yield KnownOrganisation(code, seen.names[own[-1]], seen.kind, first, last)


def _sites(
    con: "duckdb.DuckDBPyConnection",
    home: Home,
    organisations: Sequence[KnownOrganisation],
    successions: Sequence[Succession],
) -> list[Site]:
    """Sites of treatment as last listed; a site belongs to the trust whose code its own begins with.

    The list names trusts that treat patients at a site, which may be another trust's or a company's: it gives no
    parent. Its names count for the parent alone where it is a main hospital of the parent and of nobody else.
    """
    trusts = {known.code for known in organisations if known.kind == "provider"}
    joined, left = _days_by_code(successions, "new_code"), _days_by_code(successions, "old_code")
    query = SITES.format(sites=_table(home, "shmi", "site"), least=SHARE_OF_A_MAIN_SITE)
    sites: dict[str, Site] = {}
    for code, name, listed_by, seen_on, is_main in con.execute(query).fetchall():
        parent = code[:3] if code[:3] in trusts else None
        sites[code] = Site(
            code,
            name,
            parent,
            is_known_by_name=is_main and listed_by == [parent],
            valid_from=max((day for day in joined.get(parent, ()) if day <= seen_on), default=None),
            valid_to=min((day - DAY for day in left.get(parent, ()) if day > seen_on), default=None),
        )
    return list(sites.values())


def _days_by_code(
    successions: Iterable[Succession], side: Literal["old_code", "new_code"]
) -> dict[str | None, list[date]]:
    """Days on which a code took something over (new_code) or gave something up (old_code)."""
    days: dict[str | None, list[date]] = defaultdict(list)
    for item in successions:
        days[getattr(item, side)].append(item.effective_on)
    return days


def _successions(con: "duckdb.DuckDBPyConnection", home: Home) -> list[Succession]:
    """Reviewed successions, and those of the register's table for pairs that nobody reviewed."""
    with (project_root() / REVIEWED).open(encoding="utf-8", newline="") as stream:
        reviewed = [
            Succession(
                row["old_code"],
                row["new_code"],
                date.fromisoformat(row["effective_on"]),
                row["relation"] == "transfer",
            )
            for row in csv.DictReader(stream)
        ]
    pairs = {(item.old_code, item.new_code) for item in reviewed}
    query = SUCCESSIONS.format(successions=_table(home, "ods_successions", "successions"))
    registered = [Succession(*row) for row in con.execute(query).fetchall() if row[:2] not in pairs]
    return [*reviewed, *registered]


def _heirs(successions: Iterable[Succession]) -> dict[str, list[str]]:
    """Codes that took over from each code, the latest first, and those that took over from them."""
    direct: dict[str, list[str]] = defaultdict(list)
    for item in sorted(successions, key=lambda item: (item.effective_on, item.new_code), reverse=True):
        direct[item.old_code].append(item.new_code)
    heirs: dict[str, list[str]] = {}
    for code in direct:
        found = list(dict.fromkeys(direct[code]))
        for heir in found:
            found += [further for further in direct.get(heir, ()) if further not in found and further != code]
        heirs[code] = found
    return heirs
