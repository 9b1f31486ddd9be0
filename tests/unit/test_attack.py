"""The attack by linear programming on tables small enough to work out by hand.

Belongs here: the solver. Does not: reading a release into it (tests/pipeline, tests/backtest).
"""

import pytest

from orchestration.publication.attack import System


def table(women: tuple[float, float], everybody: tuple[float, float]) -> System:
    """Men, of whom nothing is known by itself, as what is left of everybody."""
    system = System()
    system.know("everybody", *everybody)
    system.know("women", *women)
    system.add_up("everybody", ["women", "men"])
    return system


@pytest.mark.parametrize("people", [100.0, 9_876_545.0])
def test_a_hidden_count_is_narrowed_by_what_is_left_however_large_the_whole(people: float) -> None:
    system = table((people - 12, people - 8), (people - 2, people + 2))
    assert system.bounds(["men"])["men"] == pytest.approx((6.0, 14.0))
    outcome = system.attack(["men"])
    assert [(found.count, found.lower, found.upper) for found in outcome.narrowed] == [("men", 6.0, 14.0)]
    assert outcome.contradictory == 0


def test_a_hidden_count_stays_open_while_its_neighbour_is_hidden_too() -> None:
    outcome = table((0.0, float("inf")), (9_876_543.0, 9_876_547.0)).attack(["men"])
    assert (outcome.narrowed, outcome.contradictory) == ((), 0)


def test_tables_that_contradict_each_other_are_counted_and_narrow_nothing() -> None:
    system = table((50.0, 60.0), (10.0, 20.0))
    outcome = system.attack(["men"])
    assert (outcome.narrowed, outcome.contradictory, system.bounds(["men"])) == ((), 1, {})
