"""A revision that moves England waits for a human; a past state can be built again, byte for byte the same."""

import csv
import io
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support_home import copied, evenhand, offered, released

from orchestration.acquisition.archive import Archive, ArchivedFile
from orchestration.errors import ExitCode
from orchestration.home import Home
from orchestration.lake.store import Lake

AE = "ae_monthly"
COUNTS = slice(4, None)


def moved(content: bytes, percent: int) -> bytes:
    """An A&E month with every count of an organisation of more than a few moved by so many percent."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    organisations = [row for row in rows[1:] if row[1].upper() != "TOTAL"]
    for row in organisations:
        row[COUNTS] = [str(round(int(cell) * (100 + percent) / 100)) for cell in row[COUNTS]]
    for row in rows[1:]:
        if row[1].upper() == "TOTAL":
            row[COUNTS] = [str(sum(int(other[4 + at]) for other in organisations)) for at in range(len(row) - 4)]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def asked(home: Home, query: str) -> list[dict[str, Any]]:
    done = evenhand(home.root, "sql", query, "--json")
    assert done.returncode == 0, done.stderr
    answer: list[dict[str, Any]] = json.loads(done.stdout)
    return answer


def identity(home: Home) -> str:
    return str(json.loads((released(home) / "manifest.json").read_text())["identity"])


@dataclass(frozen=True)
class Story:
    """A home before, while and after a revision of an A&E month was held."""

    home: Home
    original: ArchivedFile
    revised_sha256: str
    identities: dict[str, str]
    outputs: dict[str, str]
    codes: dict[str, int]
    england: dict[str, float]
    held: dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def story(demo: Home, tmp_path_factory: pytest.TempPathFactory) -> Story:
    home = copied(demo, tmp_path_factory.mktemp("vintages") / "home")
    newest = max(Lake(home.lake).reports(AE), key=lambda report: (report.period_end, report.sequence))
    (original,) = [file for file in Archive(home.archive).files(AE) if file.sha256 == newest.release_sha256]
    content = Archive(home.archive).open(original.sha256).read_bytes()
    folder = offered(
        home.root.parent / "offer", AE, {f"{Path(original.name).stem}-revised-again.csv": moved(content, 25)}
    )
    two_days_on = str(int((datetime.now(UTC) + timedelta(days=2)).timestamp()))
    numerator = (
        "select denominator from outcome_trends where measure_id = 'ae_four_hour_performance' and population = "
        "'all' and organisation_level = 'england' and organisation_view = 'as_was' and stratum_dimension = 'all' "
        "order by period_start desc limit 1"
    )
    held = "select file_name, held_because, is_held, accepted_on from releases where is_held or accepted_on is not null"
    story = Story(home, original, "", {}, {}, {}, {}, {})

    def note(moment: str, code: int, output: str) -> None:
        story.identities[moment], story.codes[moment], story.outputs[moment] = identity(home), code, output
        story.england[moment] = asked(home, numerator)[0]["denominator"]
        story.held[moment] = asked(home, held)

    note("before", 0, "")
    done = evenhand(home.root, "refresh", "--from", str(folder), SOURCE_DATE_EPOCH=two_days_on)
    note("held", done.returncode, done.stdout + done.stderr)
    story.outputs["status"] = evenhand(home.root, "status").stdout
    revised = max(Archive(home.archive).files(AE), key=lambda file: file.sequence)
    accepted = evenhand(home.root, "accept", AE, revised.sha256[:12], SOURCE_DATE_EPOCH=two_days_on)
    story.outputs["accept"] = accepted.stdout + accepted.stderr
    done = evenhand(home.root, "refresh", "--offline", SOURCE_DATE_EPOCH=two_days_on)
    note("accepted", done.returncode, done.stdout + done.stderr)
    return Story(**{**vars(story), "revised_sha256": revised.sha256})


def test_a_revision_that_moves_england_is_held_and_the_release_before_it_stays_in_the_marts(story: Story) -> None:
    assert story.codes["held"] == ExitCode.ATTENTION
    assert story.england["held"] == story.england["before"]
    (row,) = story.held["held"]
    assert row["is_held"]
    assert row["held_because"].startswith("ae_")
    assert f"evenhand accept {AE} {story.revised_sha256[:12]}" in story.outputs["held"]


def test_the_status_counts_the_held_release_and_says_what_to_do(story: Story) -> None:
    assert f"held: {AE} {story.revised_sha256[:12]}: ae_" in story.outputs["status"]


def test_after_a_human_accepted_it_the_revision_is_published(story: Story) -> None:
    assert "is accepted" in story.outputs["accept"]
    assert story.codes["accepted"] == ExitCode.OK
    assert story.england["accepted"] == pytest.approx(1.25 * story.england["before"], rel=0.001)
    (row,) = story.held["accepted"]
    assert not row["is_held"]
    assert row["accepted_on"] is not None


def test_accepting_twice_is_a_usage_error(story: Story) -> None:
    again = evenhand(story.home.root, "accept", AE, story.revised_sha256[:12])
    assert again.returncode == ExitCode.USAGE
    assert "neither refused nor held" in again.stderr


def test_the_state_of_the_day_before_can_be_built_again_and_is_the_same(story: Story, tmp_path: Path) -> None:
    day = datetime.now(UTC).date().isoformat()
    two_days_on = str(int(time.time()) + 2 * 86_400)
    done = evenhand(
        story.home.root, "refresh", "--as-of", day, "--into", str(tmp_path / "past"), SOURCE_DATE_EPOCH=two_days_on
    )
    assert done.returncode == ExitCode.OK, done.stdout[-2000:] + done.stderr[-2000:]
    assert identity(Home(tmp_path / "past")) == story.identities["before"] != story.identities["accepted"]
    assert identity(story.home) == story.identities["accepted"]
