"""Cohen's kappa gives the figures of its literature, and is undefined where the data leave it undefined.

Belongs here: orchestration/evaluation/agreement.py. Does not: who coded what (the reviews of QI projects).
"""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from orchestration.errors import UsageError
from orchestration.evaluation.agreement import Z_95, Agreement, Coding, agreement_by_field, cohens_kappa

Table = list[list[int]]
Codes = list[str | None]

# (counts by category of the first and second coder, kappa, its standard error); where a publication is not named, the
# standard errors are those of statsmodels 0.15 (statsmodels.stats.inter_rater.cohens_kappa, std_kappa)
WORKED: list[tuple[str, Table, float, float]] = [
    ("Cohen 1968, who prints kappa as .492", [[88, 14, 18], [10, 40, 10], [2, 6, 12]], 0.491525, 0.051002),
    ("Fleiss, Cohen and Everitt 1969", [[106, 10, 4], [22, 28, 10], [2, 12, 6]], 0.428571, 0.053711),
    ("Bonett, statpsych ci.kappa, after Fleiss and Paik 2003", [[31, 12], [4, 58]], 0.6756757, 0.07344761),
    ("two readers of fifty grant proposals", [[20, 5], [10, 15]], 0.4, 0.126996),
    ("less agreement than chance gives", [[1, 9], [9, 1]], -0.8, 0.134164),
]
CODES = st.sampled_from(["universal", "targeted", "unknown", None, ""])
PAIRS = st.lists(st.tuples(CODES, CODES), max_size=60)


def codes_of(table: Table) -> tuple[Codes, Codes]:
    """Two sequences of codes that cross-tabulate to ``table``."""
    first: Codes = []
    second: Codes = []
    for row, counts in enumerate(table):
        for column, count in enumerate(counts):
            first += [f"category {row}"] * count
            second += [f"category {column}"] * count
    return first, second


def kappa_of(pairs: list[tuple[str | None, str | None]]) -> Agreement:
    return cohens_kappa([first for first, _ in pairs], [second for _, second in pairs])


@pytest.mark.parametrize(("table", "kappa", "standard_error"), [row[1:] for row in WORKED], ids=[r[0] for r in WORKED])
def test_a_worked_example_gives_the_printed_kappa_and_interval(
    table: Table, kappa: float, standard_error: float
) -> None:
    found = cohens_kappa(*codes_of(table))
    assert found.n == sum(map(sum, table))
    assert found.kappa == pytest.approx(kappa, abs=1e-6)
    assert found.lower_95 == pytest.approx(max(-1, kappa - Z_95 * standard_error), abs=3e-6)
    assert found.upper_95 == pytest.approx(min(1, kappa + Z_95 * standard_error), abs=3e-6)


def test_observed_and_expected_agreement_are_those_of_cohens_table() -> None:
    found = cohens_kappa(*codes_of(WORKED[0][1]))
    assert found.observed == pytest.approx(0.70)
    assert found.expected == pytest.approx(0.41)


def test_nobody_who_coded_nothing_agrees() -> None:
    assert cohens_kappa([], []) == Agreement(0, None, None, None, None, None)
    assert cohens_kappa(["yes", None], ["", "no"]).n == 0


def test_kappa_is_undefined_when_both_use_one_and_the_same_category() -> None:
    assert cohens_kappa(["unknown"] * 9, ["unknown"] * 9) == Agreement(9, 1.0, 1.0, None, None, None)


def test_two_coders_with_a_constant_category_each_have_no_agreement_beyond_chance() -> None:
    found = cohens_kappa(["yes"] * 5, ["no"] * 5)
    assert (found.observed, found.expected, found.kappa) == (0.0, 0.0, 0.0)


def test_complete_agreement_is_one_and_claims_no_certainty() -> None:
    found = cohens_kappa(["yes", "no", "no"], ["yes", "no", "no"])
    assert (found.kappa, found.lower_95, found.upper_95) == (1.0, None, None)


def test_what_one_coder_left_uncoded_is_left_out_and_unknown_is_not() -> None:
    first: Codes = ["yes", "no", "unknown", None, " ", "no"]
    second: Codes = ["yes", "no", "unknown", "yes", "no", math.nan]  # type: ignore[list-item]
    assert cohens_kappa(first, second).n == 3


