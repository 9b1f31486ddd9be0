"""The matcher of organisations is made from what the lake holds, with the names and days that registers give."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from support_home import offered

from orchestration.catalogue.registry import dataset_spec, read_document
from orchestration.datasets.protocol import synthesiser_of
from orchestration.home import Home
from orchestration.lake.store import Lake
from orchestration.qi_logs.organisation_names import name_key
from orchestration.qi_logs.organisations import SEED, Alias, AliasFile, Match, Matcher, NoMatch
from orchestration.refresh.load import load_pending
from orchestration.refresh.organisations import USED, known_organisations, matcher_of
from orchestration.refresh.outcomes import RefreshRequest
from orchestration.refresh.plan import make_plan
from orchestration.simulation.records import Provider
from orchestration.simulation.world import World

DAY = timedelta(days=1)


def loaded(home: Home, folder: Path, *, synthetic: bool) -> Home:
    """The home with the folder's files in its lake."""
    home.create(synthetic=synthetic)
    for dataset in USED:
        for entity in dataset_spec(dataset).entities:
            (home.lake / dataset / entity.name).mkdir(parents=True)
    make_plan(home, RefreshRequest(folder=folder))
    for dataset in USED:
        load_pending(home, dataset)
    return home


@pytest.fixture(scope="module")
def world() -> World:
    return World.make(7, "small")


@pytest.fixture(scope="module")
def home(world: World, tmp_path_factory: pytest.TempPathFactory) -> Home:
    root = tmp_path_factory.mktemp("organisations")
    for dataset in USED:
        offered(root / "files", dataset, {file.name: file.content for file in synthesiser_of(dataset)(world)})
    return loaded(Home(root / "home"), root / "files", synthetic=True)


@pytest.fixture(scope="module")
def matcher(home: Home) -> Matcher:
    return matcher_of(home)


def closed_trust(world: World) -> Provider:
    return next(trust for trust in world.trusts if trust.closed_on)


def last_day(trust: Provider) -> date:
    assert trust.closed_on is not None
    return trust.closed_on - DAY


def test_each_trust_is_found_by_code_and_by_name_on_its_days(world: World, matcher: Matcher) -> None:
    for trust in world.trusts:
        day = last_day(trust) if trust.closed_on else world.months[-1]
        assert matcher.match(trust.code, day) == Match(trust.code, "code")
        assert matcher.match(trust.name_on(day).removesuffix(" (SYNTHETIC)"), day) == Match(trust.code, "exact_name")


def test_practices_networks_boards_and_locations_are_known(world: World, matcher: Matcher) -> None:
    day = world.months[-1]
    for known in (world.practices[0], world.pcns[0], world.icbs[0], world.sub_icbs[0]):
        assert matcher.match(known.code, day) == Match(known.code, "code")
    assert matcher.match(world.practices[0].name, day) == Match(world.practices[0].code, "exact_name")
    assert matcher.match(world.pcns[0].name.title(), day) == Match(world.pcns[0].code, "exact_name")


def test_a_merged_trust_is_refused_after_its_last_day_and_the_new_one_is_suggested(
    world: World, matcher: Matcher
) -> None:
    trust = closed_trust(world)
    heir = next(item.new_code for item in world.successions if item.old_code == trust.code)
    for text in (trust.code, trust.name_on(last_day(trust)), f"{trust.code}77"):
        assert isinstance(matcher.match(text, last_day(trust)), Match)
        answer = matcher.match(text, last_day(trust) + DAY)
        assert isinstance(answer, NoMatch)
        assert answer.reason == "not_valid_at_date"
        assert heir in [suggestion.code for suggestion in answer.suggestions]


def test_a_former_name_holds_until_snapshots_show_that_it_is_gone(world: World, home: Home, matcher: Matcher) -> None:
    trust = next(trust for trust in world.trusts if len(trust.names) > 1)
    (_, old), (renamed_on, new) = trust.names
    known = {item.name: item for item in known_organisations(home) if item.code == trust.code}
    assert known[old].valid_from == trust.opened_on
    assert known[new].valid_to is None
    assert known[old].valid_to is not None
    assert known[old].valid_to >= renamed_on
    assert matcher.match(old, renamed_on - DAY) == Match(trust.code, "exact_name")
    assert matcher.match(new, renamed_on) == Match(trust.code, "exact_name")
    answer = matcher.match(old, world.months[-1] + timedelta(days=365))
    assert isinstance(answer, NoMatch)
    assert [suggestion.code for suggestion in answer.suggestions] == [trust.code]


def test_a_main_hospital_is_found_by_name_and_a_small_site_by_code_only(world: World, matcher: Matcher) -> None:
    trust = world.trusts[0]
    day = world.months[-1]
    assert matcher.match(f"{trust.code}02", day) == Match(trust.code, "site_code")
    assert matcher.match(f"{trust.town} Hospital 1", day) in (
        Match(trust.code, "site_name"),
        NoMatch("ambiguous_name", matcher.suggest(f"{trust.town} Hospital 1", on=day)),
    )


def test_reviewed_aliases_are_taken_in(world: World, home: Home) -> None:
    code = world.trusts[0].code
    assert matcher_of(home, [Alias("Our trust", code)]).match("our trust", world.months[-1]) == Match(code, "alias")


def test_an_empty_lake_knows_nobody_and_nothing_fails(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    assert known_organisations(home) == []
    assert matcher_of(home).match("RYJ", date(2023, 1, 1)) == NoMatch("unknown_name")
    assert matcher_of(home).suggest("Any Hospital") == ()
    home.create()
    Lake(home.lake).prepare()
    assert known_organisations(home) == []


def test_shipped_aliases_name_the_trusts_that_the_real_register_knows(real_data: Path, tmp_path: Path) -> None:
    register = (real_data / "ods_trusts" / "etr__2026-01_jhau.csv").read_bytes()
    folder = offered(tmp_path / "files", "ods_trusts", {"etr.csv": register})
    home = loaded(Home(tmp_path / "home"), folder, synthetic=False)
    names = {known.code: known for known in known_organisations(home)}
    seed = read_document(SEED, AliasFile)
    assert [alias.text for alias in seed.aliases if name_key(names[alias.code].name) != name_key(alias.name)] == []
    assert [alias.text for alias in seed.aliases if names[alias.code].valid_to is not None] == []
    assert not {alias.text.upper() for alias in seed.aliases} & set(names)
