"""Successions and twin codes of the published registers and lookups, beside what a release makes of them."""

from datetime import date

from support_figures import Figures
from support_release import RealRelease

BOARDS = "ONS, integrated care boards December 2024; ODS, boards of April 2026"
LOOKUPS = "ONS lookups April 2021, July 2022, December 2024"
CHAINS = "successions to 2018 made by a third party from the ODS register"
TYPED = "eleven trust mergers typed by a third party"
RENAMED = {"E54000052": "E54000063", "E54000053": "E54000064", "E40000009": "E40000012", "E40000008": "E40000011"}


def test_every_table_of_successions_is_in_the_lake(real_release: RealRelease, figures: Figures) -> None:
    counted = {
        table: real_release.lake("select count(*) from {table}", table=f"ods_successions/{table}")[0][0]
        for table in ("successions", "chains", "mergers")
    }
    figures.says(
        "successions / chains / mergers loaded", CHAINS, "25442 / 677 / 11", " / ".join(map(str, counted.values()))
    )


def test_the_typed_mergers_stand_among_the_successions(real_release: RealRelease, figures: Figures) -> None:
    typed = real_release.lake("select old_code, new_code, effective_on from {table}", table="ods_successions/mergers")
    ours = {
        (old, new): day
        for old, new, day in real_release.rows(
            "select old_code, new_code, effective_on from organisation_successions where organisation_scheme = 'ods'"
        )
    }
    figures.none_of(
        "trust mergers, pair and date", TYPED, len(typed), [(o, n, d) for o, n, d in typed if ours.get((o, n)) != d]
    )


def test_what_a_chain_calls_a_merger_is_one(real_release: RealRelease, figures: Figures) -> None:
    import duckdb

    with duckdb.connect(str(real_release.home.candidate), read_only=True) as con:
        rows = con.execute(
            "select steps.change, ours.relation, count(*) from staging.stg_ods_successions__chain_steps as steps "
            "inner join intermediate.int_successions__reviewed as ours using (old_code, new_code) group by 1, 2"
        ).fetchall()
    merged = sum(count for change, _, count in rows if change == "merger")
    agreeing = sum(count for change, relation, count in rows if (change, relation) == ("merger", "merge"))
    figures.equal("steps since 2010 called a merger", CHAINS, merged, agreeing)


def test_a_body_with_a_new_gss_code_is_one_body(real_release: RealRelease, figures: Figures) -> None:
    ours = dict(
        real_release.rows("select old_code, new_code from organisation_successions where organisation_scheme = 'gss'")
    )
    figures.none_of(
        "GSS codes that a body gave up",
        LOOKUPS,
        len(RENAMED),
        [old for old in RENAMED if ours.get(old) != RENAMED[old]],
    )
    boards = [old for old in ours if old.startswith("E54")]
    figures.equal("boards with a new GSS code 2021 to 2024", LOOKUPS, 10, len(boards))


def test_forty_two_boards_are_thirty_six_now(real_release: RealRelease, figures: Figures) -> None:
    boards = real_release.rows(
        "select distinct organisation_code from organisations "
        "where organisation_level = 'icb' and organisation_scheme = 'ods' and is_registered"
    )
    figures.equal("integrated care boards before April 2026", BOARDS, 42, len(boards))
    ended = real_release.rows(
        "select distinct old_code, new_code from organisation_successions where effective_on = date '2026-04-01' "
        "and old_code in (select organisation_code from organisations where organisation_level = 'icb')"
    )
    old, new = {pair[0] for pair in ended}, {pair[1] for pair in ended}
    figures.equal("integrated care boards from April 2026", BOARDS, 36, len(({code for (code,) in boards} - old) | new))


def test_a_partnership_with_a_gss_code_and_its_board_are_one_series_now(
    real_release: RealRelease, figures: Figures
) -> None:
    query = (
        "select organisation_code, period_start, denominator from outcome_trends "
        "where measure_id = 'talking_therapies_recovery' and organisation_level = 'icb' and stratum_dimension = 'all' "
        "and organisation_view = '{}' and organisation_code in ('E54000007', 'QOP') order by 2"
    )
    as_was, as_now = real_release.rows(query.format("as_was")), real_release.rows(query.format("as_now"))
    assert {code for code, _, _ in as_was} == {"E54000007", "QOP"}
    assert {code for code, _, _ in as_now} == {"QOP"}
    assert [row[1:] for row in as_was] == [row[1:] for row in as_now]
    first = min(day for _, day, _ in as_now)
    figures.says("Greater Manchester as now begins", "Talking Therapies 2017-18", str(date(2017, 4, 1)), first)


def test_no_series_of_a_register_lacks_a_name(real_release: RealRelease, figures: Figures) -> None:
    nameless = real_release.rows(
        "select distinct organisation_code from outcome_trends where organisation_name is null "
        "and organisation_level in ('icb', 'sub_icb', 'region', 'local_authority', 'england')"
    )
    figures.none_of("areas without a name", LOOKUPS, 1, nameless)