def test_codes_of_unequal_number_are_refused_by_their_numbers_only() -> None:
    with pytest.raises(UsageError, match="2 codes against 1") as raised:
        cohens_kappa(["yes", "no"], ["yes"])
    assert "yes" not in str(raised.value)


@given(PAIRS)
def test_kappa_lies_between_its_bounds_and_inside_its_interval(pairs: list[tuple[str | None, str | None]]) -> None:
    found = kappa_of(pairs)
    if found.kappa is None:
        assert found.lower_95 is None
        return
    assert -1 <= found.kappa <= 1
    if found.lower_95 is not None and found.upper_95 is not None:
        assert -1 <= found.lower_95 <= found.kappa <= found.upper_95 <= 1


@given(PAIRS)
def test_kappa_is_one_exactly_when_all_codes_agree_over_two_categories(
    pairs: list[tuple[str | None, str | None]],
) -> None:
    coded = [(first, second) for first, second in pairs if first and second]
    agree = all(first == second for first, second in coded)
    assert (kappa_of(pairs).kappa == 1) == (agree and len(set(coded)) >= 2)


@given(PAIRS)
def test_kappa_does_not_ask_who_coded_first_nor_in_which_order(pairs: list[tuple[str | None, str | None]]) -> None:
    found, turned = kappa_of(pairs), kappa_of([(second, first) for first, second in reversed(pairs)])
    assert (found.n, found.observed, found.expected, found.kappa) == (
        turned.n,
        turned.observed,
        turned.expected,
        turned.kappa,
    )
    assert found.lower_95 == pytest.approx(turned.lower_95, abs=1e-9)


@given(PAIRS, st.permutations(["universal", "targeted", "unknown"]))
def test_kappa_does_not_ask_what_the_categories_are_called(
    pairs: list[tuple[str | None, str | None]], names: list[str]
) -> None:
    renamed = dict(zip(["universal", "targeted", "unknown"], names, strict=True))
    assume(any(first and second for first, second in pairs))
    again = kappa_of([(renamed.get(first or "", first), renamed.get(second or "", second)) for first, second in pairs])
    assert again.kappa == kappa_of(pairs).kappa


def test_every_pair_of_coders_is_compared_on_every_field() -> None:
    codings = [
        Coding(project, field, coder, value)
        for field in ("targeting", "stream")
        for coder, values in (("ada", "uut"), ("bo", "utt"), ("cy", "uu"))
        for project, value in zip("123", values, strict=False)
    ]
    found = agreement_by_field(codings)
    assert [(row.field, row.first_coder, row.second_coder, row.agreement.n) for row in found] == [
        (field, *pair)
        for field in ("stream", "targeting")
        for pair in (("ada", "bo", 3), ("ada", "cy", 2), ("bo", "cy", 2))
    ]
    assert found[0].agreement == cohens_kappa(["u", "u", "t"], ["u", "t", "t"])


def test_words_of_a_many_valued_field_agree_in_any_order() -> None:
    found = agreement_by_field(
        [
            Coding("1", "target_groups", "ada", "core20;age"),
            Coding("2", "target_groups", "ada", "age"),
            Coding("1", "target_groups", "bo", "age; core20"),
            Coding("2", "target_groups", "bo", "age"),
        ]
    )
    assert found[0].agreement.kappa == 1


def test_coders_without_a_project_in_common_are_shown_with_none() -> None:
    found = agreement_by_field([Coding("1", "stream", "ada", "upstream"), Coding("2", "stream", "bo", "upstream")])
    assert [row.agreement.n for row in found] == [0]


def test_two_words_of_one_coder_for_one_project_are_refused_without_repeating_them() -> None:
    codings = [Coding("1", "stream", "ada", "upstream"), Coding("1", "stream", "ada", "midstream")]
    with pytest.raises(UsageError, match="'stream'") as raised:
        agreement_by_field(codings)
    assert "midstream" not in str(raised.value)
    assert agreement_by_field([codings[0], codings[0]]) == ()
