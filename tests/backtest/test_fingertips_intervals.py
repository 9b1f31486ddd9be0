"""Fingertips: every published value and limit beside what the release makes of the same count and denominator.

The release's limits are those of outcome_trends. Where the publisher used another normal quantile or a count it did
not print, and where an indicator is in no mart, the same dbt macros are asked again. A limit agrees when it equals the
printed one to its last digit or to ten significant ones. Those that do not are of a class, and none is left without:

- made with a z of 1.96;
- made with exactly one other whole count within 2 of the printed one, which was rounded to 5;
- exact Poisson limits at any count, not Byar's;
- not identified: England as a whole in indicator 200, within a thousandth of the half-width of Wilson's limits. Neither
  these nor Clopper and Pearson's, Byar's, Jeffreys's or the logit limits give the printed digits.
"""

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support_figures import Figures
from support_release import RealRelease

MACROS = Path(__file__).resolve().parents[2] / "dbt_project" / "macros" / "rates.sql"
Z_95, Z_998 = 1.959963984540054, 3.090232306167813
DECILES = ("Most", "Second most", "Third more", "Fourth more", "Fifth more", "Fifth less", "Fourth less", "Third less",
           "Second least", "Least")  # fmt: skip
SCHEMES = {
    "": "none",
    "CCG deprivation deciles in England (IMD2019, 2021 CCGs)": "imd2019_ccg_2021_decile",
    "County & UA deprivation deciles in England (IMD2019, 4/21 geography)": "imd2019_county_ua_4_21_decile",
    "County & UA deprivation deciles in England (IMD2019, 4/23 geography)": "imd2019_county_ua_4_23_decile",
    "District & UA deprivation deciles in England (IMD2019, 4/21 geography)": "imd2019_district_ua_4_21_decile",
    "District & UA deprivation deciles in England (IMD2019, 4/23 geography)": "imd2019_district_ua_4_23_decile",
}
EXCEL = 1e-6  # the publisher's exact limits are good to seven digits
Key = tuple[str, str, str, str]
Limits = tuple[float, float]


@dataclass(frozen=True)
class Printed:
    """A row of a download as it is printed; limits are empty where none are."""

    key: Key
    area: str
    count: float
    denominator: float
    value: str
    limits_95: tuple[str, str]
    limits_998: tuple[str, str]


def printed(real_data: Path, name: str) -> list[Printed]:
    """Rows of a download with a value, each once: England stands twice in some."""
    with (real_data / "fingertips" / name).open(encoding="utf-8-sig", newline="") as file:
        rows = [row_of(row) for row in csv.DictReader(file) if row["Value"]]
    return list(dict.fromkeys(rows))


def row_of(row: dict[str, str]) -> Printed:
    category = row["Category Type"]
    words = row["Category"].split(" deprived")[0]
    group = str(1 + DECILES.index(words)) if category in SCHEMES and category else row["Category"] or row["Sex"].lower()
    return Printed(
        (row["Area Code"], row["Time period"][:4], SCHEMES.get(category, category), group),
        row["Area Type"].split(" (")[0] + (" by deprivation" if category else ""),
        float(row["Count"]),
        float(row["Denominator"]),
        row["Value"],
        (row["Lower CI 95.0 limit"], row["Upper CI 95.0 limit"]),
        (row["Lower CI 99.8 limit"], row["Upper CI 99.8 limit"]),
    )


def agrees(ours: float | None, theirs: str) -> bool:
    """Whether a figure equals the printed one to its last digit or to ten significant ones (releases hold twelve)."""
    decimals = len(theirs.partition(".")[2])
    return ours is not None and abs(ours - float(theirs)) <= max(0.5000001 * 10**-decimals, 1e-10 * abs(ours))


def both_agree(ours: tuple[float | None, float | None], theirs: tuple[str, str]) -> bool:
    return agrees(ours[0], theirs[0]) and agrees(ours[1], theirs[1])


def macro_limits(method: str, rows: list[Printed], multiplier: float, z: float, shift: int = 0) -> list[Limits]:
    """Limits of each row by the project's macros, with `shift` more events than are printed."""
    import duckdb
    import jinja2

    macros = jinja2.Environment().from_string(MACROS.read_text(encoding="utf-8")).module  # noqa: S701 - SQL, not HTML
    low, high = (
        getattr(macros, f"{method}_{side}")("x", "n", f"{multiplier}::double", z) for side in ("lower", "upper")
    )
    counts = [row.count + shift for row in rows]
    with duckdb.connect() as con:
        query = (
            f"select {low}, {high} from (select i, counts[i] as x, wholes[i] as n from (select $1::double[] as counts, "
            f"$2::double[] as wholes), range(1, {len(rows) + 1}) as numbers(i)) order by i"
        )
        return con.execute(query, [counts, [row.denominator for row in rows]]).fetchall()


