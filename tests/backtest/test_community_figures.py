"""Community waiting lists: England's rows beside the sum of the providers, the services and the bands as loaded."""

from pathlib import Path

import pandas as pd
import pytest
from support_figures import Figures

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.community_waits.parse import BANDS, parse
from orchestration.datasets.protocol import SourceFile
from orchestration.validation.validate import validate

SOURCE = "NHS England, community waits"
SUMMARIES = ("England", "Adult services", "CYP services")
HIDDEN = {"(A) Adult safeguarding", "(CYP) Looked after children teams", "(CYP) Safeguarding"}


@pytest.fixture(scope="module")
def tables(real_data: Path) -> dict[str, pd.DataFrame]:
    path = real_data / "community_waits" / "Community-health-services-waiting-lists-2024-25-August.xlsx"
    parsed = parse(SourceFile(path, path.name))
    spec = dataset_spec("community_waits")
    return {name: validate(spec.entity(name), table).frame for name, table in parsed.tables.items()}


def test_providers_regions_and_boards_add_up_to_england_in_every_service_and_band(
    tables: dict[str, pd.DataFrame], figures: Figures
) -> None:
    frame = tables["waits"]
    columns = ["waiting_list", *BANDS.values()]
    england = frame[(frame["organisation_type"] == "National") & ~frame["service"].isin([*SUMMARIES, *HIDDEN])]
    england = england.set_index("service")[columns]
    for kind in ("Provider", "Region", "ICB"):
        sums = frame[frame["organisation_type"] == kind].groupby("service")[columns].sum()
        differing = [
            (service, column)
            for service in england.index
            for column in columns
            if sums.loc[service, column] != england.loc[service, column]
        ]
        figures.none_of(f"community August 2024: {kind} = England", SOURCE, england.size, differing)
    assert england.shape == (44, 8)


@pytest.mark.parametrize(
    ("label", "mark", "waiting", "over_18", "over_52"),
    [
        ("England", "(", 1_102_792, 271_030, 54_087),
        ("Adult services", "(A)", 824_266, 137_745, 11_356),
        ("CYP services", "(CYP)", 278_526, 133_285, 42_731),
    ],
)
def test_services_add_up_to_the_totals_of_table_3(
    tables: dict[str, pd.DataFrame], figures: Figures, label: str, mark: str, waiting: int, over_18: int, over_52: int
) -> None:
    frame = tables["waits"]
    england = frame[frame["organisation_type"] == "National"]
    services = england[england["service"].str.startswith(mark)]
    figures.equal(f"community waits, {label}: people", SOURCE, waiting, int(services["waiting_list"].sum()))
    total = england[england["service"] == label].iloc[0]
    figures.equal(f"community waits, {label}: over 52 weeks", SOURCE, over_52, int(total["waiting_over_52_weeks"]))
    ours = int(total["waiting_over_52_weeks"] + total["waiting_18_to_52_weeks"])
    figures.equal(f"community waits, {label}: over 18 weeks", SOURCE, over_18, ours)


def test_the_series_ends_with_the_months_own_lists(tables: dict[str, pd.DataFrame], figures: Figures) -> None:
    series = tables["national_series"]
    newest = series[series["month"] == series["month"].max()].set_index("service")["waiting_list"]
    england = tables["waits"][tables["waits"]["organisation_type"] == "National"].set_index("service")["waiting_list"]
    differing = [service for service in newest.index if newest[service] != england.get(service)]
    figures.none_of("community August 2024: table 2 = tables 3 and 4", SOURCE, len(newest), differing)
