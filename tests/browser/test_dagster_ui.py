"""The whole path as a person sees it: Dagster's UI, the refresh job started there, a check, and the site it released.

The home is empty when the run is started, so what is released was made by a click.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from orchestration.publication.release import current_release, read_manifest, verify_files

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Response

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GROUPS = (
    "archive",
    "lake",
    "seeds",
    "staging",
    "intermediate",
    "marts_governance",
    "marts_improvement",
    "marts_outcomes",
    "published",
)
LOCATION = "/locations/__repository__@orchestration.definitions"
MART = "/assets/published/outcome_trends"
RUN_SECONDS = 900
LOAD_MS = 180_000


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    """A new page of desktop size."""
    opened = browser.new_page(viewport={"width": 1440, "height": 900})
    opened.set_default_timeout(LOAD_MS)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def released(platform: Any, browser: "Browser", artefacts: Path) -> Path:
    """The release that the `refresh` job made when it was started by a click in the UI."""
    assert current_release(platform.home) is None
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{platform.url}{LOCATION}/jobs/refresh", timeout=LOAD_MS)
    with page.expect_response(is_launch, timeout=LOAD_MS) as launched:
        page.get_by_role("button", name="Materialize all").click(timeout=LOAD_MS)
    answer = launched.value.json()["data"]["launchPipelineExecution"]
    assert answer["__typename"] == "LaunchRunSuccess", answer
    shown = run_ended(page, f"{platform.url}/runs/{answer['run']['id']}")
    page.screenshot(path=artefacts / "2-run.png")
    page.close()
    assert shown == "Success"
    folder = current_release(platform.home)
    assert folder is not None
    return folder


def run_ended(page: "Page", url: str) -> str:
    """Open a run's page and wait for the badge that says how it ended; returns its word."""
    page.goto(url, timeout=LOAD_MS)
    badges = [page.get_by_text(word, exact=True) for word in ("Success", "Failure", "Canceled")]
    ended = badges[0].or_(badges[1]).or_(badges[2]).first
    ended.wait_for(timeout=RUN_SECONDS * 1000)
    return ended.inner_text()


def is_launch(response: "Response") -> bool:
    """Whether this answers the page's request to start a run."""
    return "op=LaunchPipelineExecution" in response.url


def test_the_asset_graph_shows_every_group_by_name(platform: Any, page: "Page", artefacts: Path) -> None:
    page.goto(f"{platform.url}/asset-groups")
    for group in GROUPS:
        page.get_by_text(group, exact=True).first.wait_for()
    page.screenshot(path=artefacts / "1-groups.png")


def test_the_job_started_in_the_ui_makes_a_whole_release_of_simulated_data(released: Path) -> None:
    assert verify_files(released) == []
    assert read_manifest(released)["is_synthetic"] is True
    rows = read_manifest(released)["rows"]
    assert [mart for mart, count in rows.items() if count == 0] == ["research_activity"]  # its dataset is to come


def test_a_published_mart_shows_its_description_owner_columns_and_row_count(
    platform: Any, released: Path, page: "Page", artefacts: Path
) -> None:
    page.goto(f"{platform.url}{MART}")
    rows = f"{read_manifest(released)['rows']['outcome_trends']:,}"
    for said in (rows, "One row per measure", "analysts", "measure_id", "Measure of the catalogue."):
        page.get_by_text(said).first.wait_for()
    page.screenshot(path=artefacts / "3-mart.png")


def test_the_expectations_of_a_mart_passed_and_say_how_many_on_how_many_rows(
    platform: Any, released: Path, page: "Page", artefacts: Path
) -> None:
    page.goto(f"{platform.url}{MART}?view=checks")
    page.get_by_text("Passed", exact=True).first.wait_for()
    page.get_by_text("This is a blocking asset check").wait_for()
    facts = dict(row.inner_text().split() for row in page.get_by_role("row").filter(has_text="evaluated").all())
    for name in ("rows", "successful"):
        facts |= dict(row.inner_text().split() for row in page.get_by_role("row").filter(has_text=name).all())
    page.screenshot(path=artefacts / "4-check.png")
    assert int(facts["rows"]) == read_manifest(released)["rows"]["outcome_trends"]
    assert int(facts["evaluated"]) == int(facts["successful"]) > 0


def test_a_dataset_of_the_lake_shows_its_licence_and_source(
    platform: Any, released: Path, page: "Page", artefacts: Path
) -> None:
    page.goto(f"{platform.url}/assets/lake/ae_monthly")
    for said in ("OGL-UK-3.0", "NHS England", "data-engineering"):
        page.get_by_text(said).first.wait_for()
    page.screenshot(path=artefacts / "5-lake.png")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_site_says_what_it_is_and_fits_a_screen(
    released: Path, browser: "Browser", artefacts: Path, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((released / "site" / "index.html").as_uri())
    page.screenshot(path=artefacts / f"6-site-{width}.png", full_page=True)
    assert "Who benefited" in page.get_by_role("heading", level=1).inner_text()
    assert page.get_by_text("Simulated data.").first.is_visible()
    assert page.get_by_text("Talking therapies, people who moved to recovery").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert all(url.startswith("file:") for url in asked)
    assert page.locator("figure svg, svg").count() > 0
    assert "ALL SUBMITTERS" not in page.inner_text("body")
    page.close()
