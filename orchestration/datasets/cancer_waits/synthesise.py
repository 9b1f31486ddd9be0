"""Print a world's cancer pathways as the monthly provider workbooks and an extract of several months.

Belongs here: the publisher's layouts (blocks stacked in sheets, labels of each), provisional and final, halves for
shared pathways, a provider that did not submit, and how long people wait (the world has no cancer pathways). Does not:
reading the files (parse.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np

from orchestration.datasets.dates import financial_year_at, financial_year_label
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import xlsx
from orchestration.simulation.world import World

PAGE = "/statistics/statistical-work-areas/cancer-waiting-times/monthly-provider-{year}/"
URGENT, SYMPTOMS = "URGENT SUSPECTED CANCER", "BREAST SYMPTOMATIC, CANCER NOT SUSPECTED"
PARTS: Mapping[int, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    28: ("REFERRAL ROUTE", (URGENT, SYMPTOMS), ("Suspected breast cancer", "Suspected skin cancer")),
    31: ("TREATMENT STAGE", ("First Treatment", "Subsequent Treatment"), ("Breast", "Haematological - Other (a)")),
    62: ("REFERRAL ROUTE", ("Urgent Suspected Cancer", "Screening"), ("Breast", "Haematological - Other (a)")),
}
BANDS = {
    28: ("WITHIN 14 DAYS", "IN 15 TO 28 DAYS", "IN 29 TO 42 DAYS", "IN 43 TO 62 DAYS", "AFTER 62 DAYS"),
    31: ("WITHIN 31 DAYS ", "IN 32 TO 38 DAYS", "IN 39 TO 48 DAYS", "IN 49 TO 62 DAYS", "AFTER 62 DAYS"),
    62: (
        "WITHIN 31 DAYS", "IN 32 TO 38 DAYS", "IN 39 TO 48 DAYS", "IN 49 TO 62 DAYS", "IN 63 TO 76 DAYS",
        "IN 77 TO 90 DAYS", "IN 91 TO 104 DAYS", "AFTER 104 DAYS",
    ),
}  # fmt: skip
IN_TIME = {28: 2, 31: 1, 62: 4}
SIZE = {28: 60.0, 31: 14.0, 62: 9.0}
EXTRACT_LABELS = {28: "28-day FDS", 31: "31-day Combined", 62: "62-day Combined"}
EXTRACT = (
    "PERIOD", "YEAR", "MONTH", "STANDARD", "ORG CODE", "STAGE/ROUTE", "TREATMENT MODALITY", "CANCER TYPE",
    "TOTAL TREATED", "WITHIN STANDARD", "BREACHES",
)  # fmt: skip
AS_PROVISIONAL = 0.99  # of the people, as the publisher's provisional figures have them
MONTHS_IN_EXTRACT = 2
Key = tuple[str, str, str]  # provider, part, cancer
Counts = dict[Key, list[float]]  # by band


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """The newest month as provisional and final workbooks, and an extract of the newest months."""
    months = world.months[-MONTHS_IN_EXTRACT:]
    provisional = {month: {days: _counts(world, month, days, AS_PROVISIONAL) for days in PARTS} for month in months}
    newest = months[-1]
    names = {p.code: p.name_on(newest) for p in world.trusts if p.closed_on is None}
    page = PAGE.format(year=newest.year)
    silent = min((p for p in world.trusts if p.code in names), key=lambda p: (p.size, p.code)).code
    for table in provisional[newest].values():
        for key in [key for key in table if key[0] == silent]:
            del table[key]
    note = f"{names[silent]} ({silent}) did not make a submission of CWT Data for any of the standards."
    final = {days: _counts(world, newest, days, 1.0) for days in PARTS}
    for status, tables, text, lag in (
        ("Provisional", provisional[newest], note, 45),
        ("Final", final, "No data quality issues were highlighted for the reported set of data.", 220),
    ):
        name = f"SYNTHETIC-{newest:%B-%Y}-CWT-CRS-PROVIDER-WORKBOOK-{status}.xlsx".upper().replace(".XLSX", ".xlsx")
        content = _workbook(newest, status, text, names, tables)
        yield SyntheticFile(name, content, page, f"{newest:%B %Y} {status}", _after(newest, lag))
    first = months[0]
    name = f"SYNTHETIC-CWT-CRS-{first:%b-%Y}-to-{newest:%b-%Y}-Data-Extract-Provider.xlsx"
    yield SyntheticFile(name, _extract(provisional), page, "Data extract", _after(newest, 50))


def _after(month: date, days: int) -> date:
    return date.fromordinal(month.toordinal() + 30 + days)


def _counts(world: World, month: date, days: int, complete: float) -> Counts:
    """People by provider, part and cancer in each band; for 62 days, some are halves."""
    counts: Counts = {}
    _, parts, cancers = PARTS[days]
    for provider in world.trusts:
        if provider.closed_on is not None:
            continue
        for part in parts:
            for cancer in cancers:
                rng = np.random.default_rng([world.seed, 2102, month.toordinal(), days, len(counts)])
                shares = 0.55 ** np.arange(len(BANDS[days]))
                people = np.round(complete * rng.poisson(SIZE[days] * max(provider.size, 0.2) * shares))
                halves = rng.integers(0, 2, len(people)) / 2 if days == 62 else np.zeros(len(people))
                counts[provider.code, part, cancer] = [float(count) for count in people + halves]
    return {key: bands for key, bands in counts.items() if sum(bands)}


def _grouped(counts: Counts, *, part: str | None, cancer: str | None) -> Counts:
    """Counts with part or cancer replaced by the label of all; a row of all English providers last."""
    grouped: Counts = {}
    for (code, own_part, own_cancer), bands in counts.items():
        for provider in (code, ""):
            key = (provider, part or own_part, cancer or own_cancer)
            before = grouped.get(key, [0.0] * len(bands))
            grouped[key] = [a + b for a, b in zip(before, bands, strict=True)]
    return dict(sorted(grouped.items(), key=lambda item: (item[0][0] == "", item[0])))


def _line(days: int, bands: Sequence[float]) -> list[object]:
    total, within = sum(bands), sum(bands[: IN_TIME[days]])
    return [total, within, total - within, within / total, "", *bands]


def _workbook(month: date, status: str, note: str, names: Mapping[str, str], tables: Mapping[int, Counts]) -> bytes:
    lines = ("(SYNTHETIC)", f"Status: {status} Official Statistics", f"{month:%B %Y}", "Data Quality", note, "Contents")
    above: list[list[object]] = [["WAITS (SYNTHETIC)"], [f"{month:%b-%y}"], [], [], []]
    sheets: dict[str, list[list[object]]] = {"Frontpage": [[line] for line in lines]}
    for days, counts in tables.items():
        heading, parts, _ = PARTS[days]
        whole = "ALL STAGES" if days == 31 else "ALL ROUTES"
        cancer_heading = "SUSPECTED CANCER OR BREAST SYMPTOMATIC (2)" if days == 28 else "CANCER TYPE (3)"
        counted = ("TOTAL", f"WITHIN {days} DAYS", f"AFTER {days} DAYS", "PERCENTAGE", " ")
        headings = (heading, cancer_heading, *counted, *BANDS[days])
        blocks = [_grouped({k: v for k, v in counts.items() if k[1] == part}, part=None, cancer=None) for part in parts]
        totals = [_grouped(counts, part=whole, cancer="ALL CANCERS")]
        if days != 28:
            blocks.insert(0, _grouped(counts, part=whole, cancer=None))
        sheets[f"{days}-DAY (ALL)"] = [*above, *_stacked(days, totals, headings, names)]
        sheets[f"{days}-DAY (BY CANCER)"] = [*above, *_stacked(days, blocks, headings, names)]
    sheets["USC referral to FOA"] = [*above, *_first_seen(tables[28], names)]
    return xlsx(sheets)


def _stacked(
    days: int, blocks: Sequence[Counts], headings: Sequence[str], names: Mapping[str, str]
) -> list[list[object]]:
    """Blocks one below the other: title, headings, rows, a blank row, the row of all English providers."""
    rows: list[list[object]] = []
    for letter, block in zip("ABCDE", blocks, strict=False):
        rows += [[f"PART {letter}"], [], ["", "ODS CODE (1)", "ACCOUNTABLE PROVIDER", *headings]]
        for (code, part, cancer), bands in block.items():
            rows += [] if code else [[]]
            rows.append(["", code, names.get(code, "ALL ENGLISH PROVIDERS"), part, cancer, *_line(days, bands)])
    return rows


def _first_seen(counts: Counts, names: Mapping[str, str]) -> list[list[object]]:
    bands = ("WITHIN 14 DAYS", "IN 15 TO 16 DAYS", "IN 17 TO 21 DAYS", "IN 22 TO 28 DAYS", "AFTER 28 DAYS")
    rows: list[list[object]] = [
        ["", "ODS CODE (1)", "ACCOUNTABLE PROVIDER", "SUSPECTED TYPE OF CANCER", "TOTAL", *bands]
    ]
    urgent = {key: people for key, people in counts.items() if key[1] == URGENT}
    for (code, _, cancer), people in _grouped(urgent, part=None, cancer=None).items():
        rows.append(["", code, names.get(code, "ALL ENGLISH PROVIDERS"), cancer, sum(people), *people])
    return rows


def _extract(tables: Mapping[date, Mapping[int, Counts]]) -> bytes:
    """One row per month, standard, provider, part and cancer; no totals, no names."""
    rows: list[Sequence[object]] = [EXTRACT]
    for month, by_standard in tables.items():
        year = financial_year_label(financial_year_at(month)).replace("-", "/")
        for days, counts in by_standard.items():
            for (code, part, cancer), bands in counts.items():
                modality = "" if days == 28 else "ALL MODALITIES"
                labels = (year, f"{month:%b}".upper(), EXTRACT_LABELS[days], code, part, modality, cancer)
                rows.append([month, *labels, *_line(days, bands)[:3]])
    return xlsx({"CWT CRS Provider Extract": rows, "About": [["Made by a simulation (SYNTHETIC)"]]})
