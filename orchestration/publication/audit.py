"""Judge what is about to be published with Great Expectations: the one adapter over that library.

Belongs here: reading suites and staged marts, running the suites, severity, failing rows, the receipt. Does not: the
expectations themselves (expectations/<mart>.json), how the result looks as pages (data_docs.py), or the decision to
release (release.py).

A suite is a Great Expectations suite as JSON, read as it stands, with three things of ours in ``meta``:
suite ``key`` (columns that name a row), suite ``derived`` (column name → SQL expression over the mart, for facts that
lie across columns or rows) and, in each expectation, ``name`` and ``severity`` (error or warn).
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.errors import ConfigurationError
from orchestration.home import project_root
from orchestration.publication.receipts import MARTS, write_receipt

if TYPE_CHECKING:
    import pandas as pd

SUITES = "expectations"
GATE = "expectations"
FAILING_ROWS = 20
ROWS_AT_ONCE = 100_000
SEVERITIES = ("error", "warn")
WORD = re.compile(r"\w+")

Row = dict[str, Any]


@dataclass(frozen=True)
class Finding:
    """What one expectation found.

    ``error`` is the exception's message when the expectation could not be judged; such a finding has failed with
    severity error, whatever the suite says. ``rows`` are up to 20 failing rows: key columns and the columns judged.
    """

    name: str
    expectation: str
    about: str
    severity: str
    passed: bool
    error: str | None = None
    observed: str = ""
    unexpected_count: int = 0
    unexpected_percent: float = 0.0
    rows: tuple[Row, ...] = ()

    @property
    def is_blocking(self) -> bool:
        """Whether the release is refused because of it."""
        return not self.passed and self.severity == "error"

    @property
    def says(self) -> str:
        """The finding in words: the exception, the count of rows, or what was observed."""
        if self.error:
            return f"could not be judged: {self.error}"
        if self.unexpected_count:
            return f"{self.unexpected_count} rows ({self.unexpected_percent:.2f} %)"
        return f"observed {self.observed}" if self.observed else ""


@dataclass(frozen=True)
class SuiteResult:
    """A mart's suite judged: ``passed`` when nothing failed, ``has_errors`` when something of severity error did."""

    mart: str
    findings: tuple[Finding, ...]
    rows: int = 0
    key: tuple[str, ...] = ()
    outcomes: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)

    @property
    def failed(self) -> tuple[Finding, ...]:
        """Findings that failed, whatever their severity."""
        return tuple(finding for finding in self.findings if not finding.passed)

    @property
    def passed(self) -> bool:
        """Whether every expectation held, those of severity warn too."""
        return not self.failed

    @property
    def has_errors(self) -> bool:
        """Whether the release is refused because of this mart."""
        return any(finding.is_blocking for finding in self.findings)

    @property
    def problems(self) -> list[str]:
        """What the receipt says when the gate refuses."""
        return [f"{self.mart}.{f.name}: {f.says}" for f in self.findings if f.is_blocking]

    @property
    def metadata(self) -> dict[str, Any]:
        """Counts, and as Markdown tables what failed and up to 20 failing rows: published, protected values only."""
        facts: dict[str, Any] = {
            "rows": self.rows,
            "evaluated": len(self.findings),
            "successful": len(self.findings) - len(self.failed),
        }
        if self.failed:
            facts["unexpected_rows"] = sum(finding.unexpected_count for finding in self.failed)
            facts["unexpected_percent_max"] = max(finding.unexpected_percent for finding in self.failed)
            facts["failed"] = markdown_table([
                {"expectation": f.name, "severity": f.severity, "about": f.about, "found": f.says} for f in self.failed
            ])  # fmt: skip
        if rows := self.failing_rows():
            facts["failing_rows"] = markdown_table(rows)
        return facts

    def failing_rows(self) -> list[Row]:
        """Up to 20 failing rows: the expectation, the row's key, and what was found in the columns judged."""
        rows = []
        for finding in self.failed:
            for row in finding.rows:
                found = "; ".join(f"{name} = {value}" for name, value in row.items() if name not in self.key)
                named = {name: row.get(name) for name in self.key}
                rows.append({"expectation": finding.name, **named, "found": found})
        return rows[:FAILING_ROWS]


@dataclass(frozen=True)
class Suite:
    """A suite as its document says."""

    mart: str
    document: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, ...]:
        """Columns that name a row of the mart."""
        return tuple(self.document["meta"]["key"])

    @property
    def derived(self) -> Mapping[str, str]:
        """Columns made for the check: name → SQL expression over the mart."""
        return dict(self.document["meta"].get("derived", {}))

    @property
    def expectations(self) -> tuple[Mapping[str, Any], ...]:
        """The expectations in the order of the document."""
        return tuple(self.document["expectations"])

    @property
    def words(self) -> frozenset[str]:
        """Every word of the document: a column that is not among them is not read."""
        return frozenset(WORD.findall(json.dumps(self.document)))


