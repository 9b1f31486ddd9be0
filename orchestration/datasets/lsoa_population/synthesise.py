"""Print a world's areas as the workbook of mid-year population estimates.

Belongs here: the sheets, their notes and headings. Does not: where anybody lives (the simulation).
"""

import io
from collections.abc import Iterable
from datetime import date, datetime

import numpy as np

from orchestration.datasets.protocol import SyntheticFile
from orchestration.simulation.world import World

PAGE = (
    "/peoplepopulationandcommunity/populationandmigration/populationestimates/datasets/"
    "lowersuperoutputareamidyearpopulationestimates"
)
YEARS = (2023, 2024)
AGES = range(91)
MOST_AREAS = 300


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """One workbook of two years: notes, contents and a sheet per year."""
    import xlsxwriter

    rng = np.random.default_rng([world.seed, 981])
    shares = np.tile(np.linspace(1.3, 0.2, len(AGES)), 2)
    names = {lad.code: lad.name for lad in world.lads}
    areas = world.lsoas_2021[:MOST_AREAS]
    headings = ["LAD 2023 Code", "LAD 2023 Name", "LSOA 2021 Code", "LSOA 2021 Name", "Total"]
    headings += [f"{sex}{age}" for sex in "FM" for age in AGES]
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"title": "SYNTHETIC", "created": datetime(2000, 1, 1)})
        book.add_worksheet("Contents").write(0, 0, "SYNTHETIC: made by a simulation, not a publication")
        for year in YEARS:
            sheet = book.add_worksheet(f"Mid-{year} LSOA 2021")
            for line, note in enumerate((f"Mid-{year} population (SYNTHETIC)", "Notes", "Source: simulation")):
                sheet.write(line, 0, note)
            sheet.write_row(3, 0, headings)
            for line, area in enumerate(areas, start=4):
                people = rng.multinomial(area.population, shares / shares.sum())
                place = (area.lad_code, names[area.lad_code], area.code, area.name, area.population)
                sheet.write_row(line, 0, (*place, *map(int, people)))
    name = "SYNTHETIC-sapelsoasyoa20232024.xlsx"
    yield SyntheticFile(
        name, content.getvalue(), PAGE, "Mid-2023 to mid-2024 edition of this dataset", date(2025, 11, 7)
    )
