"""`evenhand demo`: a simulated NHS behind a loopback publisher, refreshed through the real path.

Belongs here: wiring world, synthesisers, publisher and refresh; the closing tables. Does not: any of their work.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.catalogue.registry import dataset_specs
from orchestration.errors import ExitCode
from orchestration.home import Home
from orchestration.refresh.outcomes import RefreshRequest

if TYPE_CHECKING:
    from orchestration.datasets.protocol import SyntheticFile
    from orchestration.simulation.world import World

HEADLINE = """
select
    measure_title as measure, stratum_dimension as dimension, stratum as "group", period_start as "from",
    round(value, 1) as value, round(lower_95, 1) as lower_95, round(upper_95, 1) as upper_95, unit
from outcome_trends
where organisation_level = 'england' and organisation_view = 'as_now' and value is not null
    and measure_id = 'talking_therapies_recovery' and stratum_dimension in ('all', 'deprivation')
    and stratum in ('all', '1', '10')
    and period_start in (select min(period_start) from outcome_trends where measure_id = 'talking_therapies_recovery'
        union all select max(period_start) from outcome_trends where measure_id = 'talking_therapies_recovery')
order by dimension, period_start, stratum_order
"""
EFFECTS = """
with truth(kind, project_ref, code, starts_on, points) as (values {values}),
parts as (
    select
        truth.kind, truth.project_ref, truth.points,
        trends.period_start >= truth.starts_on as is_after, trends.stratum_order <= 5 as is_deprived,
        sum(trends.numerator) as numerator, sum(trends.denominator) as denominator
    from truth
    inner join outcome_trends as trends on truth.code = trends.organisation_code
    where trends.measure_id = 'talking_therapies_recovery' and trends.organisation_view = 'as_was'
        and trends.stratum_dimension = 'deprivation' and trends.stratum_order <= 10 and trends.value is not null
    group by all
),
rates as (
    select
        kind, is_after, count(distinct project_ref) as projects, max(points) as points,
        100.0 * sum(numerator) filter (where not is_deprived) / sum(denominator) filter (where not is_deprived)
        - 100.0 * sum(numerator) filter (where is_deprived) / sum(denominator) filter (where is_deprived) as gap
    from parts
    group by kind, is_after
)
select
    kind as planted, max(projects) as projects, max(points) as planted_points,
    round(max(gap) filter (where not is_after), 1) as gap_before,
    round(max(gap) filter (where is_after), 1) as gap_after,
    round(max(gap) filter (where is_after) - max(gap) filter (where not is_after), 1) as change_of_gap
from rates
group by kind
order by kind
"""


def demo_home() -> Home:
    """The demo's home: EVENHAND_DEMO_HOME, else .evenhand/demo beside the default home."""
    configured = os.environ.get("EVENHAND_DEMO_HOME")
    return Home(Path(configured).resolve() if configured else Home.default().root.parent / "demo")


def run_demo(refresh: Callable[..., ExitCode]) -> ExitCode:
    """Wipe the demo's home, publish the simulated NHS on loopback, refresh, print what came out."""
    from orchestration.simulation.publisher import Publisher
    from orchestration.simulation.world import World

    home = demo_home()
    shutil.rmtree(home.root, ignore_errors=True)
    world = World.make()
    with Publisher(list(published_files(world))) as publisher:
        home.create(synthetic=True, publisher_root=publisher.root)
        place_logs(home, world)
        os.environ["EVENHAND_HOME"] = str(home.root)
        code = refresh(home, RefreshRequest())
    if code is ExitCode.OK:
        print_findings(home, world)
    return code


def published_files(world: "World") -> Iterator[tuple[Any, "SyntheticFile"]]:
    """Every dataset's simulated files, and the lists of its API, with its spec; QI logs are not published."""
    from orchestration.datasets.protocol import synthesiser_of, synthetic_lists_of

    for spec in dataset_specs().values():
        if spec.discovery is not None:
            for file in (*synthesiser_of(spec.name)(world), *synthetic_lists_of(spec.name, world)):
                yield spec, file


def place_logs(home: Home, world: "World") -> None:
    """Put the simulated QI logs and other users' records into the inbox."""
    from orchestration.datasets.protocol import synthesiser_of

    for spec in dataset_specs().values():
        if spec.is_user_supplied:
            folder = home.inbox / spec.name
            folder.mkdir(mode=0o700, exist_ok=True)
            for file in synthesiser_of(spec.name)(world):
                path = folder / file.name
                path.touch(mode=0o600)
                path.write_bytes(file.content)


def print_findings(home: Home, world: "World") -> None:
    """The headline table and the planted effects beside what the marts show."""
    from orchestration.publication.query import run_query
    from orchestration.publication.release import current_release

    print("\nSIMULATED DATA. Recovery in talking therapies, England, first and last year:")
    print_rows(*run_query(home, HEADLINE))
    print(
        "\nSIMULATED DATA. Planted effects beside the marts (gap: deciles 6-10 less 1-5, points; pooled over projects):"
    )
    print_rows(*run_query(home, effects_query(world)))
    print(
        "A gap that was planted to narrow falls, one to widen grows; chance moves the ones without an effect a little."
    )
    release = current_release(home)
    print(f"\nrelease: {release}\nsite:    {release}/site/index.html")


def effects_query(world: "World") -> str:
    """SQL that compares the planted effects with the published marts."""
    values = ", ".join(
        f"('{e.kind}', '{e.project_ref}', '{e.organisation_code}', date '{e.starts_on}', {float(e.points)})"
        for e in world.planted_effects()
    )
    return EFFECTS.format(values=values)


def print_rows(columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    """A query's result as an aligned table."""
    cells = [[str("" if cell is None else cell) for cell in row] for row in rows]
    widths = [max(len(name), *(len(line[at]) for line in cells)) for at, name in enumerate(columns)]
    for line in [columns, *cells]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
