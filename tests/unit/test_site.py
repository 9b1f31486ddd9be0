"""The static site of a release: what a page may show, and what it must never do.

All tables are synthetic and made here; organisation names say so.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from orchestration.catalogue.registry import dataset_specs
from orchestration.publication.site import charts, series, words
from orchestration.publication.site.build import HERE, MARTS, VENDORED, DatasetFacts, SiteFacts, build_site
from orchestration.publication.site.figure import CREDIT, recovery_figure
from orchestration.publication.site.inputs import read_site_tables, site_facts

ENGLAND = "England (SYNTHETIC)"
FACTS = SiteFacts(
    is_synthetic=True,
    datasets=(
        DatasetFacts(
            "talking_therapies",
            "Talking Therapies, annual",
            "NHS England",
            "OGL-UK-3.0",
            "Attribution line of the dataset.",
            "https://example.org/talking-therapies",
        ),
    ),
    made_from=("3 synthetic publications",),
    version="0.1.0",
)


def trend_row(**changes: object) -> dict[str, object]:
    """A row of outcome_trends with a sound default in every column."""
    row: dict[str, object] = {
        "measure_id": "talking_therapies_recovery",
        "measure_title": "Recovery after talking therapy",
        "unit": "percent",
        "direction": "higher",
        "organisation_code": "E92000001",
        "organisation_scheme": "gss",
        "organisation_name": ENGLAND,
        "organisation_level": "england",
        "organisation_view": "as_now",
        "period_start": date(2020, 4, 1),
        "period_end": date(2021, 3, 31),
        "period_kind": "financial_year",
        "population": "all",
        "stratum_dimension": "all",
        "stratum": "all",
        "stratum_order": 0,
        "stratum_scheme": None,
        "stratum_basis": None,
        "stratum_assigned_on": None,
        "observation_kind": "rate_within_stratum",
        "adjustment": "crude",
        "numerator": 450.0,
        "denominator": 1000.0,
        "value": 45.0,
        "lower_95": 41.9,
        "upper_95": 48.1,
        "interval_method": "wilson",
        "value_lower": 45.0,
        "value_upper": 45.0,
        "published_value": None,
        "rounding": "none",
        "value_status": "value",
        "release_status": "final",
        "dataset": "talking_therapies",
        "release_sha256": "a" * 64,
        "is_synthetic": True,
    }
    return row | changes


def with_parts(row: dict[str, object], numerator: float, denominator: float) -> dict[str, object]:
    """The row with a percentage, its parts and limits of a plausible width."""
    value = 100 * numerator / denominator
    width = 196 * ((numerator / denominator) * (1 - numerator / denominator) / denominator) ** 0.5
    return row | {
        "numerator": numerator,
        "denominator": denominator,
        "value": value,
        "value_lower": value,
        "value_upper": value,
        "lower_95": value - width,
        "upper_95": value + width,
    }


def recovery_rows() -> Iterator[dict[str, object]]:
    """Five years × five deprivation groups, a group not known, and all people."""
    for place, year in enumerate(range(2018, 2023)):
        period = {"period_start": date(year, 4, 1), "period_end": date(year + 1, 3, 31)}
        yield with_parts(trend_row(**period), 5000 + 20 * place, 10_000)
        for group in range(1, 6):
            row = trend_row(
                **period,
                stratum_dimension="deprivation",
                stratum=str(group),
                stratum_order=group,
                stratum_scheme="imd_2019_quintile",
                stratum_basis="patient_residence_area",
            )
            yield with_parts(row, 800 + 60 * group + 5 * place, 2000)
        unknown = {"stratum_dimension": "deprivation", "stratum": "unknown", "stratum_order": 99}
        yield with_parts(trend_row(**period, **unknown, stratum_scheme="imd_2019_quintile"), 50, 110)


def waiting_rows() -> Iterator[dict[str, object]]:
    """Thirty months without strata, two of them missing at source."""
    start = date(2021, 4, 1)
    for place in range(30):
        following = (start + timedelta(days=32)).replace(day=1)
        row = trend_row(
            measure_id="ae_four_hour_performance",
            measure_title="Seen within four hours",
            dataset="ae_monthly",
            period_start=start,
            period_end=following - timedelta(days=1),
            period_kind="month",
        )
        if place in (12, 13):
            nothing = dict.fromkeys(
                ("numerator", "denominator", "value", "lower_95", "upper_95", "value_lower", "value_upper")
            )
            yield row | nothing | {"value_status": "missing_at_source"}
        else:
            yield with_parts(row, 60_000 - 400 * place + 900 * (place % 3), 90_000)
        start = following


def delivery_rows() -> Iterator[dict[str, object]]:
    """A distribution: deliveries by deprivation group, one suppressed; ``value`` holds a share to tempt the page."""
    for group in range(1, 6):
        yield trend_row(
            measure_id="maternity_deliveries",
            measure_title="Deliveries",
            unit="count",
            direction="none",
            dataset="maternity_msds",
            stratum_dimension="deprivation",
            stratum=str(group),
            stratum_order=group,
            stratum_scheme="imd_2019_quintile",
            stratum_basis="patient_residence_area",
            observation_kind="stratum_distribution",
            interval_method="none",
            numerator=None if group == 4 else 1000.0 * group,
            denominator=None if group == 4 else 15_000.0,
            value=None if group == 4 else 77.7,
            lower_95=None,
            upper_95=None,
            value_status="suppressed" if group == 4 else "value",
            rounding="nearest_5",
        )


def gap_rows() -> Iterator[dict[str, object]]:
    """The gap between the most and the least deprived of ``recovery_rows``, the third year suppressed."""
    for place, year in enumerate(range(2018, 2023)):
        is_hidden = place == 2
        yield {
            "measure_id": "talking_therapies_recovery",
            "organisation_code": "E92000001",
            "organisation_scheme": "gss",
            "organisation_name": ENGLAND,
            "organisation_level": "england",
            "organisation_view": "as_now",
            "period_start": date(year, 4, 1),
            "period_end": date(year + 1, 3, 31),
            "period_kind": "financial_year",
            "population": "all",
            "stratum_dimension": "deprivation",
            "stratum_scheme": "imd_2019_quintile",
            "adjustment": "crude",
            "contrast": "most_v_least_deprived",
            "disadvantaged_stratum": "1",
            "comparator_stratum": "5",
            "gap": None if is_hidden else -12.3 + place,
            "gap_lower_95": None if is_hidden else -13.5 + place,
            "gap_upper_95": None if is_hidden else -11.1 + place,
            "ratio": None if is_hidden else 0.78,
            "ratio_lower_95": None if is_hidden else 0.75,
            "ratio_upper_95": None if is_hidden else 0.81,
            "gap_against": "not_applicable" if is_hidden else "1",
            "method": "difference: newcombe hybrid score; ratio: katz log",
            "unknown_share": 0.011,
            "status": "not_computed:suppressed_stratum" if is_hidden else "computed",
            "dataset": "talking_therapies",
            "is_synthetic": True,
        }


def quality_rows() -> Iterator[dict[str, object]]:
    """Two files of one dataset."""
    for name, quarantined in (("SYNTHETIC-one.csv", 0), ("SYNTHETIC-two.csv", 3)):
        yield {
            "dataset": "talking_therapies",
            "entity": "measures",
            "release_sha256": hashlib.sha256(name.encode()).hexdigest(),
            "file_name": name,
            "rows_read": 1200,
            "rows_loaded": 1200 - quarantined,
            "rows_quarantined": quarantined,
            "rows_ignored": 0,
            "rows_collapsed": 0,
            "cells_suppressed": 17,
            "is_reconciled": True,
        }


def tables() -> dict[str, pd.DataFrame]:
    """Synthetic marts: a rate by group, a monthly rate without groups, a distribution, gaps, counts, a break, QI."""
    return {
        "outcome_trends": pd.DataFrame([*recovery_rows(), *waiting_rows(), *delivery_rows()]),
        "outcome_inequalities": pd.DataFrame(gap_rows()),
        "data_quality": pd.DataFrame(quality_rows()),
        "breaks": pd.DataFrame(
            [
                {
                    "break_id": "pandemic",
                    "measure_id": "talking_therapies_recovery",
                    "starts_on": date(2020, 3, 1),
                    "ends_on": date(2021, 6, 30),
                    "kind": "pandemic",
                    "handling": "mask",
                    "description": "Referrals fell.",
                    "source": "Synthetic source.",
                }
            ]
        ),
        "qi_projects": pd.DataFrame({"activity_type": ["qi_project", "clinical_audit", "qi_project"]}),
        "qi_project_sites": pd.DataFrame({"organisation_code": ["SYN1", "SYN2", "SYN1"]}),
    }


def page_of(marts: Mapping[str, pd.DataFrame], into: Path, facts: SiteFacts = FACTS) -> str:
    """Build the site and read its index page."""
    build_site(marts, facts, into)
    return (into / "index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """The files of the synthetic marts' site."""
    return tuple(build_site(tables(), FACTS, tmp_path_factory.mktemp("site")))


