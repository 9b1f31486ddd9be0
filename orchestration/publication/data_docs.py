"""Show what the suites found as static pages and as one JSON document: the Data Docs of a release.

Belongs here: how results look. Does not: judging (audit.py). Great Expectations' own pages load styles and scripts from
other hosts; a release makes no outside request, so these pages hold no script and nothing that is not in them.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orchestration.publication.audit import SuiteResult

FOLDER = "data_docs"
RESULTS = "results.json"
TEMPLATES = Path(__file__).resolve().parent / "templates"


def write_data_docs(results: Sequence["SuiteResult"], folder: Path) -> Path:
    """Write ``data_docs/`` anew into ``folder``: index.html, one page per suite, results.json; returns index.html."""
    import shutil

    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    target = folder / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    (target / RESULTS).write_text(json.dumps(_document(results), indent=1, default=_plain), encoding="utf-8")
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    for result in results:
        page = environment.get_template("data_docs_suite.html.j2").render(result=result)
        (target / f"{result.mart}.html").write_text(page, encoding="utf-8")
    index = target / "index.html"
    page = environment.get_template("data_docs_index.html.j2").render(results=results)
    index.write_text(page, encoding="utf-8")
    return index


def _document(results: Sequence["SuiteResult"]) -> dict[str, Any]:
    """Each suite's result in our words, and the library's outcome of each expectation beside it."""
    return {
        "passed": not any(result.has_errors for result in results),
        "suites": [
            {
                "mart": result.mart,
                "passed": result.passed,
                "has_errors": result.has_errors,
                "rows": result.rows,
                "failed": [{"name": f.name, "severity": f.severity, "found": f.says} for f in result.failed],
                "outcomes": result.outcomes,
            }
            for result in results
        ],
    }


def _plain(value: Any) -> str:
    """Dates as ISO text and anything else that JSON does not know as text."""
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