def audit(folder: Path) -> list[SuiteResult]:
    """Judge every mart staged in ``folder`` by its suite, write data_docs/ and the receipt; one result per mart.

    A mart without a suite, a suite without a mart and an expectation that raises are failures. Suites without a mart
    stand last. ConfigurationError when a suite can't be read.
    """
    from orchestration.publication.data_docs import write_data_docs

    write_receipt(folder, GATE, ["the audit did not end"])
    marts = {path.stem: path for path in sorted((folder / MARTS).glob("*.parquet"))}
    suites = read_suites(project_root() / SUITES)
    results = list(_judge_all(marts, suites))
    write_data_docs(results, folder)
    evaluated = sum(len(result.findings) for result in results)
    warnings = [f"{result.mart}.{f.name}: {f.says}" for result in results for f in result.failed if not f.is_blocking]
    problems = [problem for result in results for problem in result.problems]
    write_receipt(folder, GATE, problems, [f"{evaluated} expectations of {len(results)} suites", *warnings])
    return results


def read_suites(folder: Path) -> dict[str, Suite]:
    """Suites of ``folder`` by mart; ConfigurationError when one is not JSON or lacks what the adapter needs."""
    suites = {}
    for path in sorted(folder.glob("*.json")):
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            suite = Suite(path.stem, document)
            names = [expectation["meta"]["name"] for expectation in suite.expectations]
            severities = {expectation["meta"]["severity"] for expectation in suite.expectations}
            complete = document["name"] == path.stem and suite.key and names
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(f"{path}: no suite can be read ({type(error).__name__}: {error})") from error
        if not complete or len(set(names)) != len(names) or severities - set(SEVERITIES):
            raise ConfigurationError(
                f"{path}: a suite has the name of its mart, meta.key, and expectations with a meta.name of their own "
                f"and a meta.severity of {' or '.join(SEVERITIES)}"
            )
        suites[path.stem] = suite
    return suites


