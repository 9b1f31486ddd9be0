"""The check that SQL can be written for Spark: what it lets through and what it doesn't."""

import pytest

from benchmarks.spark import called, problems, transpiled


@pytest.mark.parametrize(
    "sql",
    [
        "select sum(x) over (partition by a order by b nulls last) as total from t",
        "select a, count(*) as n from t where b in (1, 2) group by a",
        "select 'arg_max(x)' as words, `a` from t /* list_sort(x) */".replace("`", '"'),
        "select * from read_parquet('lake/shmi/trust/*.parquet', union_by_name = true)",
        "select cast(x as decimal(9, 2)) as x from t",
    ],
)
def test_plain_sql_passes(sql: str) -> None:
    assert problems(sql) == []


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("select made_up_function(x) from t", "made_up_function"),
        ("select approx_quantile(x, 0.5) from t", "approx"),
        ("select from where", ""),
    ],
)
def test_what_spark_has_not_is_named(sql: str, named: str) -> None:
    found = problems(sql)
    assert found
    assert named in found[0].lower()


def test_an_exact_percentile_stays_exact() -> None:
    assert "PERCENTILE_CONT(0.25) WITHIN GROUP" in transpiled(
        "select percentile_cont(0.25) within group (order by x) from t"
    )


def test_the_lake_is_read_by_path() -> None:
    sql = "select x from read_parquet('lake/rtt/providers/*.parquet', union_by_name = true) as rows"
    assert transpiled(sql) == "SELECT x FROM `parquet`.`lake/rtt/providers/*.parquet` AS rows"


def test_quoted_names_and_comments_are_no_calls() -> None:
    assert called("select `my_function` (1), /* other(2) */ abs(3), 'third(4)'") == {"abs"}


def test_an_approximation_of_an_exact_number_is_refused() -> None:
    assert problems("select approx_count_distinct(x) from t")
