"""Print a world's hip and knee replacements as the publisher's PROMs files.

Belongs here: layout, null marks, masking and headings as they are published, and the answers themselves, of which the
world knows nothing but the providers. Does not: reading the files (parse.py).

People who live in deprived areas improve less in the equality table. Organisations of the records have codes only.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from orchestration.datasets.dates import financial_year_label
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import csv_bytes, zipped
from orchestration.simulation.records import Provider
from orchestration.simulation.world import World

PAGE = "/data-and-information/publications/statistical/patient-reported-outcome-measures-proms/{label}"
STREAM = 620
RECORDS_OF_AN_AVERAGE_PROVIDER = 45
MOST_RECORDS = 80
FEWEST_SHOWN = 6
AGES = ("40 to 49", "50 to 59", "60 to 69", "70 to 79", "80 to 89")
AGE_SHARES = (0.05, 0.2, 0.35, 0.3, 0.1)
DECILES = (
    "01. Least deprived 10%", "02. Less deprived 10-20%", "03. Less deprived 20-30%", "04. Less deprived 30-40%",
    "05. Less deprived 40-50%", "06. More deprived 40-50%", "07. More deprived 30-40%", "08. More deprived 20-30%",
    "09. More deprived 10-20%", "10. Most deprived 10%",
)  # fmt: skip
SCORES = {"Hip": "OHS", "Knee": "OKS"}
EQ5D_PREDICTED = {"Hip": "EQ5D Index Post-Op Q Predicted", "Knee": "EQ 5D Index Post-Op Q Predicted"}
VAS_PREDICTED = {"Hip": "EQ VAS Post-Op Q Predicted", "Knee": "EQ VAS_Post-Op Q Predicted"}
EQUALITY = (
    "Dimension,Value,Procedure,Measure,Pre-Op Q Mean,Post-Op Q Mean,Heath Gain Mean,Heath Gain Median,"
    "Improved,Unchanged,Worsened,Total"
)
KEY_FACTS = (
    "Lookup,Procedure,Organisation Type,Organisation Code,Organsation Name,Measure,Improved,Unchanged,Worsened,Total,"
    "% Improved,% Unchanged,% Worsened"
)
IMPROVED_OF_100 = 95
GAP_OF_100 = 6


@dataclass(frozen=True)
class Record:
    """An operation with its Oxford scores."""

    provider: Provider
    age: str
    gender: str
    is_revision: bool
    before: int
    after: int
    predicted: float


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """Records of the last year but one, a zip per joint, and its tables in a third."""
    year = world.years[-2]
    code, label = f"{year % 100:02}{(year + 1) % 100:02}", financial_year_label(year)
    on = date(year + 2, 2, 13)
    records = {joint: _records(world, joint, year) for joint in SCORES}
    for joint, found in records.items():
        member = f"{joint} Replacement Provider {code} (SYNTHETIC).csv"
        content = zipped({member: _record_file(joint, found, year), f"__MACOSX/._{member}": b"\x00\x05\x16\x07"})
        name = f"SYNTHETIC-{joint} Replacement Provider {code}.csv.zip"
        yield SyntheticFile(name, content, PAGE.format(label=label), f"{joint} replacement records", on)
    tables = {
        f"Key Facts Hip and Knee Replacements {code} (SYNTHETIC).csv": _key_facts(world, records, year),
        f"Time Series Hip and Knee Replacement {code} (SYNTHETIC).csv": _time_series(world, records, year),
        f"Equality {code} (SYNTHETIC).csv": _equality(records),
    }
    yield SyntheticFile(
        f"SYNTHETIC-PROMs data pack {code}.zip", zipped(tables), PAGE.format(label=label), "PROMs data pack", on
    )


def _records(world: World, joint: str, year: int) -> list[Record]:
    """Operations of the acute providers; everybody returns both questionnaires."""
    rng = np.random.default_rng([world.seed, STREAM, year, list(SCORES).index(joint)])
    found = []
    for provider in (p for p in world.providers if p.kind in ("integrated", "acute") and p.is_open(date(year, 10, 1))):
        quality = rng.normal(0, 1.5)
        for _ in range(min(MOST_RECORDS, int(rng.poisson(RECORDS_OF_AN_AVERAGE_PROVIDER * provider.size)))):
            before = int(np.clip(rng.normal(18, 7), 0, 44))
            predicted = float(np.clip(30 + 0.5 * before, 0, 48))
            after = int(np.clip(round(predicted + quality + rng.normal(0, 7)), 0, 48))
            age = AGES[int(rng.choice(len(AGES), p=AGE_SHARES))]
            gender = "2" if rng.random() < 0.58 else "1"
            found.append(Record(provider, age, gender, bool(rng.random() < 0.05), before, after, predicted))
    return found


def _header(joint: str) -> list[str]:
    """The headings of a record file; single answers between them are left out but for two."""
    own = f"{joint} Replacement"
    return [
        *("Provider Code", "Procedure", "Revision Flag", "Year", "Age Band", "Gender", "Pre-Op Q Assisted"),
        *("Pre-Op Q Assisted By", "Pre-Op Q Symptom Period", "Pre-Op Q Previous Surgery"),
        *("Pre-Op Q Living Arrangements", "Pre-Op Q Disability", "Arthritis", "Pre-Op Q EQ5D Index Profile"),
        *("Pre-Op Q EQ5D Index", "Post-Op Q Satisfaction", "Post-Op Q Sucess", "Post-Op Q EQ5D Index"),
        *(f"{own} {EQ5D_PREDICTED[joint]}", "Pre-Op Q EQ VAS", "Post-Op Q EQ VAS", f"{own} {VAS_PREDICTED[joint]}"),
        *(f"{own} Pre-Op Q Score", f"{own} Post-Op Q Score", f"{own} {SCORES[joint]} Post-Op Q Predicted"),
    ]


def _record_file(joint: str, records: Sequence[Record], year: int) -> bytes:
    """Records of a joint; age and gender are masked in groups of 1 to 5, every ninth first EQ-5D is not filled in."""
    groups = Counter((record.provider.code, record.age, record.gender) for record in records)
    rows = []
    for number, record in enumerate(records):
        is_shown = groups[record.provider.code, record.age, record.gender] >= FEWEST_SHOWN
        age, gender = (record.age, record.gender) if is_shown else ("*", "*")
        has_eq = number % 9 != 0
        before, after, predicted = record.before / 48, record.after / 48, record.predicted / 48
        index = [f"{before:.3f}"] if has_eq else [""]
        rows.append(
            [
                *(record.provider.code, f"{joint} Replacement", int(record.is_revision)),
                *(f"{year}/{(year + 1) % 100:02}", age, gender, 2, 9, 2, 2, 1, 9 if number % 11 == 0 else 2, 1),
                *("21232" if has_eq else "99999", *index, 1, 1, f"{after:.3f}", f"{predicted:.9f}" if has_eq else ""),
                *(round(100 * before) if has_eq else 999, round(100 * after)),
                *(f"{100 * predicted:.8f}" if has_eq else "", record.before, record.after, f"{record.predicted:.8f}"),
            ]
        )
    return csv_bytes((_header(joint), *rows))


def _outcomes(records: Iterable[Record]) -> list[int]:
    """Improved, unchanged, worsened, all."""
    gains = [record.after - record.before for record in records]
    parts = [sum(gain > 0 for gain in gains), sum(gain == 0 for gain in gains), sum(gain < 0 for gain in gains)]
    return [*parts, len(gains)]


def _key_facts(world: World, records: Mapping[str, Sequence[Record]], year: int) -> bytes:
    """Share improved by the Oxford score, England and providers; cells of 1 to 5 hidden, and with them the total."""
    rows = []
    for joint, found in records.items():
        procedure, measure = f"{joint} Replacement", f"Oxford {joint} Score"
        counts = _outcomes(found)
        shares = [f"{100 * part / counts[3]:.2f}%" for part in counts[:3]]
        place = ["England", "England", "England"]
        rows.append(["".join([*place[:2], procedure, measure]), procedure, *place, measure, *counts, *shares])
        for code in sorted({record.provider.code for record in found}):
            name = f"{world.provider(code).name_on(date(year, 10, 1))} ({code})"
            counts = _outcomes(record for record in found if record.provider.code == code)
            hidden = any(0 < part < FEWEST_SHOWN for part in counts)
            cells = ["*" if 0 < part < FEWEST_SHOWN else part for part in counts]
            shares = ["*"] * 3 if hidden else [f"{100 * part / counts[3]:.2f}%" for part in counts[:3]]
            total = "*" if hidden else counts[3]
            lookup = f"Provider{name}{procedure}{measure}"
            rows.append([lookup, procedure, "Provider", code, name, measure, *cells[:3], total, *shares])
    return csv_bytes((KEY_FACTS.split(","), *rows))


def _time_series(world: World, records: Mapping[str, Sequence[Record]], year: int) -> bytes:
    """Adjusted gain of the year, and of one in which no provider had a procedure."""
    years = (year - 1, year)
    header = ["OrgCode", "OrgName", "Procedure", "Measure"]
    header += [f"{what}_{y}" for what in ("Modelled_Records", "Adjusted_Health_Gain", "Outlier") for y in years]
    rows = []
    for joint, found in records.items():
        primary = [record for record in found if not record.is_revision]
        predicted = float(np.mean([record.predicted - record.before for record in primary]))
        for code in ("England", *sorted({record.provider.code for record in found})):
            own = [record for record in primary if code in ("England", record.provider.code)]
            gain = predicted + float(np.mean([record.after - record.predicted for record in own])) if own else 0.0
            shown = len(own) >= 30
            status = "Not an outlier" if shown else "Insufficient records"
            name = "England" if code == "England" else world.provider(code).name_on(date(year, 10, 1))
            place = [code, name, f"{joint} Replacement Primary", f"Oxford {joint} Score"]
            count = "*" if 0 < len(own) < FEWEST_SHOWN else len(own)
            rows.append([*place, 0, count, "-", f"{gain:.3f}" if shown else "-", "No procedures", status])
    return csv_bytes((header, *rows))


def _equality(records: Mapping[str, Sequence[Record]]) -> bytes:
    """England by gender, deprivation (01 least deprived) and ethnic group; a group nobody belongs to is blank."""
    rows: list[list[object]] = []
    for joint, found in records.items():
        place = [f"{joint} Replacement", f"Oxford {joint} Score"]
        rows.append(["England", "England", *place, *_equality_cells(_outcomes(found))])
        for gender in ("0", "1", "2", "9"):
            own = _outcomes(record for record in found if record.gender == gender)
            rows.append(["Gender", gender, *place, *_equality_cells(own)])
        rows.append(["Age", "10 to 14", *place, *[""] * 8])
        for number, decile in enumerate(DECILES):
            people = len(found) // len(DECILES)
            improved = round(people * (IMPROVED_OF_100 - GAP_OF_100 * number / (len(DECILES) - 1)) / 100)
            cells = _equality_cells([improved, 0, people - improved, people])
            rows.append(["Index of Multiple Deprivation", decile, *place, *cells])
        for letter, share in (("A", 0.8), ("H", 0.05), ("M", 0.03), ("Z", 0.08), ("99", 0.04)):
            people = round(len(found) * share)
            improved = round(people * IMPROVED_OF_100 / 100)
            rows.append(["Ethnicity", letter, *place, *_equality_cells([improved, 0, people - improved, people])])
    return csv_bytes((EQUALITY.split(","), *rows))


def _equality_cells(counts: Sequence[int]) -> list[object]:
    """Scores and counts of a group, blank for an empty one."""
    return [17.6, 39.9, 22.3, 23, *counts] if counts[3] else [""] * 8
