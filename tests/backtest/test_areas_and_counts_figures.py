"""Fingertips, maternity, deprivation and practices as published, beside a release in which nothing hidden is 0."""

from itertools import pairwise

from support_figures import Figures
from support_release import RealRelease

FINGERTIPS = "Fingertips, indicator 93930, 2021/22"
MATERNITY = "NHS England, MSDS annual 2020-21"
IMD = "MHCLG, File 1"
PRACTICES = "NHS England, GP practice mapping, January 2022"
AREAS = {2015: 32_844, 2019: 32_844, 2025: 33_755}
MOST_DEPRIVED = "E01021988"


def test_attendances_at_ages_0_to_4_of_england_stand_beside_the_pooled_practices(
    real_release: RealRelease, figures: Figures
) -> None:
    shown = dict(
        real_release.rows(
            "select population, numerator from outcome_trends where measure_id = 'child_ae_attendances' "
            "and organisation_level = 'england' and stratum_dimension = 'all' and organisation_view = 'as_was' "
            "and period_start = date '2021-04-01'"
        )
    )
    pooled = "registered patients of practices with a published count"
    assert set(shown) == {"all", pooled}
    figures.equal("A&E attendances at 0 to 4, England", FINGERTIPS, 2_332_838, shown["all"])
    figures.equal("A&E attendances at 0 to 4, practices pooled", FINGERTIPS, 2_278_160, shown[pooled])
    figures.equal("… shortfall of the practices", FINGERTIPS, 54_678, shown["all"] - shown[pooled])


def test_the_shortfall_of_pooled_practices_is_reported_by_the_candidate(
    real_release: RealRelease, figures: Figures
) -> None:
    import duckdb

    with duckdb.connect(str(real_release.home.candidate), read_only=True) as con:
        ((shortfall, practices, hidden),) = con.execute(
            "select numerator_shortfall, practices_published, practices_without_count "
            "from intermediate.int_practices__reconciled "
            "where measure_id = 'child_ae_attendances' and period_start = date '2021-04-01'"
        ).fetchall()
    figures.equal("… shortfall reported by int_practices__reconciled", FINGERTIPS, 54_678, shortfall)
    assert 0 < hidden < practices


def test_fifths_of_practice_deprivation_add_up_to_the_pooled_practices(
    real_release: RealRelease, figures: Figures
) -> None:
    ((fifths, total),) = real_release.rows(
        "select count(*), sum(numerator) from outcome_trends where measure_id = 'child_ae_attendances' "
        "and organisation_level = 'england' and organisation_view = 'as_was' "
        "and stratum_scheme = 'imd2019_practice_list_weighted_quintile'"
    )
    assert fifths == 6
    figures.equal("A&E attendances at 0 to 4, fifths and unknown added", FINGERTIPS, 2_278_160, total)


def deliveries(release: RealRelease, level: str) -> float:
    """Deliveries of 2020-21 that the rows of one level add up to."""
    ((number,),) = release.rows(
        "select sum(numerator) from outcome_trends where measure_id = 'maternity_deliveries' "
        f"and organisation_view = 'as_was' and organisation_level = '{level}' and stratum_dimension = 'all' "
        "and period_start = date '2020-04-01'"
    )
    return float(number)


def test_deliveries_of_providers_stand_beside_the_national_row(real_release: RealRelease, figures: Figures) -> None:
    figures.equal("deliveries 2020-21, providers added", MATERNITY, 482_505, deliveries(real_release, "provider"))
    figures.equal("deliveries 2020-21, national row", MATERNITY, 482_515, deliveries(real_release, "england"))


def test_a_distribution_is_never_a_rate_and_has_no_gap(real_release: RealRelease, figures: Figures) -> None:
    ((cells, rates),) = real_release.rows(
        "select count(*), count(value) + count(denominator) + count(lower_95) + count(upper_95) + count(value_lower) "
        "+ count(value_upper) + count(published_value) from outcome_trends "
        "where observation_kind = 'stratum_distribution' or measure_id = 'maternity_deliveries'"
    )
    figures.none_of("maternity cells with a rate", MATERNITY, cells, [rates] if rates else [])
    gaps = real_release.rows(
        "select i.measure_id, count(*) from outcome_inequalities as i where i.measure_id in (select measure_id "
        "from outcome_trends where observation_kind = 'stratum_distribution') group by 1"
    )
    figures.none_of("gaps of a distribution", "outcome_inequalities", cells, gaps)


def test_a_suppressed_cell_is_never_zero(real_release: RealRelease, figures: Figures) -> None:
    ((cells, zeros),) = real_release.rows(
        "select count(*), count(*) filter (where value is not null or lower_95 is not null or upper_95 is not null "
        "or value_lower is not null or value_upper is not null or numerator = 0 or published_value = 0) "
        "from outcome_trends where value_status = 'suppressed'"
    )
    figures.none_of("suppressed cells with a rate or a zero", "outcome_trends", cells, [zeros] if zeros else [])


def test_a_value_that_is_not_there_has_a_reason(real_release: RealRelease, figures: Figures) -> None:
    ((cells, unexplained),) = real_release.rows(
        "select count(*), count(*) filter (where value_status = 'value' or value_status is null) from outcome_trends "
        "where value is null and observation_kind <> 'stratum_distribution'"
    )
    figures.none_of("missing rates without a reason", "outcome_trends", cells, [unexplained] if unexplained else [])


def test_a_gap_over_a_hidden_group_is_not_computed(real_release: RealRelease, figures: Figures) -> None:
    ((gaps, shown),) = real_release.rows(
        "select count(*), count(gap) + count(ratio) from outcome_inequalities where status <> 'computed'"
    )
    figures.none_of("gaps over a hidden group", "outcome_inequalities", gaps, [shown] if shown else [])


def test_each_decile_of_deprivation_holds_a_tenth_of_the_areas(real_release: RealRelease, figures: Figures) -> None:
    sizes = real_release.lake(
        "select imd_version, decile, count(*), min(rank), max(rank) from {deprivation} group by 1, 2 order by 1, 2",
        deprivation="imd/deprivation",
    )
    for version, areas in AREAS.items():
        deciles = [row for row in sizes if row[0] == version]
        assert [row[1] for row in deciles] == list(range(1, 11))
        assert all(earlier[4] < later[3] for earlier, later in pairwise(deciles))
        counts = [row[2] for row in deciles]
        figures.equal(f"areas of IMD {version}", IMD, areas, sum(counts))
        unequal = [count for count in counts if abs(count - areas / 10) >= 1]
        figures.none_of(f"deciles of IMD {version} that are no tenth", IMD, len(counts), unequal)


def test_the_most_deprived_area_is_the_same_in_every_edition(real_release: RealRelease, figures: Figures) -> None:
    anchors = real_release.lake(
        "select imd_version, lsoa_code, decile from {deprivation} where rank = 1 order by 1",
        deprivation="imd/deprivation",
    )
    assert anchors == [(version, MOST_DEPRIVED, 1) for version in AREAS]
    figures.says("area ranked 1 in 2015, 2019 and 2025", IMD, MOST_DEPRIVED, anchors[0][1])


def test_the_map_of_practices_is_whole(real_release: RealRelease, figures: Figures) -> None:
    ((practices, unallocated),) = real_release.lake(
        "select count(*), count(*) filter (where pcn_code is null) from {practices}", practices="gp_practices/practices"
    )
    figures.equal("practices in the map", PRACTICES, 6_527, practices)
    figures.equal("practices without a network", PRACTICES, 68, unallocated)