@pytest.fixture(scope="module")
def page(site: tuple[Path, ...]) -> str:
    """The index page of the synthetic marts."""
    return next(path for path in site if path.name == "index.html").read_text(encoding="utf-8")


def deliveries() -> dict[str, pd.DataFrame]:
    """The smallest marts that make a page."""
    return {"outcome_trends": pd.DataFrame(delivery_rows())}


class Elements(HTMLParser):
    """Collect start tags with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def section_of(page: str, anchor: str) -> str:
    """The HTML of one measure's section."""
    start = page.index(f'<section class="measure" aria-labelledby="{anchor}">')
    return page[start : page.index("</section>", start)]


def table_of(page: str, name: str) -> list[list[str]]:
    """Cells of a table as text, row by row, the header first."""
    body = re.search(rf'<table class="nhsuk-table" id="{name}"[^>]*>(.*?)</table>', page, re.DOTALL)
    assert body, f"there is no table {name}"
    rows = re.findall(r"<tr.*?>(.*?)</tr>", body.group(1), re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[re.sub(r"<[^>]+>", " ", cell).strip() for cell in row] for row in cells]


def test_the_same_tables_give_the_same_bytes(site: tuple[Path, ...], tmp_path: Path) -> None:
    shuffled = {name: frame.sample(frac=1, random_state=7) for name, frame in reversed(tables().items())}
    again = build_site(shuffled, FACTS, tmp_path)
    assert [path.name for path in again] == [path.name for path in site]
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in site]