@pytest.fixture(scope="module")
def shown(real_release: RealRelease) -> dict[str, dict[Key, dict[str, Any]]]:
    """Rows of outcome_trends that a download has printed, by measure and key."""
    columns = {name for (name,) in real_release.rows("select column_name from (describe outcome_trends)")}
    wanted = ["numerator", "denominator", "value", "lower_95", "upper_95", "published_value", "interval_method"]
    wanted += sorted({"lower_998", "upper_998"} & columns)
    rows = real_release.rows(
        "select measure_id, organisation_code, cast(year(period_start) as varchar), stratum_scheme, "
        "case stratum when 'all' then 'persons' else stratum end, "
        f"{', '.join(wanted)} from outcome_trends where dataset = 'fingertips' and organisation_view = 'as_was' "
        "and published_value is not null"
    )
    found: dict[str, dict[Key, dict[str, Any]]] = {}
    for measure, code, year, scheme, group, *values in rows:
        found.setdefault(measure, {})[code, year, scheme, group] = dict(zip(wanted, values, strict=True))
    return found


def put(
    figures: Figures,
    indicator: str,
    what: str,
    rows: list[Printed],
    agreeing: list[Printed],
    expected: Mapping[str, float],
) -> None:
    """Add the share of rows that agree for each kind of area."""
    agree = Counter(row.area for row in agreeing)
    found = {area: 100 * agree[area] / of for area, of in sorted(Counter(row.area for row in rows).items())}
    assert set(found) == set(expected), found
    for area, share in found.items():
        source = f"Fingertips {indicator}"
        figures.equal(f"{what}, {area}, % agreeing", source, expected[area], share, within=0.05, decimals=1)


def explained(
    rows: list[Printed], limits: list[tuple[str, str]], ours: list[Limits], others: dict[str, list[list[Limits]]]
) -> tuple[list[Printed], Counter[str], list[Printed]]:
    """Rows whose limits are ours, classes of the others, and those that no class explains.

    A class explains limits that exactly one of its alternatives gives.
    """
    agreeing, classes, unexplained = [], Counter[str](), []
    for at, (row, theirs) in enumerate(zip(rows, limits, strict=True)):
        if both_agree(ours[at], theirs):
            agreeing.append(row)
            continue
        found = [name for name, each in others.items() if sum(both_agree(one[at], theirs) for one in each) == 1]
        if found:
            classes[found[0]] += 1
        elif is_near(ours[at], theirs) and row.key[0] == "E92000001" and row.key[2] == "none":
            classes["not identified"] += 1
        else:
            unexplained.append(row)
    return agreeing, classes, unexplained


def is_near(ours: Limits, theirs: tuple[str, str]) -> bool:
    """Whether both limits lie within a thousandth of the half-width."""
    half_width = (ours[1] - ours[0]) / 2
    return all(abs(mine - float(other)) < half_width / 1000 for mine, other in zip(ours, theirs, strict=True))


def test_every_published_value_is_that_of_the_release(
    real_data: Path, shown: dict[str, dict[Key, dict[str, Any]]], figures: Figures
) -> None:
    for indicator, name, measure, method, number in (
        ("93930", "ed_under5.csv", "child_ae_attendances", "byar", 7609),
        ("200", "ld_qof_prev.csv", "learning_disability_prevalence", "wilson", 295),
    ):
        rows, ours = printed(real_data, name), shown[measure]
        assert {row.key for row in rows} == set(ours)
        assert len(rows) == number
        assert {shown_row["interval_method"] for shown_row in ours.values()} == {method}
        agreeing = [row for row in rows if agrees(ours[row.key]["value"], row.value)]
        put(figures, indicator, "value", rows, agreeing, {row.area: 100 for row in rows})
        differing = [
            row for row in rows
            if (row.count, row.denominator) != (ours[row.key]["numerator"], ours[row.key]["denominator"])
        ]  # fmt: skip
        figures.none_of("counts and denominators as printed", f"Fingertips {indicator}", len(rows), differing)


