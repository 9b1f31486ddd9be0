"""What a dataset, a measure and a break are: the documents of the catalogue, as pydantic models.

Belongs here: the shape of each YAML document and the closed vocabularies. Does not: reading files (registry.py),
parsing publications (datasets/), anything that needs pandas or Dagster.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", description="lower_snake_case name")]


class Document(BaseModel):
    """Base of all catalogue documents: unknown fields are an error, instances are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ValueStatus(StrEnum):
    """Why a number is or is not there. A NULL always has a status other than ``value``."""

    VALUE = "value"
    SUPPRESSED = "suppressed"
    MISSING_AT_SOURCE = "missing_at_source"
    COMBINED_ELSEWHERE = "combined_elsewhere"
    NOT_APPLICABLE = "not_applicable"


class ColumnType(StrEnum):
    """Types a lake column can have; DuckDB and pandas types follow from it (validation, lake)."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"


class UsageWarning(StrEnum):
    """Closed vocabulary of what a user must know before using a dataset."""

    REVISED_AFTER_PUBLICATION = "revised_after_publication"
    STRUCTURAL_ZEROS = "structural_zeros"
    ROUNDED_COUNTS = "rounded_counts"
    SUPPRESSED_SMALL_NUMBERS = "suppressed_small_numbers"
    DISTRIBUTION_NOT_RATE = "distribution_not_rate"
    REPROCESSED_BY_THIRD_PARTY = "reprocessed_by_third_party"
    UNKNOWN_STRATUM_LARGE = "unknown_stratum_large"
    ORGANISATIONS_MERGE = "organisations_merge"
    DEPRIVATION_VERSION_CHANGES = "deprivation_version_changes"
    OVERLAPPING_BREAKDOWNS = "overlapping_breakdowns"
    SELF_REPORTED = "self_reported"
    SNAPSHOT_OVERWRITES_HISTORY = "snapshot_overwrites_history"
    PROVISIONAL_FIGURES = "provisional_figures"
    ROLLING_WINDOWS_OVERLAP = "rolling_windows_overlap"
    ESTIMATES_FOR_NON_SUBMITTERS = "estimates_for_non_submitters"
    RECORD_LEVEL_SOURCE = "record_level_source"
    STOCK_NOT_FLOW = "stock_not_flow"
    SAMPLE_SURVEY = "sample_survey"
    LAYOUT_FROM_DOCUMENTATION = "layout_from_documentation"
    ECOLOGICAL = "ecological"


class Column(Document):
    """One column of an entity, as it stands in the lake."""

    name: Identifier
    type: ColumnType
    meaning: str = Field(description="What the column holds, for the data dictionary.")
    unit: str | None = Field(default=None, description="people, attendances, weeks, percent …")
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = Field(default=None, description="Full-match regular expression for text.")
    values: tuple[str, ...] | None = Field(default=None, description="Closed list of allowed text values.")
    source: str | None = Field(default=None, description="The publisher's column heading, when it has one.")
    aliases: tuple[str, ...] = Field(default=(), description="Other headings the publisher has used for it.")
    marks: dict[str, ValueStatus] = Field(
        default_factory=dict,
        description="Null marks of this column and what each means; adds a `<name>_status` column to the lake.",
    )
    references: Literal["organisations"] | None = Field(
        default=None, description="The value must be known to this register, else the row is quarantined."
    )
    registers: Literal["organisations"] | None = Field(
        default=None, description="The values of this column make up this register."
    )
    free_text: int | None = Field(
        default=None, description="Longest prose kept: screened for personal data, on one line, never parsed."
    )
    words: tuple[str, ...] | None = Field(
        default=None, description="Closed list of the words that a many-valued cell may hold, parted by semicolons."
    )
    derived: bool = Field(default=False, description="Filled in by Evenhand; no file that a person writes has it.")

    @property
    def is_list(self) -> bool:
        """Whether a cell may hold several words."""
        return self.words is not None


class Rule(Document):
    """A rule across columns of one row, as a SQL boolean over the entity's columns; false quarantines the row."""

    name: Identifier
    sql: str
    why: str


