"""The documentation: links lead somewhere, files and commands that it names exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s]+)\)")
FILE = re.compile(r"`((?:orchestration|dbt_project|expectations|tests|docs|\.ci|\.github)/[\w./-]+\.\w+)`")
MAKE = re.compile(r"(?:^|`)make ([a-z][a-z-]*)", re.MULTILINE)
COMMAND = re.compile(r"(?:^|`)evenhand ([a-z][a-z-]*)", re.MULTILINE)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchor(heading: str) -> str:
    """The fragment under which a page of Markdown shows a heading."""
    return re.sub(r"[^\w\- ]", "", heading.casefold()).strip().replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for link in LINK.findall(prose(page)):
        path, _, fragment = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name} links to {link}"
        if fragment:
            headings = [anchor(heading) for heading in HEADING.findall(prose(target))]
            assert fragment in headings, f"{page.name} links to {link}; headings are {headings}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    for name in FILE.findall(prose(page)):
        assert (ROOT / name).exists(), f"{page.name} names {name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    from orchestration.cli import app

    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    commands = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    groups = {group.name for group in app.registered_groups}
    text = page.read_text(encoding="utf-8")
    assert set(MAKE.findall(text)) <= targets
    assert set(COMMAND.findall(text)) <= commands | groups


def test_the_readme_shows_a_figure_of_real_data_with_its_licence() -> None:
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert "docs/images/recovery-by-deprivation.svg" in text
    assert "Open Government Licence v3.0" in text
    svg = (ROOT / "docs/images/recovery-by-deprivation.svg").read_text(encoding="utf-8")
    assert "Open Government Licence v3.0" in svg
    assert "SYNTHETIC" not in svg


def test_every_decision_has_its_own_number() -> None:
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs/decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
