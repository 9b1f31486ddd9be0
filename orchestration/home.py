"""Where everything lives: a home and its folders, its settings, and the one clock.

Belongs here: paths, settings, the current time. Does not: what is written in those folders.
"""

import os
import stat
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

import yaml

from orchestration.errors import ConfigurationError

SETTINGS = "home.yaml"
FORMAT = 1


def now() -> datetime:
    """The current time in UTC; SOURCE_DATE_EPOCH, when set, stops the clock there."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        return datetime.fromtimestamp(int(epoch), tz=UTC)
    return datetime.now(tz=UTC)


def project_root() -> Path:
    """The folder that holds dbt_project/ and expectations/: the checkout, or the installed package's data."""
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "dbt_project").is_dir():
        return checkout
    packaged = Path(__file__).resolve().parent / "_project"
    if (packaged / "dbt_project").is_dir():
        return packaged
    raise ConfigurationError(f"neither {checkout} nor {packaged} holds dbt_project/; reinstall evenhand")


@dataclass(frozen=True)
class Settings:
    """What a home's home.yaml may say; ``as_of`` marks a rebuilt past state, which takes no new files."""

    synthetic: bool = False
    keep_releases: int = 10
    publisher_root: str | None = None
    memory_limit: str = "4GB"
    threads: int = 2
    as_of: date | None = None


@dataclass(frozen=True)
class Home:
    """The folder that holds inbox, archive, lake, build, releases and Dagster's storage."""

    root: Path

    @classmethod
    def default(cls) -> "Home":
        """EVENHAND_HOME, else .evenhand/home of a checkout, else the user's data folder."""
        configured = os.environ.get("EVENHAND_HOME")
        if configured:
            return cls(Path(configured).expanduser().resolve())
        checkout = Path(__file__).resolve().parent.parent
        if (checkout / "pyproject.toml").is_file() and (checkout / "dbt_project").is_dir():
            return cls(checkout / ".evenhand" / "home")
        data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
        return cls(Path(data) / "evenhand")

    @property
    def inbox(self) -> Path:
        """QI logs wait here; nobody but the owner may look (0700)."""
        return self.root / "inbox"

    @property
    def maps(self) -> Path:
        """Column maps of this home's own registers; they go before the shipped ones."""
        return self.root / "maps"

    @property
    def archive(self) -> Path:
        """Every byte string from a publisher, by sha256."""
        return self.root / "archive"

    @property
    def lake(self) -> Path:
        """One Parquet per dataset, entity and release."""
        return self.root / "lake"

    @property
    def build(self) -> Path:
        """Scratch: the candidate database, dbt's target, the run's lock."""
        return self.root / "build"

    @property
    def candidate(self) -> Path:
        """The DuckDB file that dbt builds; a cache, rebuildable from the lake."""
        return self.build / "candidate.duckdb"

    @property
    def releases(self) -> Path:
        """Published releases, one folder each."""
        return self.root / "releases"

    @property
    def ledger(self) -> Path:
        """What releases have shown of counts of people, one file per release; never shortened."""
        return self.root / "ledger"

    @property
    def current(self) -> Path:
        """Symbolic link to the release being served."""
        return self.root / "current"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME of this home."""
        return self.root / "dagster"

    @cached_property
    def settings(self) -> Settings:
        """The home's settings; ConfigurationError when home.yaml has an unknown key or a wrong type."""
        path = self.root / SETTINGS
        if not path.exists():
            return Settings()
        try:
            document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except yaml.YAMLError as error:
            raise ConfigurationError(f"{path} is not readable YAML: {error}") from error
        form = document.pop("format", FORMAT)
        if form != FORMAT:
            raise ConfigurationError(f"{path}: format {form} is not {FORMAT}; this home was made by another version")
        try:
            return Settings(**document)
        except TypeError as error:
            raise ConfigurationError(f"{path}: {error}") from error

    def create(
        self, *, synthetic: bool = False, publisher_root: str | None = None, as_of: date | None = None
    ) -> "Home":
        """Make the folders and, when new, the settings; an existing home keeps its own.

        ConfigurationError when the folders can't be made or are another user's.
        """
        try:
            for folder in (self.inbox, self.archive, self.lake, self.build, self.releases, self.dagster):
                folder.mkdir(parents=True, exist_ok=True)
            self.inbox.chmod(stat.S_IRWXU)
        except OSError as error:
            raise ConfigurationError(
                f"{self.root} can't be a home ({error.strerror}: {error.filename}). Set EVENHAND_HOME to a folder "
                "that you may write to"
            ) from error
        path = self.root / SETTINGS
        if not path.exists():
            document: dict[str, object] = {"format": FORMAT, "synthetic": synthetic}
            if publisher_root:
                document["publisher_root"] = publisher_root
            if as_of:
                document["as_of"] = as_of
            path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
        return self