class Entity(Document):
    """One table that a dataset's files give."""

    name: Identifier
    grain: str = Field(description="One row per …")
    key: tuple[Identifier, ...] = Field(min_length=1)
    columns: tuple[Column, ...] = Field(min_length=1)
    rules: tuple[Rule, ...] = ()
    may_be_empty: bool = False
    derived: bool = Field(default=False, description="Made by Evenhand; no file that a person writes has it.")
    not_loaded: tuple[str, ...] = Field(
        default=(), description="Headings of free text that a file may have; screened for privacy, then dropped."
    )

    @model_validator(mode="after")
    def _key_is_made_of_columns(self) -> "Entity":
        names = [column.name for column in self.columns]
        if len(names) != len(set(names)):
            raise ValueError(f"entity {self.name}: a column name stands twice")
        if missing := set(self.key) - set(names):
            raise ValueError(f"entity {self.name}: key columns {sorted(missing)} are not columns")
        return self

    def lake_columns(self) -> tuple[tuple[str, ColumnType], ...]:
        """Names and types of the entity's lake table: spec columns, their statuses, then the row's origin."""
        columns: list[tuple[str, ColumnType]] = []
        for column in self.columns:
            columns.append((column.name, column.type))
            if column.marks:
                columns.append((f"{column.name}_status", ColumnType.TEXT))
        return (*columns, ("source_row", ColumnType.INTEGER), ("release_sha256", ColumnType.TEXT))

    def column(self, name: str) -> Column:
        """The column called ``name``; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name}.{name}")


class Layout(Document):
    """One shape in which the publisher has issued the dataset."""

    name: Identifier
    description: str
    met: Literal["real_file", "documentation_only"] = Field(
        description="Whether a publisher's file in this layout has been read, or only its documentation."
    )
    file_kinds: tuple[Literal["csv", "zip", "xlsx", "xls", "xlsb", "ods", "parquet", "gzip", "json"], ...]


class Ignore(Document):
    """A file that lies beside the dataset's files and is not one of its layouts, with the reason."""

    pattern: str = Field(description="Regular expression searched in the file's name.")
    why: str


class Discovery(Document):
    """How to find the publisher's files: links on pages, whose names are never predictable, or answers of an API.

    What an API offers beyond fixed addresses, `datasets/<name>/discover.py` reads from the API's own lists.
    """

    index: str = Field(description="The landing page.")
    further: tuple[str, ...] = Field(default=(), description="Other landing pages with files, read beside the index.")
    follow: str | None = Field(
        default=None, description="Regular expression: links on the index page that lead to pages with files."
    )
    links: str | None = Field(
        default=None,
        description="Regular expression searched in the link's address: it is a file of this dataset. "
        "None: no page links to the files.",
    )
    link_text: str | None = Field(default=None, description="Regular expression the link's text must match too.")
    max_pages: int = Field(default=20, ge=1, le=100)
    addresses: tuple[str, ...] = Field(
        default=(), description="Addresses of an API whose answers are files; {item} stands for each of `items`."
    )
    items: tuple[str, ...] = Field(
        default=(), description="What is asked of the API (indicators, say): in `addresses`, and by discover.py."
    )

    @model_validator(mode="after")
    def _there_is_something_to_find(self) -> "Discovery":
        if self.links is None and not self.addresses and not self.items:
            raise ValueError("discovery needs `links`, `addresses` or `items`")
        if self.links is None and (self.follow or self.link_text):
            raise ValueError("discovery: `follow` and `link_text` need `links`")
        return self

    def fixed_addresses(self) -> tuple[str, ...]:
        """`addresses` with each of `items` put in; one without the place for it stands as it is."""
        return tuple(
            address.replace("{item}", item)
            for address in self.addresses
            for item in (self.items if "{item}" in address else ("",))
        )


class Disclosure(Document):
    """The publisher's rounding and suppression rule, with evidence."""

    rule: Literal["none", "nearest_5", "1to7_as_5", "unknown"]
    suppression: str = "none"
    evidence: str