def markdown_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows with the same keys as a Markdown table."""
    names = list(rows[0])
    lines = [names, ["---"] * len(names), *([_cell(row[name]) for name in names] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: Any) -> str:
    return "" if value is None else " ".join(str(value).replace("|", "\\|").split())


def _judge_all(marts: Mapping[str, Path], suites: Mapping[str, Suite]) -> Iterator[SuiteResult]:
    judge = Judge()
    for mart, path in marts.items():
        yield judge.result(path, suites[mart]) if mart in suites else _without(mart, "mart has no suite")
    for mart in sorted(set(suites) - set(marts)):
        yield _without(mart, "suite has no mart")


def _without(mart: str, why: str) -> SuiteResult:
    return SuiteResult(mart, (_failure("a_mart_and_its_suite_stand_together", why),))


def _failure(name: str, error: str) -> Finding:
    return Finding(name, "", "", "error", passed=False, error=error)


class Judge:
    """One ephemeral context of Great Expectations, and what runs in it. Importing the library costs seconds."""

    def __init__(self) -> None:
        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        import great_expectations as gx
        from great_expectations.data_context.types.base import (
            DataContextConfig,
            InMemoryStoreBackendDefaults,
            ProgressBarsConfig,
        )

        config = DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(),
            data_docs_sites={},
            progress_bars=ProgressBarsConfig(globally=False),
            analytics_enabled=False,
        )
        self._gx = gx
        self._source = gx.get_context(mode="ephemeral", project_config=config).data_sources.add_pandas("staged")

    def result(self, path: Path, suite: Suite) -> SuiteResult:
        """The suite's result on the mart at ``path``."""
        import duckdb

        try:
            table = read_mart(path, suite)
        except duckdb.Error as error:
            return SuiteResult(suite.mart, (_failure("the_mart_can_be_read", _first_line(str(error))),))
        outcomes = self._validate(table, suite)
        findings = tuple(_finding(expectation, outcomes) for expectation in suite.expectations)
        return SuiteResult(suite.mart, findings, len(table), suite.key, tuple(outcomes.values()))

    def _validate(self, table: "pd.DataFrame", suite: Suite) -> dict[str, Any]:
        """The suite's verdicts; only expectations that failed are asked again for counts and rows, which cost half."""
        asset = self._source.add_dataframe_asset(suite.mart)
        batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": table})
        verdicts = self._run(batch, suite, suite.expectations, {"result_format": "BOOLEAN_ONLY"})
        failed = [each for each in suite.expectations if not verdicts.get(each["meta"]["name"], {}).get("success")]
        details = {
            "result_format": "SUMMARY",
            "unexpected_index_column_names": list(suite.key),
            "partial_unexpected_count": FAILING_ROWS,
        }
        again = self._run(batch, suite, failed, details) if failed else {}
        self._source.delete_asset(suite.mart)
        return {**verdicts, **again}

    def _run(
        self, batch: Any, suite: Suite, expectations: Sequence[Mapping[str, Any]], result_format: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The library's outcome of each expectation, by its name."""
        asked = self._gx.ExpectationSuite(name=suite.mart, expectations=[dict(each) for each in expectations])
        outcomes = batch.validate(asked, result_format=dict(result_format)).to_json_dict()["results"]
        return {each["expectation_config"]["meta"]["name"]: _without_trace(each) for each in outcomes}


def read_mart(path: Path, suite: Suite) -> "pd.DataFrame":
    """The columns of the mart that the suite names, and its derived ones; text as categories, dates as timestamps.

    duckdb.Error when the file can't be read or a derived expression does not fit the mart.
    """
    import duckdb
    import pyarrow as pa

    with duckdb.connect(config={"threads": 2}) as con:
        source = f"read_parquet('{str(path).replace(chr(39), chr(39) * 2)}')"
        names = [row[0] for row in con.execute(f"describe select * from {source}").fetchall()]
        columns = [name for name in names if name in suite.words]
        derived = [f"({expression}) as {name}" for name, expression in suite.derived.items()]
        reader = con.sql(f"select {', '.join([*columns, *derived])} from {source}").to_arrow_reader(ROWS_AT_ONCE)
        parts = [_with_categories(pa.Table.from_batches([batch])) for batch in reader]
        table = pa.concat_tables(parts or [_with_categories(reader.schema.empty_table())]).unify_dictionaries()
    frame: pd.DataFrame = table.to_pandas(date_as_object=False, split_blocks=True, self_destruct=True)
    return frame


def _with_categories(table: Any) -> Any:
    """The Arrow table with every text column dictionary-encoded, which takes a tenth of the memory."""
    import pyarrow as pa

    for position, column in enumerate(table.schema):
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            table = table.set_column(position, column.name, table.column(position).dictionary_encode())
    return table


def _finding(expectation: Mapping[str, Any], outcomes: Mapping[str, Any]) -> Finding:
    """The expectation's finding out of the outcomes by name."""
    meta, outcome = expectation["meta"], outcomes.get(expectation["meta"]["name"])
    error = "the library returned no result" if outcome is None else outcome["exception_info"]
    result = {} if outcome is None else outcome["result"]
    return Finding(
        name=meta["name"],
        expectation=expectation["type"],
        about=_about(expectation["kwargs"]),
        severity="error" if error else meta["severity"],
        passed=not error and bool(outcome and outcome["success"]),
        error=error,
        observed=_observed(result),
        unexpected_count=result.get("unexpected_count") or 0,
        unexpected_percent=result.get("unexpected_percent") or 0.0,
        rows=tuple(result.get("partial_unexpected_index_list") or ()),
    )


def _about(kwargs: Mapping[str, Any]) -> str:
    """The columns that an expectation judges, and the rows where it does."""
    names = [kwargs[name] for name in ("column", "column_A", "column_B") if name in kwargs]
    columns = ", ".join([*names, *kwargs.get("column_list", ())]) or "the whole table"
    return f"{columns} where {_condition(kwargs['row_condition'])}" if "row_condition" in kwargs else columns


def _condition(condition: Mapping[str, Any]) -> str:
    """A row condition of the suite in words."""
    if condition["type"] == "and":
        return " and ".join(_condition(each) for each in condition["conditions"])
    if condition["type"] == "nullity":
        return f"{condition['column']['name']} is {'' if condition['is_null'] else 'not '}null"
    return f"{condition['column']['name']} {condition['operator'].casefold()} {condition['parameter']}"


def _without_trace(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """The outcome with its exception as a message or None: a traceback holds paths of this machine."""
    return {**outcome, "exception_info": _exception(outcome)}


def _exception(outcome: Mapping[str, Any]) -> str | None:
    """Messages of the exceptions that judging the expectation raised; the library gives one, or one per metric."""
    info = outcome["exception_info"] or {}
    infos = [info] if "raised_exception" in info else list(info.values())
    messages = [_first_line(each.get("exception_message") or "raised") for each in infos if each["raised_exception"]]
    return "; ".join(dict.fromkeys(messages)) or None


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def _observed(result: Mapping[str, Any]) -> str:
    """What a whole-table expectation saw, or which values it missed."""
    if result.get("partial_missing_list"):
        return f"no {', '.join(str(value) for value in result['partial_missing_list'])}"
    return str(result["observed_value"]) if result.get("observed_value") is not None else ""