def test_the_page_asks_for_nothing_outside_its_folder_and_runs_no_script(site: tuple[Path, ...], page: str) -> None:
    folder = next(path for path in site if path.name == "index.html").parent
    elements = Elements(page).found
    asked = [
        attrs[name]
        for tag, attrs in elements
        for name in ("src", "href", "xlink:href", "data", "srcset", "poster", "action")
        if name in attrs and tag != "a"
    ]
    assert {folder / address for address in asked} == {path for path in site if path.suffix == ".css"}
    assert not [tag for tag, _ in elements if tag in ("script", "iframe", "object", "embed", "img", "image", "style")]
    assert not [attrs for _, attrs in elements if "style" in attrs or any(name.startswith("on") for name in attrs)]
    policy = next(attrs["content"] for tag, attrs in elements if attrs.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'self'" in policy
    for path in site:
        if path.suffix == ".css":
            assert not re.search(r"url\(|@import|@font-face|https?:", path.read_text(encoding="utf-8")), path.name


def test_the_vendored_styles_are_the_ones_the_readme_names() -> None:
    readme = (HERE / "vendor" / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256((HERE / "vendor" / VENDORED).read_bytes()).hexdigest() in readme


def test_s07_markup_in_text_from_data_is_printed_and_not_run(tmp_path: Path) -> None:
    attack = "<script>alert('x')</script><img src=x onerror=alert(1)>"
    marts = tables()
    trends = marts["outcome_trends"]
    trends["organisation_name"] = attack
    trends["measure_title"] = trends["measure_title"] + attack
    trends.loc[trends["stratum"] == "2", "stratum"] = attack
    marts["breaks"]["description"] = attack
    marts["data_quality"]["file_name"] = attack
    marts["qi_projects"]["activity_type"] = attack
    hostile = replace(FACTS.datasets[0], title=attack, attribution=attack, landing_page="javascript:alert(1)")
    page = page_of(marts, tmp_path, replace(FACTS, datasets=(hostile,), made_from=(attack,)))
    assert "&lt;script&gt;alert(" in page
    elements = Elements(page).found
    assert not [tag for tag, _ in elements if tag in ("script", "img")]
    assert not [attrs for _, attrs in elements if attrs.get("href", "").startswith("javascript:")]


def test_an_ethnic_group_called_a_script_stays_text_inside_the_picture() -> None:
    rows = [
        trend_row(stratum_dimension="ethnicity", stratum="<script>x</script>", stratum_scheme="ons_5"),
        trend_row(stratum_dimension="ethnicity", stratum="Other", stratum_scheme="ons_5", value=50.0),
    ]
    found = series.series_of(pd.DataFrame(rows), "talking_therapies_recovery")
    assert found is not None
    svg = charts.trend_svg(found, charts.WIDE, name="n", title="<script>", description="a & <b>")
    assert "<script>" not in svg
    assert "&lt;script&gt;" in svg


def test_a_suppressed_cell_is_printed_as_its_status_and_never_as_a_number(tmp_path: Path) -> None:
    marts = tables()
    trends = marts["outcome_trends"]
    hidden = (trends["stratum"] == "1") & (trends["period_start"] == date(2020, 4, 1)) & (trends["unit"] == "percent")
    trends.loc[hidden, ["value", "lower_95", "upper_95", "numerator", "denominator"]] = 0.0
    trends.loc[hidden, "value_status"] = "suppressed"
    page = page_of(marts, tmp_path)
    short = table_of(page, "measure-talking-therapies-recovery-table")
    assert next(row for row in short if row[0] == "2020-21")[short[0].index("Most deprived (1)")] == "suppressed"
    full = table_of(page, "measure-talking-therapies-recovery-full")
    row = next(row for row in full if row[:2] == ["Most deprived (1)", "2020-21"])
    assert row[2:] == ["suppressed", "none", "suppressed", "suppressed"]


def test_a_suppressed_point_breaks_the_line_and_is_not_drawn_at_zero() -> None:
    rows = list(recovery_rows())
    for row in rows:
        if row["stratum"] == "1" and row["period_start"] == date(2020, 4, 1):
            row.update(value=0.0, value_status="suppressed")
    found = series.series_of(pd.DataFrame(rows), "talking_therapies_recovery")
    assert found is not None
    most = found.of("most")
    assert most is not None
    assert [point.value is None for point in most.points] == [False, False, True, False, False]
    assert len({name for name, _ in charts.segments(most, ())}) == 2


def test_a_gap_that_is_not_computed_says_why(page: str) -> None:
    short = table_of(page, "measure-talking-therapies-recovery-table")
    gaps = {row[0]: " ".join(row[-1].split()) for row in short[1:]}
    assert gaps["2020-21"] == "not computed: suppressed stratum"
    assert gaps["2018-19"] == "−12.3 −13.5 to −11.1"


def test_the_headline_holds_the_newest_figure_and_the_gap_in_the_newest_and_the_first_period(page: str) -> None:
    card = page[page.index('<li class="card">') : page.index("</li>\n    <li", page.index("card__gaps"))]
    said = " ".join(re.sub(r"<[^>]+>", " ", card).split())
    assert "50.8% 2022-23 (49.8 to 51.8)" in said
    assert "Gap in percentage points, most deprived (1) against least deprived (5)" in said
    assert "2022-23: −8.3 (−9.5 to −7.1)" in said


def test_the_table_holds_the_same_numbers_as_the_mart(page: str) -> None:
    short = table_of(page, "measure-talking-therapies-recovery-table")
    assert short[0] == ["Period", "Most deprived (1)", "Least deprived (5)", "All", "Gap, percentage points"]
    newest = short[1]
    assert newest[0] == "2022-23"
    assert newest[1].split() == ["44.0", "41.8", "to", "46.2"]  # 880 of 2,000
    assert newest[3].split() == ["50.8", "49.8", "to", "51.8"]  # 5,080 of 10,000


def test_missing_months_are_named_and_the_newest_are_shown_first(page: str) -> None:
    full = table_of(page, "measure-ae-four-hour-performance-full")
    assert [row[1] for row in full if row[2] == "missing at source"] == ["Apr 2022", "May 2022"]
    short = table_of(page, "measure-ae-four-hour-performance-table")
    assert [row[0] for row in short[1:3]] == ["Sep 2023", "Aug 2023"]
    assert len(short) == 13


def test_simulated_data_are_labelled_at_the_top_in_the_title_and_under_every_picture(page: str) -> None:
    assert page.count('class="simulated"') == 1
    assert "<title>Simulated data: " in page
    captions = re.findall(r'<p class="picture__caption">(.*?)</p>', page)
    assert len(captions) == 3
    assert all(caption.startswith("Simulated data. ") for caption in captions)


def test_real_data_are_not_called_simulated(tmp_path: Path) -> None:
    marts = deliveries()
    marts["outcome_trends"]["is_synthetic"] = False
    page = page_of(marts, tmp_path, replace(FACTS, is_synthetic=False))
    assert "imulated" not in page


def test_one_synthetic_row_is_enough_for_the_banner(tmp_path: Path) -> None:
    marts = deliveries()
    marts["outcome_trends"]["is_synthetic"] = [False, False, True, False, False]
    page = page_of(marts, tmp_path, replace(FACTS, is_synthetic=False))
    assert page.count('class="simulated"') == 1


def test_a_distribution_is_shown_as_counts_and_never_as_a_rate(page: str) -> None:
    section = section_of(page, "measure-maternity-deliveries")
    said = re.sub(r"<[^>]+>", " ", section)
    assert "a distribution, not a rate" in said
    assert "77.7" not in said
    assert "%" not in said
    rows = {row[0]: row[1:] for row in table_of(page, "measure-maternity-deliveries-table")}
    assert rows["Most deprived (1)"] == ["1,000"]
    assert rows["Deprivation 4"] == ["suppressed"]


def test_people_outside_the_deprivation_groups_are_tabled_and_not_drawn(tmp_path: Path) -> None:
    abroad = {"stratum": "no_fixed_abode_or_overseas", "stratum_order": 50, "value": 1.0}
    extra = [row | abroad for row in recovery_rows() if row["stratum"] == "3"]
    marts = {"outcome_trends": pd.DataFrame([*recovery_rows(), *extra])}
    found = series.series_of(marts["outcome_trends"], "talking_therapies_recovery")
    assert found is not None
    assert {line.stratum for line in found.lines if line.role == "aside"} == {"unknown", abroad["stratum"]}
    full = table_of(page_of(marts, tmp_path), "measure-talking-therapies-recovery-full")
    assert [row[2] for row in full if row[0] == "No fixed abode or overseas"] == ["1.0"] * 5


def test_a_distribution_refuses_to_be_drawn_as_a_trend() -> None:
    found = series.series_of(pd.DataFrame(delivery_rows()), "maternity_deliveries")
    assert found is not None
    with pytest.raises(ValueError, match="distribution, not a rate"):
        charts.trend_svg(found, charts.WIDE, name="n", title="t", description="d")


def test_pictures_have_a_title_and_a_description_for_screen_readers(page: str) -> None:
    pictures = re.findall(r"<svg[^>]*>", page)
    assert len(pictures) == 6
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids)), "an id stands twice"
    for picture in pictures:
        assert 'role="img"' in picture
        named = re.search(r'aria-labelledby="([^"]+)"', picture)
        assert named
        assert set(named.group(1).split()) <= set(ids)