class DatasetSpec(Document):
    """The library card of a dataset: the one home of every fact about it."""

    name: Identifier
    title: str
    description: str
    publisher: str
    licence: Literal["OGL-UK-3.0", "MIT", "user-supplied", "all-rights-reserved"]
    attribution: str = Field(description="The line that must stand beside any figure made from the dataset.")
    landing_page: str
    kind: Literal["outcomes", "reference", "qi_log", "record"] = Field(
        description="qi_log and record: supplied by users in the inbox, screened before the archive."
    )
    discovery: Discovery | None = Field(
        default=None, description="None: files are only taken from a folder or the inbox."
    )
    cadence: Literal["monthly", "quarterly", "annual", "irregular"]
    publication_lag: str = Field(pattern=r"^P\d+D$", description="ISO 8601 duration from period end to publication.")
    grace: str = Field(pattern=r"^P\d+D$", description="How long past the lag before a missing release is a warning.")
    revision_policy: str
    official_statistics: Literal["accredited", "official", "management_information", "not_statistics"]
    layouts: tuple[Layout, ...] = Field(min_length=1)
    entities: tuple[Entity, ...] = Field(min_length=1)
    rounding: Disclosure
    usage_warnings: tuple[UsageWarning, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    partitions: Literal["month", "financial_year", "release"] = "release"
    first_period: date | None = None
    not_published_because: str | None = Field(
        default=None, description="Why the dataset is loaded and reconciled but reaches no mart; None: it may."
    )
    names_model: Identifier | None = Field(
        default=None,
        description="dbt model with organisation_code, organisation_scheme, organisation_name and period_start: names "
        "to show for codes that no register knows.",
    )

    @property
    def is_user_supplied(self) -> bool:
        """Whether its files come from users: through the inbox and the privacy screen, in canonical form only."""
        return self.kind in ("qi_log", "record")

    def entity(self, name: str) -> Entity:
        """The entity called ``name``; KeyError when there is none."""
        for entity in self.entities:
            if entity.name == name:
                return entity
        raise KeyError(f"{self.name}.{name}")


class Margins(Document):
    """Smallest changes that matter (EVALUATION §5), in the measure's unit, and as ln ratio for ``relative``."""

    overall: float
    absolute_gap: float
    relative_gap: float = 0.0953


class Measure(Document):
    """A reviewed definition of one outcome; the SQL that computes it is in the dataset's int_*__measured model."""

    measure_id: Identifier
    dataset: Identifier
    title: str
    numerator: str
    denominator: str | None
    unit: Literal["percent", "per_1000", "per_100000", "count", "score", "ratio", "weeks", "days"]
    multiplier: float = 1.0
    interval: Literal["wilson", "byar", "published", "none"] = Field(
        description="How the 95 % interval is made; `published`: the publisher's own limits."
    )
    direction: Literal["higher", "lower", "target", "none"]
    role: Literal["process", "outcome", "balancing", "structure", "experience"]
    nature: Literal["flow", "stock", "event_rate", "score", "prevalence"]
    quality_theme: Literal["safety", "outcomes", "resolution", "experience"]
    observation_kind: Literal["rate_within_stratum", "stratum_distribution", "score"]
    adjustment: str = Field(
        default="crude", description="crude, age_sex_standardised, casemix(name): never mixed in one series."
    )
    margins: Margins | None = Field(default=None, description="None only where neither direction is better.")
    disclosure: Disclosure = Field(description="What the publisher rounds and hides in this measure, with evidence.")
    revision_tolerance: float = Field(
        gt=0, description="Percent by which a new release may move a total of England before a human has to accept it."
    )
    linked_qi_topics: tuple[Identifier, ...] = ()
    notes: str = ""

    @model_validator(mode="after")
    def _a_direction_needs_margins(self) -> "Measure":
        if self.direction in ("higher", "lower") and self.margins is None:
            raise ValueError(f"{self.measure_id}: a measure with a better direction needs margins")
        return self


class Break(Document):
    """A known discontinuity of a series."""

    break_id: Identifier
    measure_ids: tuple[Identifier, ...] = ()
    every_measure: bool = Field(default=False, description="Whether all measures are concerned; none is named then.")
    starts_on: date
    ends_on: date | None = None
    organisation_codes: tuple[str, ...] = Field(default=(), description="Empty: all organisations.")
    stratum_dimensions: tuple[Literal["deprivation", "ethnicity", "sex", "age"], ...] = Field(
        default=(), description="Empty: strata of every dimension, and the whole."
    )
    kind: Literal["structural_zero", "definition", "boundary", "collection", "pandemic", "method"]
    handling: Literal["split", "splice_refused", "mask"]
    description: str
    source: str
    is_synthetic: bool = Field(default=False, description="Only for homes that hold simulated data.")

    @model_validator(mode="after")
    def _some_measure_is_concerned(self) -> "Break":
        if self.every_measure == bool(self.measure_ids):
            raise ValueError(f"{self.break_id}: name the measures, or say every_measure")
        return self


class Expectation(Document):
    """What must hold of the rows that a correction touches, in every file of the period, before it is applied."""

    rows: int = Field(ge=1, description="Number of rows that `where` finds.")
    sql: str = Field(default="true", description="SQL boolean over the entity's text columns that each of them keeps.")


class Correction(Document):
    """A known fault of published files of one period and what is done about it, until the publisher mends it.

    When `expect` stops holding, because a re-issue no longer shows the fault, the build stops until a human has looked.
    """

    correction_id: Identifier
    entity: Identifier
    period_start: date
    period_end: date
    where: str = Field(description="SQL boolean over the entity's text columns (as published, before casting).")
    action: Literal["set", "ignore"] = Field(description="`set` puts other text into columns; `ignore` drops the rows.")
    values: dict[Identifier, str] = Field(default_factory=dict, description="For `set`: column and its new text.")
    reason: str
    reported: date | None = Field(default=None, description="When the publisher was told; None: not told.")
    status: Literal["open", "acknowledged", "mended"] = Field(
        description="`mended`: a re-issue shows the right figure; `releases` then names the files that still do not."
    )
    releases: tuple[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")], ...] = Field(
        default=(), description="sha256 of the files concerned; empty: every file of the period."
    )
    expect: Expectation

    @model_validator(mode="after")
    def _fields_fit_together(self) -> "Correction":
        if (self.action == "set") != bool(self.values):
            raise ValueError(f"{self.correction_id}: `set` needs values and `ignore` has none")
        if self.status == "mended" and not self.releases:
            raise ValueError(f"{self.correction_id}: a mended fault needs the releases that still show it")
        return self

    def concerns(self, release_sha256: str, period_start: date, period_end: date) -> bool:
        """Whether it is to be applied to this file."""
        if self.releases:
            return release_sha256 in self.releases
        return (self.period_start, self.period_end) == (period_start, period_end)


class Corrections(Document):
    """The corrections of one dataset: `datasets/<name>/corrections.yaml`."""

    corrections: tuple[Correction, ...] = Field(min_length=1)
