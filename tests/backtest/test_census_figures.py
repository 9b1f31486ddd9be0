"""Residents by ethnic group as the census published them, beside the areas added up."""

from pathlib import Path

from support_figures import HALF_A_TENTH, Figures

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.census_ethnicity.parse import parse
from orchestration.datasets.protocol import SourceFile
from orchestration.validation.validate import validate

CENSUS = "ONS, Ethnic group, England and Wales: Census 2021"
HIGH_LEVEL_PERCENT = {"asian": 9.3, "black": 4.0, "mixed": 2.9, "white": 81.7, "other": 2.1}
RESIDENTS = 59_597_542
PERTURBATION = 0.0005


def test_high_level_groups_of_england_and_wales_are_what_was_published(real_data: Path, figures: Figures) -> None:
    path = real_data / "census_ethnicity" / "census2021-ts021-lsoa.csv"
    table = parse(SourceFile(path, path.name)).tables["areas"]
    frame = validate(dataset_spec("census_ethnicity").entity("areas"), table).frame
    residents = int(frame["residents"].sum())
    figures.equal("Census 2021, usual residents", CENSUS, RESIDENTS, residents, within=PERTURBATION * RESIDENTS)
    for group, percent in HIGH_LEVEL_PERCENT.items():
        ours = 100 * int(frame[group].sum()) / residents
        figures.equal(f"Census 2021, {group}, percent", CENSUS, percent, ours, within=HALF_A_TENTH, decimals=1)
