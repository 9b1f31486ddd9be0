"""Print a world's areas as the workbook of mid-year population estimates.

Belongs here: the sheets, their notes and headings. Does not: where anybody lives (the simulation).
"""

from collections.abc import Iterable
from datetime import date

import numpy as np

from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import xlsx
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
    rng = np.random.default_rng([world.seed, 981])
    shares = np.tile(np.linspace(1.3, 0.2, len(AGES)), 2)
    names = {lad.code: lad.name for lad in world.lads}
    areas = world.lsoas_2021[:MOST_AREAS]
    headings: list[object] = ["LAD 2023 Code", "LAD 2023 Name", "LSOA 2021 Code", "LSOA 2021 Name", "Total"]
    headings += [f"{sex}{age}" for sex in "FM" for age in AGES]
    sheets: dict[str, list[list[object]]] = {"Contents": [["SYNTHETIC: made by a simulation, not a publication"]]}
    for year in YEARS:
        rows: list[list[object]] = [[f"Mid-{year} population (SYNTHETIC)"], ["Notes"], ["Source: simulation"], headings]
        for area in areas:
            people = rng.multinomial(area.population, shares / shares.sum())
            place = (area.lad_code, names[area.lad_code], area.code, area.name, area.population)
            rows.append([*place, *map(int, people)])
        sheets[f"Mid-{year} LSOA 2021"] = rows
    name = "SYNTHETIC-sapelsoasyoa20232024.xlsx"
    link_text = "Mid-2023 to mid-2024 edition of this dataset"
    yield SyntheticFile(name, xlsx(sheets), PAGE, link_text, date(2025, 11, 7))