def test_breaks_are_lettered_in_the_picture_and_explained_below(page: str) -> None:
    section = section_of(page, "measure-talking-therapies-recovery")
    assert "A: 1 March 2020 to 30 June 2021, pandemic" in section
    assert ">A</text>" in section


def test_a_line_is_not_joined_across_a_change_of_scheme_or_a_split() -> None:
    rows = list(recovery_rows())
    for row in rows:
        if row["stratum"] != "all" and row["period_start"] >= date(2021, 4, 1):  # type: ignore[operator]
            row["stratum_scheme"] = "imd_2025_quintile"
    found = series.series_of(pd.DataFrame(rows), "talking_therapies_recovery")
    assert found is not None
    assert len(found.lines[0].points) == 5
    assert len({name for name, _ in charts.segments(found.lines[0], ())}) == 2
    split = series.Break("A", date(2019, 4, 1), None, "definition", "split", "", "")
    assert len({name for name, _ in charts.segments(found.lines[0], (split,))}) == 3


def test_a_line_is_not_joined_across_a_month_that_is_not_there() -> None:
    rows = [row for row in waiting_rows() if row["period_start"] != date(2021, 9, 1)]
    found = series.series_of(pd.DataFrame(rows), "ae_four_hour_performance")
    assert found is not None
    stretches = [name for name, _ in charts.segments(found.lines[0], ())]
    assert [stretches.count(name) for name in dict.fromkeys(stretches)] == [5, 6, 16]


