"""`evenhand dev`: loopback only, unless someone says that exposing it is meant."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from orchestration import cli
from orchestration.errors import ExitCode, UsageError


class Replaced(Exception):
    """The process would have become this command."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        super().__init__(command)
        self.command, self.environment = command, environment


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Run `evenhand dev` with arguments up to the moment at which it becomes Dagster; returns that."""

    def execve(path: str, command: list[str], environment: dict[str, str]) -> None:
        raise Replaced(command, environment)

    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path / "home"))
    for name in ("DAGSTER_HOME", "DAGSTER_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, "to be replaced")
    monkeypatch.setattr(os, "execve", execve)
    monkeypatch.setattr(signal, "signal", lambda *_: None)

    def run(*arguments: str) -> BaseException | None:
        return CliRunner().invoke(cli.app, ["dev", *arguments], standalone_mode=False).exception

    return run


def test_the_ui_listens_on_loopback_with_telemetry_off_and_the_homes_instance(become: Any, tmp_path: Path) -> None:
    outcome = become("--port", "4321")
    assert isinstance(outcome, Replaced)
    assert outcome.command[outcome.command.index("-h") + 1] == "127.0.0.1"
    assert outcome.command[outcome.command.index("-p") + 1] == "4321"
    assert outcome.environment["DAGSTER_DISABLE_TELEMETRY"] == "yes"
    assert outcome.environment["DAGSTER_HOME"] == str(tmp_path / "home" / "dagster")
    assert "enabled: false" in (tmp_path / "home" / "dagster" / "dagster.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.org", ""])  # noqa: S104
def test_a_host_that_others_reach_is_refused_and_nothing_is_written(become: Any, tmp_path: Path, host: str) -> None:
    outcome = become("--host", host)
    assert isinstance(outcome, UsageError)
    assert "--exposed" in str(outcome)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_every_name_of_loopback_is_served(become: Any, host: str) -> None:
    outcome = become("--host", host)
    assert isinstance(outcome, Replaced)
    assert host in outcome.command


def test_exposed_serves_the_host_that_is_asked_for(become: Any) -> None:
    outcome = become("--host", "192.0.2.7", "--exposed")
    assert isinstance(outcome, Replaced)
    assert "192.0.2.7" in outcome.command


def test_the_refusal_is_one_message_with_the_exit_code_for_usage(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "evenhand"), "dev", "--host", "192.0.2.7"],
        env={**os.environ, "EVENHAND_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == ExitCode.USAGE
    assert done.stderr.startswith("evenhand: Dagster's UI has no login")
    assert "Traceback" not in done.stderr
