"""Every model and golden analysis in Spark's dialect: `python -m benchmarks.spark`, a part of `make check`.

Belongs here: compiling the project by dbt on an empty lake, writing each SQL text anew for Spark, and saying which
cannot be. Does not: running anything on Spark; changing SQL. It needs dbt, sqlglot and a checkout, so it is no part of
the package.

A text fails when sqlglot can't say it in Spark's dialect, when what it says can't be read back as Spark, or when it
calls a function that Spark has not (`spark_functions.txt`): sqlglot passes on names that it doesn't know.
"""

import tempfile
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import sqlglot
from sqlglot import ErrorLevel, exp
from sqlglot.errors import SqlglotError
from sqlglot.tokens import TokenType

from benchmarks.compiling import PROJECT, compiled_sql

FUNCTIONS = Path(__file__).with_name("spark_functions.txt")
# what stands before a bracket in SQL and is no function of the list
WORDS = "and as decimal else from group in join not on or over then try_cast using values when where"
# sqlglot writes them for functions of DuckDB that are exact
REFUSED = frozenset(["approx_count_distinct", "approx_percentile", "percentile_approx"])


def transpiled(sql: str) -> str:
    """One statement of DuckDB as Spark's dialect has it; SqlglotError when that can't be said."""
    tree = sqlglot.parse_one(sql, read="duckdb").transform(_lake_for_spark).transform(_percentiles_stay_exact)
    return tree.sql("spark", unsupported_level=ErrorLevel.RAISE)


def problems(sql: str) -> list[str]:
    """Why a statement of DuckDB would not run on Spark; nothing when it would."""
    try:
        text = transpiled(sql)
        sqlglot.parse_one(text, read="spark")
    except SqlglotError as error:
        return [" ".join(str(error).split())[:300]]
    return [f"{name}() is not known to run on Spark" for name in sorted(called(text) - known_words())]


@cache
def known_words() -> frozenset[str]:
    """Built-in functions of Spark, less those refused, and what else stands before a bracket."""
    lines = FUNCTIONS.read_text(encoding="utf-8").splitlines()
    return frozenset([*" ".join(lines[1:]).split(), *WORDS.split()]) - REFUSED


def called(text: str) -> set[str]:
    """Words before a bracket in a statement of Spark, in small letters; quoted names and comments are none."""
    tokens = sqlglot.tokenize(text, read="spark")
    named = (TokenType.STRING, TokenType.IDENTIFIER)
    return {
        word.text.lower()
        for word, bracket in pairwise(tokens)
        if bracket.token_type == TokenType.L_PAREN and word.token_type not in named and word.text.isidentifier()
    }


def check(folder: Path) -> Iterator[tuple[str, str]]:
    """Name of each text below ``folder`` that would not run on Spark, with a reason."""
    for path in sorted(folder.rglob("*.sql")):
        yield from ((path.stem, problem) for problem in problems(path.read_text(encoding="utf-8")))


def main() -> int:
    """Print what would not run on Spark; 1 when there is anything."""
    with tempfile.TemporaryDirectory() as scratch:
        chosen = ("--select", "resource_type:model", "resource_type:analysis", "--indirect-selection", "empty")
        found = list(check(compiled_sql(PROJECT, Path(scratch), *chosen)))
    for name, problem in found:
        print(f"{name}: {problem}")
    return 1 if found else 0


def _lake_for_spark(node: exp.Expression) -> exp.Expression:
    """The macro lake() reads Parquet by another word on Spark (spark__lake)."""
    if isinstance(node, exp.Table) and isinstance(node.this, exp.ReadParquet):
        path = node.this.expressions[0].name
        return exp.table_(path, db="parquet", quoted=True, alias=node.alias or None)
    return node


def _percentiles_stay_exact(node: exp.Expression) -> exp.Expression:
    """Spark interpolates percentile_cont as DuckDB does; sqlglot would make percentile_approx of it."""
    if isinstance(node, exp.PercentileCont):
        return exp.Anonymous(this="percentile_cont", expressions=[node.this])
    return node


if __name__ == "__main__":
    raise SystemExit(main())