def test_one_picture_never_mixes_adjustments_populations_or_views() -> None:
    rows = [
        *recovery_rows(),
        *(row | {"adjustment": "age_sex_standardised", "value": 1.0} for row in recovery_rows()),
        *(row | {"population": "persons_0_4", "value": 2.0} for row in recovery_rows()),
        *(row | {"organisation_view": "as_was", "value": 3.0} for row in recovery_rows()),
    ]
    found = series.series_of(pd.DataFrame(rows), "talking_therapies_recovery")
    assert found is not None
    values = [point.value for line in found.lines for point in line.points]
    assert len(values) == 35
    assert not {1.0, 2.0, 3.0} & set(values)


def test_a_measure_without_a_figure_of_england_is_listed_and_not_pooled(tmp_path: Path) -> None:
    local = {"measure_id": "local", "measure_title": "Local only", "organisation_code": "SYN"}
    marts = {"outcome_trends": pd.DataFrame([trend_row(**local, organisation_level="provider"), *delivery_rows()])}
    page = page_of(marts, tmp_path)
    assert "Measures without a figure of England" in page
    assert "<li>Local only</li>" in page
    assert "measure-local" not in page


def test_a_release_without_outcomes_still_has_a_page(tmp_path: Path) -> None:
    empty = {"outcome_trends": tables()["outcome_trends"].iloc[:0]}
    page = page_of(empty, tmp_path, replace(FACTS, is_synthetic=False))
    assert "No outcome data are in this release." in page


