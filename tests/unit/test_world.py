"""The synthetic NHS: deterministic, consistent, and with effects that can be found again."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from orchestration.simulation.records import DECILES, UNKNOWN, EffectKind, Provider, TherapyYear
from orchestration.simulation.world import World

COUNTS = (
    "referrals",
    "finished",
    "not_at_caseness",
    "at_caseness",
    "recovery",
    "reliable_recovery",
    "improvement",
)


@pytest.fixture(scope="module")
def world() -> World:
    return World.make()


@pytest.fixture(scope="module")
def small() -> World:
    return World.make(seed=7, scale="small")


def test_the_same_seed_makes_the_same_world() -> None:
    first, second = World.make(seed=3, scale="small"), World.make(seed=3, scale="small")
    assert first.providers == second.providers
    assert first.lsoas_2021 == second.lsoas_2021
    assert first.projects == second.projects
    assert first.therapy_years() == second.therapy_years()
    assert first.emergency_months() == second.emergency_months()
    assert first.births() == second.births()
    assert first.child_attendances() == second.child_attendances()


def test_another_seed_makes_another_world() -> None:
    first, second = World.make(seed=3, scale="small"), World.make(seed=4, scale="small")
    assert first.providers != second.providers
    assert first.therapy_years() != second.therapy_years()


@pytest.mark.parametrize("scale", ["small", "demo"])
def test_each_imd_decile_holds_a_tenth_of_the_areas_and_decile_1_is_most_deprived(scale: str) -> None:
    world = World.make(scale=scale)  # type: ignore[arg-type]
    for version, areas in ((2015, world.lsoas_2011), (2019, world.lsoas_2011), (2025, world.lsoas_2021)):
        standings = [area.deprivation(version) for area in areas]
        sizes = Counter(standing.decile for standing in standings)
        assert set(sizes) == set(range(1, 11))
        assert set(sizes.values()) == {len(areas) // 10}
        assert sorted(standing.rank for standing in standings) == list(range(1, len(areas) + 1))
        lowest_of_1 = min(standing.score for standing in standings if standing.decile == 1)
        assert lowest_of_1 >= max(standing.score for standing in standings if standing.decile == 2)


def test_an_area_has_no_imd_of_the_other_vintage(world: World) -> None:
    with pytest.raises(KeyError, match="2025"):
        world.lsoas_2011[0].deprivation(2025)


def test_every_area_of_2011_and_of_2021_stands_in_the_changes(world: World) -> None:
    assert {change.code_2011 for change in world.lsoa_changes} == {area.code for area in world.lsoas_2011}
    assert {change.code_2021 for change in world.lsoa_changes} == {area.code for area in world.lsoas_2021}
    kinds = Counter(change.change for change in world.lsoa_changes)
    assert kinds["S"] == 2 * 14
    assert kinds["M"] == 2 * 4
    assert sum(area.population for area in world.lsoas_2011) - sum(area.population for area in world.lsoas_2021) <= 14


def test_every_dimension_of_therapy_adds_up_to_the_total(world: World) -> None:
    totals: dict[tuple[str, int, str], Counter[str]] = defaultdict(Counter)
    for row in world.therapy_years():
        for count in COUNTS:
            totals[row.organisation_code, row.year, row.dimension][count] += getattr(row, count)
    for code, year, dimension in totals:
        assert totals[code, year, dimension] == totals[code, year, "all"], (code, year, dimension)
    assert {dimension for _, _, dimension in totals} == {"all", "deprivation", "ethnicity", "age", "sex"}


def test_counts_of_therapy_are_nested_in_every_stratum(world: World) -> None:
    for row in world.therapy_years():
        assert row.not_at_caseness + row.at_caseness == row.finished <= row.referrals
        assert 0 <= row.reliable_recovery <= row.recovery <= row.at_caseness
        assert row.reliable_recovery <= row.improvement <= row.finished


def test_recovery_has_a_gradient_of_about_fifteen_points_and_a_pandemic_dip(world: World) -> None:
    rows = [row for row in world.therapy_years() if row.dimension == "deprivation"]
    first = [row for row in rows if row.year == 2017]
    assert 0.11 < _rate(first, "10") - _rate(first, "1") < 0.19
    finished = Counter[int]()
    for row in rows:
        finished[row.year] += row.finished
    assert finished[2020] < 0.85 * finished[2019]


def test_births_add_up_to_deliveries_or_babies(world: World) -> None:
    totals: dict[tuple[str, int, str, str], int] = defaultdict(int)
    for row in world.births():
        totals[row.organisation_code, row.year, row.counts, row.dimension] += row.count
    for (code, year, counted, _), total in totals.items():
        assert total == totals[code, year, counted, "all"]


def test_breaches_never_exceed_attendances_and_winter_is_worse(world: World) -> None:
    january, july = [0, 0], [0, 0]
    for row in world.emergency_months():
        assert all(late <= came for late, came in zip(row.breaches, row.attendances, strict=True))
        assert all(late <= came for late, came in zip(row.booked_breaches, row.booked, strict=True))
        if row.month in (date(2024, 1, 1), date(2024, 7, 1)):
            season = january if row.month.month == 1 else july
            season[0] += row.breaches[0]
            season[1] += row.attendances[0]
    assert january[0] / january[1] > july[0] / july[1] + 0.08


def test_field_test_trusts_publish_no_breaches_before_the_test_ends(world: World) -> None:
    tested = {trust.code for trust in world.trusts if trust.is_field_test}
    emergency = [trust for trust in world.trusts if trust.has_emergency and trust.closed_on is None]
    assert 0.1 < len(tested) / len(emergency) < 0.2
    for row in world.emergency_months():
        assert row.breaches_published == (row.organisation_code not in tested or row.month >= date(2023, 6, 1))


def test_a_merged_trust_ends_on_the_day_its_successor_takes_over(world: World) -> None:
    assert len(world.successions) >= 2
    last: dict[str, date] = {}
    volume: dict[tuple[str, date], int] = {}
    for row in world.emergency_months():
        last[row.organisation_code] = max(row.month, last.get(row.organisation_code, row.month))
        volume[row.organisation_code, row.month] = sum(row.attendances)
    for change in world.successions:
        assert world.provider(change.old_code).closed_on == change.on
        assert last[change.old_code] < change.on <= last[change.new_code]
        before = max(month for code, month in volume if code == change.new_code and month < change.on)
        assert volume[change.new_code, change.on] > 1.05 * volume[change.new_code, before]


def test_a_board_that_is_no_more_had_providers_that_its_heir_has_now(world: World) -> None:
    (former,) = world.former_icbs
    (change,) = world.board_successions
    before = {board.code: codes for board, codes in world.boards_on(former.closed_on - timedelta(days=1))}
    after = {board.code: codes for board, codes in world.boards_on(former.closed_on)}
    assert (change.old_code, change.new_code, change.on) == (former.board.code, former.heir_code, former.closed_on)
    assert before[change.old_code]
    assert before[change.new_code]
    assert change.old_code not in after
    assert after[change.new_code] == before[change.old_code] | before[change.new_code]


def test_one_trust_changes_its_name_and_keeps_its_code(world: World) -> None:
    (renamed,) = [trust for trust in world.trusts if len(trust.names) > 1]
    changed_on = renamed.names[1][0]
    assert renamed.name_on(date(2022, 12, 31)) != renamed.name_on(changed_on) == renamed.name


def test_every_name_says_that_it_is_synthetic(small: World) -> None:
    names = [name for provider in small.providers for _, name in provider.names]
    named = (small.regions, small.icbs, small.sub_icbs, small.lads, small.lsoas_2011, small.lsoas_2021)
    names += [record.name for records in named for record in records]
    names += [practice.name for practice in small.practices] + [pcn.name for pcn in small.pcns]
    assert [name for name in names if not (name.endswith("(SYNTHETIC)") or name.startswith("SYNTHETIC"))] == []


def test_codes_are_unique(world: World) -> None:
    for records in (world.providers, world.practices, world.pcns, world.lsoas_2011, world.lsoas_2021, world.lads):
        codes = [record.code for record in records]
        assert len(codes) == len(set(codes))


def test_a_practice_score_is_the_list_weighted_mean_of_its_areas(world: World) -> None:
    scores = {area.code: area.deprivation(2019).score for area in world.lsoas_2011}
    practice = world.practices[5]
    weighted = sum(scores[code] * people for code, people in practice.patients) / practice.list_size
    assert practice.imd_score == pytest.approx(weighted, abs=1e-3)


def test_children_of_deprived_practices_attend_more(world: World) -> None:
    ranked = sorted(world.practices, key=lambda practice: practice.imd_score)
    quarter = len(ranked) // 4
    least, most = {p.code for p in ranked[:quarter]}, {p.code for p in ranked[-quarter:]}
    rows = [row for row in world.child_attendances() if row.year == 2023]

    def per_child(codes: set[str]) -> float:
        chosen = [row for row in rows if row.practice_code in codes]
        return sum(row.attendances for row in chosen) / sum(row.population for row in chosen)

    assert per_child(most) > 1.15 * per_child(least)


@pytest.mark.parametrize("scale", ["small", "demo"])
def test_each_planted_effect_belongs_to_a_therapy_project_at_its_lead(scale: str) -> None:
    world = World.make(scale=scale)  # type: ignore[arg-type]
    projects = {project.ref: project for project in world.projects}
    assert len(projects) == len(world.projects)
    effects = world.planted_effects()
    assert {effect.kind for effect in effects} == {"narrows", "widens", "none"}
    assert len({effect.organisation_code for effect in effects}) == len(effects)
    for effect in effects:
        project = projects[effect.project_ref]
        assert project.sites[0].organisation_code == effect.organisation_code
        assert project.implemented_on == effect.starts_on
        assert (effect.starts_on.month, effect.starts_on.day) == (4, 1)
        assert world.years[0] < effect.starts_on.year < world.years[-1]
        assert (effect.points == 0) == (effect.kind == "none")


def test_projects_run_at_trusts_that_exist_and_end_after_they_start(world: World) -> None:
    trusts: dict[str, Provider] = {trust.code: trust for trust in world.trusts}
    for project in world.projects:
        assert project.registered_on <= project.implemented_on
        assert project.ended_on is None or project.ended_on > project.implemented_on
        assert project.sites[0].role == "lead"
        for site in project.sites:
            assert trusts[site.organisation_code].is_open(project.implemented_on)


@pytest.mark.parametrize("seed", [20260101, 11, 12])
def test_pooled_over_projects_the_gap_changes_as_planted(seed: int) -> None:
    world = World.make(seed=seed)
    assert _change_of_gap(world, "narrows") < -0.02
    assert _change_of_gap(world, "widens") > 0.02
    assert abs(_change_of_gap(world, "none")) < 0.03


def _change_of_gap(world: World, kind: EffectKind) -> float:
    """Recovery rate of deciles 6–10 less that of 1–5, after less before, pooled over the projects of ``kind``."""
    counts: Counter[tuple[bool, bool, str]] = Counter()
    for effect, row in _rows_of(world, kind):
        after, deprived = row.year >= effect, int(row.stratum) <= 5
        counts[after, deprived, "recovery"] += row.recovery
        counts[after, deprived, "at_caseness"] += row.at_caseness
    rate = {key[:2]: counts[(*key[:2], "recovery")] / counts[(*key[:2], "at_caseness")] for key in counts}
    return (rate[True, False] - rate[True, True]) - (rate[False, False] - rate[False, True])


def _rows_of(world: World, kind: EffectKind) -> Iterator[tuple[int, TherapyYear]]:
    starts = {e.organisation_code: e.starts_on.year for e in world.planted_effects() if e.kind == kind}
    for row in world.therapy_years():
        if row.organisation_code in starts and row.dimension == "deprivation" and row.stratum != UNKNOWN:
            assert row.stratum in DECILES
            yield starts[row.organisation_code], row


def _rate(rows: list[TherapyYear], decile: str) -> float:
    chosen = [row for row in rows if row.stratum == decile]
    return sum(row.recovery for row in chosen) / sum(row.at_caseness for row in chosen)
