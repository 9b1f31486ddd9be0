"""Print a world's areas as the census table of ethnic group (TS021).

Belongs here: the table's headings and order. Does not: where anybody lives (the simulation).
"""

from collections.abc import Iterable
from datetime import date

import numpy as np

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import SyntheticFile
from orchestration.datasets.writing import csv_bytes
from orchestration.simulation.world import World

PAGE = "/sources/census_2021_bulk"
SHARES = {
    "asian_bangladeshi": 0.011, "asian_chinese": 0.008, "asian_indian": 0.033, "asian_pakistani": 0.028,
    "asian_other": 0.017, "black_african": 0.026, "black_caribbean": 0.011, "black_other": 0.005,
    "mixed_white_and_asian": 0.008, "mixed_white_and_black_african": 0.004, "mixed_white_and_black_caribbean": 0.009,
    "mixed_other": 0.008, "white_british": 0.735, "white_irish": 0.009, "white_gypsy_or_irish_traveller": 0.001,
    "white_roma": 0.002, "white_other": 0.063, "other_arab": 0.006, "other_any": 0.016,
}  # fmt: skip
HIGH_LEVEL = ("asian", "black", "mixed", "white", "other")


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """One table of the world's areas of 2021."""
    rng = np.random.default_rng([world.seed, 971])
    columns = dataset_spec("census_ethnicity").entity("areas").columns[4:]
    total = "Ethnic group: Total: All usual residents"
    rows: list[list[object]] = [["date", "geography", "geography code", total, *(column.source for column in columns)]]
    shares = np.array(list(SHARES.values()))
    for area in world.lsoas_2021:
        counts = dict(zip(SHARES, map(int, rng.multinomial(area.population, shares / shares.sum())), strict=True))
        for group in HIGH_LEVEL:
            counts[group] = sum(count for name, count in counts.items() if name.startswith(f"{group}_"))
        name = f"{area.name} (SYNTHETIC)"
        rows.append(["2021", name, area.code, area.population, *(counts[column.name] for column in columns)])
    name = "SYNTHETIC-census2021-ts021-lsoa.csv"
    yield SyntheticFile(name, csv_bytes(rows, newline="\n"), PAGE, "TS021: Ethnic group", date(2022, 11, 29))