def test_of_organisations_other_than_england_only_what_coverage_counts_is_read(tmp_path: Path) -> None:
    local = {"organisation_level": "provider", "organisation_code": "SYN1", "organisation_view": "as_was"}
    others = [trend_row(**local, stratum_dimension="sex", stratum=sex) for sex in ("female", "male")]
    frames = {name: pd.DataFrame({"organisation_level": pd.Series(dtype="str")}) for name in MARTS}
    frames["outcome_trends"] = pd.DataFrame([*recovery_rows(), *others])
    with duckdb.connect() as con:
        for name, frame in frames.items():
            con.register("frame", frame)
            con.execute(f"copy frame to '{tmp_path / name}.parquet' (format parquet)")
        marts = read_site_tables(con, tmp_path)
    trends = marts["outcome_trends"]
    assert (trends["organisation_level"] == "england").sum() == 35
    provider = trends[trends["organisation_level"] == "provider"]
    assert len(provider) == 1
    assert provider["value"].isna().all()
    page = page_of({"outcome_trends": trends}, tmp_path / "site")
    assert table_of(page, "coverage-table")[1][4:] == ["England and 1 provider", "all people, deprivation and sex"]
    assert table_of(page, "measure-talking-therapies-recovery-table")[1][1].split() == ["44.0", "41.8", "to", "46.2"]


