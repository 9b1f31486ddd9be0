"""A name in a QI log stands for an organisation only where no other could be meant; all names here are invented."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.qi_logs.organisation_names import classed, is_distinctive, name_key
from orchestration.qi_logs.organisations import (
    SUGGESTED,
    Alias,
    KnownOrganisation,
    Match,
    Matcher,
    NoMatch,
    Site,
    seed_aliases,
)

BEFORE, THEN, NOW = date(2015, 6, 1), date(2018, 6, 1), date(2023, 6, 1)
MERGED = date(2019, 3, 31)


def provider(code: str, name: str, first: date | None = None, last: date | None = None) -> KnownOrganisation:
    return KnownOrganisation(code, name, "provider", first, last)


ORGANISATIONS = [
    provider("RV1", "VELLMERE UNIVERSITY HOSPITALS NHS FOUNDATION TRUST"),
    provider("RV2", "QUERN AND OSTRE HEALTHCARE NHS TRUST"),
    # the same words as a trust, then as a foundation trust under another code
    provider("RW1", "DUNMAR HOSPITALS NHS TRUST", last=MERGED),
    provider("RW2", "DUNMAR HOSPITALS NHS FOUNDATION TRUST", first=date(2019, 4, 1)),
    # merged into RV1
    provider("RX1", "THRASK INFIRMARY NHS TRUST", last=MERGED),
    # renamed, so that both names hold for a while
    provider("RY1", "BRINZA MENTAL HEALTH NHS TRUST", last=date(2020, 12, 31)),
    provider("RY1", "BRINZA AND CORVEL CARE NHS TRUST", first=date(2020, 7, 1)),
    provider("RZ1", "ISLE OF YELD NHS TRUST"),
    provider("RZ2", "ROYAL INFIRMARY NHS TRUST"),
    provider("RZ3", "ST PRUVE'S & MARLO HOSPITALS NHS TRUST"),
    provider("RZ4", "ST MARY'S NHS TRUST"),
    KnownOrganisation("QZ1", "NHS Hesk and Fenquil Integrated Care Board", "icb"),
    KnownOrganisation("9Z1", "NHS Hesk and Fenquil ICB - 9Z1", "sub_icb"),
    KnownOrganisation("9Z2", "NHS Hesk CCG", "sub_icb", None, date(2022, 6, 30)),
    KnownOrganisation("U99001", "YELDFORD PCN", "pcn"),
    KnownOrganisation("Z81001", "YELDFORD SURGERY", "practice"),
    KnownOrganisation("Z81002", "THE SURGERY", "practice"),
    KnownOrganisation("Z81003", "THE SURGERY", "practice"),
    KnownOrganisation("Z81004", "YELDFORD", "practice"),
    KnownOrganisation("Y99001", "VELLWICK HEALTH CENTRE STORES", "cost_centre"),
]
ALIASES = [
    Alias("VUH", "RV1"),
    Alias("Old Infirmary", "RX1", valid_to=MERGED),
    Alias("QOH", "RV2"),
    Alias("QOH", "RZ1"),
    Alias("Turns", "RW1", valid_to=MERGED),
    Alias("Turns", "RW2", valid_from=date(2019, 4, 1)),
]
SITES = [
    Site("RV101", "OSTREHAVEN GENERAL HOSPITAL", "RV1"),
    Site("RV1AB", "VELLMERE GENERAL HOSPITAL", "RV1"),
    Site("RV2CD", "VELLMERE GENERAL HOSPITAL", "RV2"),
    Site("RV102", "ST MARY'S HOSPITAL", "RV1"),
    Site("RV203", "ROYAL INFIRMARY", "RV2"),
    Site("RZ101", "CORVELSTOKE CLINIC", "RZ1", is_known_by_name=False),
    Site("RZ102", "MARLOCOMBE HOSPITAL", "RZ1", valid_from=date(2019, 4, 1)),
    Site("N9901", "FENQUIL PRIVATE HOSPITAL", None),
]
MATCHER = Matcher(ORGANISATIONS, ALIASES, SITES, {"RX1": ["RV1"], "RW1": ["RW2"]})


@pytest.mark.parametrize(
    ("text", "on", "code", "method"),
    [
        ("RV1", NOW, "RV1", "code"),
        (" rv1 ", NOW, "RV1", "code"),
        ("RV1.", None, "RV1", "code"),
        ("ODS code: RV1", NOW, "RV1", "code"),
        ("Z81001", NOW, "Z81001", "code"),
        ("Y99001", NOW, "Y99001", "code"),
        ("RX1", None, "RX1", "code"),
        ("RX1", THEN, "RX1", "code"),
        ("Vellmere (RV1)", NOW, "RV1", "code"),
        ("Vellmere University Hospitals [RV1]", NOW, "RV1", "code"),
        ("RV1 - Vellmere", NOW, "RV1", "code"),
        ("RV1: Vellmere", NOW, "RV1", "code"),
        ("RV1 \u2013 ward 7", NOW, "RV1", "code"),
        ("Ward 7 - RV1", NOW, "RV1", "code"),
        ("QZ1 ICB", NOW, "QZ1", "code"),
        ("ICB QZ1", NOW, "QZ1", "code"),
        ("RV1 NHS FT", NOW, "RV1", "code"),
        ("NHS Hesk and Fenquil ICB - 9Z1", NOW, "9Z1", "code"),
        ("RV101", NOW, "RV1", "site_code"),
        ("rv1ab", NOW, "RV1", "site_code"),
        ("RV177", NOW, "RV1", "site_code"),
        ("RV101 - St Mary's", NOW, "RV1", "site_code"),
        ("RV1 (RV101)", NOW, "RV1", "site_code"),
        ("Vellmere University Hospitals NHS Foundation Trust", NOW, "RV1", "exact_name"),
        ("the VELLMERE University Hospitals  N.H.S. Foundation Trust.", NOW, "RV1", "exact_name"),
        ("Vellmere University Hospitals NHS FT", NOW, "RV1", "exact_name"),
        ("Vellmere University Hospitals NHS Trust", NOW, "RV1", "exact_name"),
        ("Vellmere University Hospitals", NOW, "RV1", "exact_name"),
        ("Vellmere University Hospitals", None, "RV1", "exact_name"),
        ("Vellmere University Hospitals NHS Foundation Trust (VUHT)", NOW, "RV1", "exact_name"),
        ("Vellmere University Hospitals NHS Foundation Trust (VUH)", NOW, "RV1", "exact_name"),
        ("Quern & Ostre Healthcare", NOW, "RV2", "exact_name"),
        ("Saint Pruve\u2019s and Marlo Hospitals", NOW, "RZ3", "exact_name"),
        ("St. Pruves & Marlo Hospitals", NOW, "RZ3", "exact_name"),
        ("Isle of Yeld NHS Trust", NOW, "RZ1", "exact_name"),
        ("Isle of Yeld NHS Foundation Trust", NOW, "RZ1", "exact_name"),
        ("Hesk and Fenquil ICB", NOW, "QZ1", "exact_name"),
        ("NHS Hesk & Fenquil Integrated Care Board", NOW, "QZ1", "exact_name"),
        ("Yeldford Primary Care Network", NOW, "U99001", "exact_name"),
        ("Yeldford Surgery", NOW, "Z81001", "exact_name"),
        ("Yeldford Surgery (SYNTHETIC)", NOW, "Z81001", "exact_name"),
        ("Dunmar Hospitals NHS Trust", THEN, "RW1", "exact_name"),
        ("Dunmar Hospitals", THEN, "RW1", "exact_name"),
        ("Dunmar Hospitals", NOW, "RW2", "exact_name"),
        ("Thrask Infirmary", THEN, "RX1", "exact_name"),
        ("Brinza Mental Health NHS Trust", date(2020, 10, 1), "RY1", "exact_name"),
        ("Brinza and Corvel Care NHS Trust", date(2020, 10, 1), "RY1", "exact_name"),
        ("vuh", NOW, "RV1", "alias"),
        ("Old Infirmary", THEN, "RX1", "alias"),
        ("Turns", THEN, "RW1", "alias"),
        ("Turns", NOW, "RW2", "alias"),
        ("Ostrehaven General Hospital", NOW, "RV1", "site_name"),
        ("Ostrehaven General Hospital", None, "RV1", "site_name"),
        ("Marlocombe Hospital", NOW, "RZ1", "site_name"),
    ],
)
def test_what_can_mean_one_organisation_only_is_matched(text: str, on: date | None, code: str, method: str) -> None:
    assert MATCHER.match(text, on) == Match(code, method)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "on", "reason"),
    [
        ("", NOW, "blank"),
        (" - ", NOW, "blank"),
        ("N/A", NOW, "blank"),
        ("tbc", NOW, "blank"),
        ("R9Z", NOW, "unknown_code"),
        ("RQ101", NOW, "unknown_code"),
        ("N9901", NOW, "unknown_code"),
        ("E54000099", NOW, "unknown_code"),
        ("RX1", NOW, "not_valid_at_date"),
        ("RX101", NOW, "not_valid_at_date"),
        ("RW2", BEFORE, "not_valid_at_date"),
        ("Thrask Infirmary NHS Trust", NOW, "not_valid_at_date"),
        ("Thrask Infirmary", NOW, "not_valid_at_date"),
        ("Dunmar Hospitals NHS Trust", NOW, "not_valid_at_date"),
        ("Dunmar Hospitals NHS Foundation Trust", THEN, "not_valid_at_date"),
        ("Old Infirmary", NOW, "not_valid_at_date"),
        ("Brinza and Corvel Care NHS Trust", THEN, "not_valid_at_date"),
        ("Brinza Mental Health NHS Trust", NOW, "not_valid_at_date"),
        ("Marlocombe Hospital", THEN, "not_valid_at_date"),
        ("Marlocombe Hospital", None, "not_valid_at_date"),
        ("NHS Hesk CCG", NOW, "not_valid_at_date"),
        ("Dunmar Hospitals", None, "ambiguous_name"),
        ("QOH", NOW, "ambiguous_name"),
        ("Turns", None, "ambiguous_name"),
        ("The Surgery", NOW, "ambiguous_name"),
        ("Vellmere General Hospital", NOW, "ambiguous_name"),
        ("Royal Infirmary", NOW, "ambiguous_name"),
        ("Quern and Ostre Healthcare NHS Trust (RV1)", NOW, "ambiguous_name"),
        ("Quern and Ostre Healthcare (RV1)", NOW, "ambiguous_name"),
        ("RV1 - QOH", NOW, "ambiguous_name"),
        ("RV1 ICB", NOW, "ambiguous_name"),
        ("RV1 (RV2)", NOW, "ambiguous_name"),
        ("RV2 - RV101", NOW, "ambiguous_name"),
        ("Quern and Ostre Healthcare NHS Trust (VUH)", NOW, "ambiguous_name"),
        ("St Mary's Hospital", NOW, "ambiguous_name"),
        ("St Mary's", NOW, "unknown_name"),
        ("St Mary's", None, "unknown_name"),
        ("Vellmere", NOW, "unknown_name"),
        ("Vellmere University", NOW, "unknown_name"),
        ("Vellmere University Hospital", NOW, "unknown_name"),
        ("Vellmere University Hospitals, ward 7", NOW, "unknown_name"),
        ("Ward 7, Vellmere University Hospitals NHS Foundation Trust", NOW, "unknown_name"),
        ("VUHFT", NOW, "unknown_name"),
        ("Isle of Yeld", NOW, "unknown_name"),
        ("Yeldford", NOW, "unknown_name"),
        ("Hesk and Fenquil", NOW, "unknown_name"),
        ("Vellwick Health Centre Stores", NOW, "unknown_name"),
        ("Corvelstoke Clinic", NOW, "unknown_name"),
        ("Fenquil Private Hospital", NOW, "unknown_name"),
        ("RENAL", NOW, "unknown_name"),
        ("Thrask Infirmary", None, "not_valid_at_date"),
    ],
)
def test_what_could_mean_another_organisation_is_not_matched(text: str, on: date | None, reason: str) -> None:
    answer = MATCHER.match(text, on)
    assert isinstance(answer, NoMatch)
    assert answer.reason == reason


def test_a_word_in_small_letters_beside_a_dash_is_no_code() -> None:
    matcher = Matcher([provider("RED", "VELLMERE HOSPITALS NHS TRUST")])
    assert matcher.match("RED - theatres", NOW) == Match("RED", "code")
    assert isinstance(matcher.match("Red - urgent", NOW), NoMatch)


def test_five_letters_are_a_site_only_when_a_list_says_so() -> None:
    organisations = [provider("REN", "VELLMERE CANCER HOSPITAL NHS TRUST")]
    assert isinstance(Matcher(organisations).match("RENAL", NOW), NoMatch)
    listed = Matcher(organisations, sites=[Site("RENAL", "VELLMERE DAY HOSPITAL", "REN")])
    assert listed.match("RENAL", NOW) == Match("REN", "site_code")


def test_two_royal_infirmaries_are_never_told_apart_by_name() -> None:
    trusts = [provider("RA1", "VELLMERE NHS TRUST"), provider("RA2", "QUERNHOLT NHS TRUST")]
    sites = [Site("RA101", "ROYAL INFIRMARY", "RA1"), Site("RA201", "THE ROYAL INFIRMARY", "RA2")]
    for listed in (sites, sites[:1]):
        answer = Matcher(trusts, sites=listed).match("Royal Infirmary", NOW)
        assert isinstance(answer, NoMatch)
        assert answer.reason == "ambiguous_name"
        assert [suggestion.code for suggestion in answer.suggestions] == [site.parent_code for site in listed]


def test_a_closed_code_is_refused_with_its_successor_first() -> None:
    answer = MATCHER.match("RX1", NOW)
    assert isinstance(answer, NoMatch)
    assert [suggestion.code for suggestion in answer.suggestions] == ["RV1"]
    assert MATCHER.suggest("RX1", on=NOW)[0].code == "RV1"


def test_a_site_list_without_the_parent_leaves_the_code_to_its_first_three_characters() -> None:
    matcher = Matcher([provider("RV1", "VELLMERE NHS TRUST")], sites=[Site("RV1XY", "ANYWHERE", None)])
    assert matcher.match("RV1XY", NOW) == Match("RV1", "site_code")


def test_a_reviewed_alias_stands_before_a_cost_centre_of_that_name() -> None:
    organisations = [provider("RV1", "VELLMERE NHS TRUST"), KnownOrganisation("Y99009", "VHT", "cost_centre")]
    assert Matcher(organisations, [Alias("VHT", "RV1")]).match("VHT", NOW) == Match("RV1", "alias")


def test_an_alias_of_an_organisation_that_nobody_knows_matches_nothing() -> None:
    assert Matcher([], [Alias("VHT", "RV1")]).match("VHT", NOW) == NoMatch("unknown_name")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("RV1; RV2", ["RV1", "RV2"]),
        ("RV1\nQuern and Ostre Healthcare", ["RV1", "RV2"]),
        ("RV1 | VUH | RV2", ["RV1", "RV2"]),
        ("RV1 / RZ1", ["RV1", "RZ1"]),
        ("RV1, RV2 and RZ1", ["RV1", "RV2", "RZ1"]),
        ("RV1/RV2", ["RV1", "RV2"]),
        ("Quern & Ostre Healthcare", ["RV2"]),
        ("RV1, ward 7", [None]),
        ("RV1; ward 7", ["RV1", None]),
        ("Quern and Ostre", [None]),
    ],
)
def test_several_organisations_in_a_cell_are_parted_where_that_is_certain(text: str, codes: list[str | None]) -> None:
    answers = MATCHER.match_each(text, NOW)
    assert [answer.code if isinstance(answer, Match) else None for answer in answers] == codes


def test_suggestions_are_ranked_and_few_and_match_nothing_by_themselves() -> None:
    found = MATCHER.suggest("Velmere University Hospital", on=NOW)
    assert found[0].code == "RV1"
    assert 0 < len(found) <= SUGGESTED
    assert [suggestion.score for suggestion in found] == sorted((s.score for s in found), reverse=True)
    assert isinstance(MATCHER.match("Velmere University Hospital", NOW), NoMatch)
    assert MATCHER.suggest("") == ()
    assert len(MATCHER.suggest("hospital", limit=2)) <= 2


def test_no_answer_repeats_the_text_of_the_log() -> None:
    canary = "canary-7f3 Royal Infirmary"
    assert "canary" not in repr((MATCHER.match(canary, NOW), MATCHER.suggest(canary), MATCHER.match_each(canary, NOW)))


def test_shipped_aliases_are_acronyms_each_with_one_code() -> None:
    texts = [name_key(alias.text) for alias in seed_aliases()]
    assert len(texts) == len(set(texts))
    assert len(texts) <= 40
    assert all(len(alias.text) >= 3 and " " not in alias.text and len(alias.code) == 3 for alias in seed_aliases())


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("  The St. Pruve\u2019s   Hospital ", "st pruves hospital"),
        ("N.H.S. Trust", "nhs trust"),
        ("\uff32\uff36\uff11", "rv1"),
        ("Hesk-on-Yeld\r\nHospital", "hesk on yeld hospital"),
        ("Quern & Ostre", "quern and ostre"),
        ("Yeldford Surgery (SYNTHETIC)", "yeldford surgery"),
        ("The", "the"),
    ],
)
def test_names_are_brought_to_one_form(text: str, key: str) -> None:
    assert name_key(text) == key


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("vellmere hospitals nhs foundation trust", ("trust", "vellmere hospitals")),
        ("vellmere nhs and care partnership trust", ("trust", "vellmere nhs and care partnership")),
        ("vellmere hospitals nhs ft", ("trust", "vellmere hospitals")),
        ("nhs hesk icb", ("icb", "hesk")),
        ("nhs hesk clinical commissioning group", ("ccg", "hesk")),
        ("vellmere hospitals", (None, "vellmere hospitals")),
        ("nhs trust", ("trust", "")),
    ],
)
def test_the_legal_form_is_told_from_the_name(key: str, expected: tuple[str | None, str]) -> None:
    assert classed(key) == expected


def test_names_that_each_town_has_are_not_distinctive() -> None:
    common = ["royal infirmary", "st marys hospital", "queen elizabeth hospital", "city hospital", "health centre"]
    assert not [key for key in (*common, "vellmere", "north vellmere", "vellmere university") if is_distinctive(key)]
    assert is_distinctive("vellmere royal infirmary")
    assert is_distinctive("st marys hospital vellmere")


NAMES = ["Vellmere University Hospitals NHS Foundation Trust", "St Pruve's & Marlo Hospitals NHS Trust",
         "NHS Hesk and Fenquil Integrated Care Board", "Ostrehaven General Hospital", "Yeldford Surgery"]  # fmt: skip
NOISE = st.sampled_from([" ", "  ", "\t", "\u00a0", " - ", ", ", "\n"])


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from(NAMES), data=st.data())
def test_case_spacing_and_punctuation_change_no_match(name: str, data: st.DataObject) -> None:
    words = name.replace("&", data.draw(st.sampled_from(["&", "and", "AND"]))).split()
    cased = [data.draw(st.sampled_from([word, word.upper(), word.lower(), word.title()])) for word in words]
    quoted = [word.replace("'", data.draw(st.sampled_from(["'", "\u2019", "\u2018", "`", ""]))) for word in cased]
    noisy = "".join(word + data.draw(NOISE) for word in quoted) + data.draw(st.sampled_from(["", ".", " ", "\r\n"]))
    plain, changed = MATCHER.match(name, NOW), MATCHER.match(noisy, NOW)
    assert isinstance(plain, Match)
    assert changed == plain


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from(NAMES), data=st.data())
def test_a_name_with_one_letter_edited_is_never_matched(name: str, data: st.DataObject) -> None:
    key = name_key(name)
    stem = classed(key)[1]
    at = data.draw(st.sampled_from([index for index, character in enumerate(stem) if character.isalpha()]))
    letter = data.draw(st.sampled_from([other for other in "abcdefghijklmnopqrstuvwxyz" if other != stem[at]]))
    edited = data.draw(
        st.sampled_from(
            [stem[:at] + letter + stem[at + 1 :], stem[:at] + stem[at + 1 :], stem[:at] + letter + stem[at:]]
        )
    )
    if edited.split() == stem.split():  # a doubled letter taken away and put back
        return
    for text in (edited, key.replace(stem, edited)):
        assert isinstance(MATCHER.match(text, NOW), NoMatch)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=40), on=st.none() | st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_arbitrary_text_is_answered_and_matches_only_what_is_valid(text: str, on: date | None) -> None:
    for answer in MATCHER.match_each(text, on):
        assert isinstance(answer, Match | NoMatch)