def test_limits_of_attendances_are_byars_of_the_printed_count_or_of_one_within_2_of_it(
    real_data: Path, shown: dict[str, dict[Key, dict[str, Any]]], figures: Figures
) -> None:
    rows = printed(real_data, "ed_under5.csv")
    mart = shown["child_ae_attendances"]
    ours = [(mart[row.key]["lower_95"], mart[row.key]["upper_95"]) for row in rows]
    shifted = [macro_limits("byar", rows, 1000, Z_95, shift) for shift in (-2, -1, 1, 2)]
    others = {"count before rounding": shifted}
    agreeing, classes, unexplained = explained(rows, [row.limits_95 for row in rows], ours, others)
    expected = {"England": 100, "England by deprivation": 30.0, "GPs": 20.2, "PCNs": 19.5}
    put(figures, "93930", "95 % limits (Byar)", rows, agreeing, expected)
    figures.equal("… made with another count within 2", "Fingertips 93930", 6066, classes["count before rounding"])
    figures.none_of("… not explained", "Fingertips 93930", len(rows), unexplained)
    assert sum(classes.values()) == classes["count before rounding"]
    assert not any(all(row.limits_998) for row in rows)


def test_limits_of_prevalence_are_wilsons(
    real_data: Path, shown: dict[str, dict[Key, dict[str, Any]]], figures: Figures
) -> None:
    rows = printed(real_data, "ld_qof_prev.csv")
    mart = shown["learning_disability_prevalence"]
    source = "Fingertips 200"
    ours = [(mart[row.key]["lower_95"], mart[row.key]["upper_95"]) for row in rows]
    others = {"z of 1.96": [macro_limits("wilson", rows, 100, 1.96)]}
    agreeing, classes, unexplained = explained(rows, [row.limits_95 for row in rows], ours, others)
    put(
        figures,
        "200",
        "95 % limits (Wilson)",
        rows,
        agreeing,
        {"England": 0, "England by deprivation": 100, "GPs": 88.9},
    )
    figures.equal("… made with a z of 1.96 (practices, one year)", source, 14, classes["z of 1.96"])
    figures.equal(
        "… England as a whole, not identified, within 0.1 % of the half-width", source, 9, classes["not identified"]
    )
    figures.none_of("… not explained", source, len(rows), unexplained)

    rows = [row for row in rows if all(row.limits_998)]
    by_macro = macro_limits("wilson", rows, 100, Z_998)
    ours = [
        (mart[row.key].get("lower_998", low), mart[row.key].get("upper_998", high))
        for row, (low, high) in zip(rows, by_macro, strict=True)
    ]
    agreeing, classes, unexplained = explained(rows, [row.limits_998 for row in rows], ours, {})
    expected = {"England": 0, "England by deprivation": 100, "GPs": 100}
    put(figures, "200", "99.8 % limits (Wilson)", rows, agreeing, expected)
    figures.equal(
        "… England as a whole, not identified, within 0.1 % of the half-width", source, 9, classes["not identified"]
    )
    figures.none_of("… not explained", source, len(rows), unexplained)


def test_limits_of_local_authorities_are_byars_with_another_z_or_exact(real_data: Path, figures: Figures) -> None:
    """Indicator 93356 is in no mart: its limits are beside those of the macros, below 10 beside Byar's."""
    from scipy.stats import chi2

    source = "Fingertips 93356"
    rows = printed(real_data, "indicators-CountyUA.data.csv")
    wrong = [row for row in rows if not agrees(100_000 * row.count / row.denominator, row.value)]
    figures.none_of("value = 100,000 × count / denominator", source, len(rows), wrong)
    rows = [row for row in rows if all(row.limits_95)]
    large = [row for row in rows if row.count >= 10]
    ours = macro_limits("byar", large, 1e5, Z_95)
    others = {"z of 1.96": [macro_limits("byar", large, 1e5, 1.96)]}
    agreeing, classes, rest = explained(large, [row.limits_95 for row in large], ours, others)
    put(figures, "93356", "95 % limits (Byar)", large, agreeing, {"Country": 0, "County & UA": 0})
    figures.equal("… made with a z of 1.96", source, 282, classes["z of 1.96"])
    inexact = []
    for row in rest:
        low, high = chi2.ppf(0.025, 2 * row.count) / 2, chi2.ppf(0.975, 2 * row.count + 2) / 2
        for count, limit in zip((low, high), row.limits_95, strict=True):
            if abs(1e5 * count / row.denominator - float(limit)) > EXCEL * float(limit):
                inexact.append(row)
    figures.equal("… exact Poisson limits, to seven digits", source, 450, len(rest) - len(inexact))
    figures.none_of("… not explained", source, len(large), inexact)
    small = [row for row in rows if row.count < 10]
    by_macro = macro_limits("byar", small, 1e5, 1.96)
    unlike = [row for row, limits in zip(small, by_macro, strict=True) if not both_agree(limits, row.limits_95)]
    figures.none_of(
        "… counts below 10: Byar's with 1.96, where the release takes the exact ones", source, len(small), unlike
    )