def test_what_teams_count_themselves_is_no_part_of_the_site(tmp_path: Path) -> None:
    mine = {"measure_id": "local_uptake", "measure_title": "Uptake of a team", "dataset": "local_outcomes"}
    places = [{"organisation_level": "provider", "organisation_code": "SYN1", "organisation_view": "as_was"}, {}]
    frames = {name: pd.DataFrame({"organisation_level": pd.Series(dtype="str")}) for name in MARTS}
    frames["outcome_trends"] = pd.DataFrame([*recovery_rows(), *[trend_row(**mine, **place) for place in places]])
    with duckdb.connect() as con:
        for name, frame in frames.items():
            con.register("frame", frame)
            con.execute(f"copy frame to '{tmp_path / name}.parquet' (format parquet)")
        trends = read_site_tables(con, tmp_path)["outcome_trends"]
    assert set(trends["dataset"]) == {"talking_therapies"}
    assert "Uptake of a team" not in page_of({"outcome_trends": trends}, tmp_path / "site")


def test_the_facts_name_every_dataset_of_the_catalogue_with_its_attribution() -> None:
    facts = site_facts(is_synthetic=False)
    assert {dataset.name for dataset in facts.datasets} == set(dataset_specs())
    assert all(dataset.attribution for dataset in facts.datasets)


def test_a_release_without_the_trend_mart_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="outcome_trends"):
        build_site({}, FACTS, tmp_path)


def test_reconciliation_adds_up_per_dataset_and_lists_every_file(page: str) -> None:
    total = table_of(page, "reconciliation-table")[1]
    assert total == ["Talking Therapies, annual", "2", "2,400", "2,397", "3", "0", "0", "34", "yes"]
    assert "SYNTHETIC-one.csv" in page
    assert "SYNTHETIC-two.csv" in page


def test_labels_at_the_end_of_lines_do_not_cover_each_other() -> None:
    tops = charts.apart([(100.0, 15), (101.0, 30), (102.0, 15), (299.0, 15)], 300)
    bottoms = [top + tall for top, tall in zip(tops, (15, 30, 15, 15), strict=True)]
    assert all(bottom <= top for bottom, top in zip(bottoms, tops[1:], strict=False))
    assert bottoms[-1] <= 300


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (None, "percent", ""),
        (float("nan"), "percent", ""),
        (-0.04, "percent", "0.0"),
        (-3.25, "percent", "−3.2"),
        (1234567, "count", "1,234,567"),
    ],
)
def test_numbers_are_written_in_the_decimals_of_their_unit(value: float | None, unit: str, expected: str) -> None:
    assert words.number(value, unit) == expected


def test_small_rates_are_written_with_more_decimals() -> None:
    assert [words.number(value, "percent", words.decimals(value, "percent")) for value in (48.123, 0.558, 0.0431)] == [
        "48.1",
        "0.56",
        "0.043",
    ]


@pytest.mark.parametrize(
    ("start", "end", "kind", "expected"),
    [
        (date(2019, 4, 1), date(2020, 3, 31), "financial_year", "2019-20"),
        (date(1999, 4, 1), date(2000, 3, 31), "financial_year", "1999-00"),
        (date(2022, 4, 1), date(2022, 4, 30), "month", "Apr 2022"),
        (date(2022, 4, 1), date(2022, 6, 30), "quarter", "Apr to Jun 2022"),
        (date(2021, 4, 1), date(2022, 3, 31), "rolling", "12 months to Mar 2022"),
    ],
)
def test_periods_are_written_as_their_kind_is_known(start: date, end: date, kind: str, expected: str) -> None:
    assert words.period(start, end, kind) == expected


def test_the_readme_figure_carries_its_licence_line_and_the_ends_of_the_gradient() -> None:
    real = pd.DataFrame(recovery_rows()).assign(is_synthetic=False)
    svg = recovery_figure(real)
    words_in_it = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))
    assert CREDIT in words_in_it
    assert "Most deprived (1)" in words_in_it
    assert "most deprived 43.0%" in words_in_it  # 860 of 2,000 in 2018-19
    assert svg == recovery_figure(real)


def test_the_readme_figure_of_simulated_data_says_so_and_claims_no_source() -> None:
    svg = recovery_figure(pd.DataFrame(recovery_rows()))
    assert "Simulated data" in svg
    assert "Open Government Licence" not in svg


def test_the_readme_figure_needs_deprivation_groups() -> None:
    only_all = pd.DataFrame([trend_row()])
    with pytest.raises(ValueError, match="no trend by deprivation"):
        recovery_figure(only_all)
