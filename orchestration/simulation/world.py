"""A small synthetic NHS: the one world that every dataset's synthesiser prints in its publisher's layout.

Belongs here: ``World``, how it is made from a seed, and what it answers. Does not: any publisher's layout, name of a
file, rounding, suppression or label (datasets/<name>/synthesise.py); the world knows no dataset.

    world = World.make()                        # or World.make(seed=1, scale="small")

    world.regions, icbs, sub_icbs, lads         tuple of Region, Icb, SubIcb, Lad
    world.former_icbs, board_successions        tuple of FormerIcb, Succession: a board that became a part of another
    world.boards_on(day)                        boards that stand on a day, with the codes of their providers
    world.lsoas_2011, lsoas_2021, lsoa_changes  tuple of Lsoa (IMD 2015 and 2019, IMD 2025), LsoaChange
    world.providers, trusts, successions        tuple of Provider (all; those in the trusts register), Succession
    world.pcns, practices                       tuple of Pcn, Practice (patients by LSOA, list-weighted IMD score)
    world.years, months                         financial years by starting year; months by first day
    world.field_test_ends                       first month in which field-test trusts publish four-hour breaches
    world.projects                              tuple of Project with sites, measures and equity classification

    world.emergency_months()                    EmergencyMonth: provider x month
    world.therapy_years()                       TherapyYear: provider x year x dimension x stratum
    world.births()                              BirthYear: provider x year x dimension x stratum
    world.child_attendances()                   ChildAttendances: practice x year
    world.learning_disability_prevalence()      LearningDisability: practice x year
    world.planted_effects()                     PlantedEffect: the truth about therapy projects, for tests and the demo
    world.provider(code), practice(code), lad(code), sub_icb(code), icb(code), region(code)    one record; KeyError

All counts are true and exact, the same for the same seed and scale, and every dimension adds up to ``all``. Names say
that they are synthetic and codes are chosen so as not to look like real ones. Records are in records.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from orchestration.simulation import improvement, outcomes, places
from orchestration.simulation.records import (
    BirthYear,
    ChildAttendances,
    EmergencyMonth,
    FormerIcb,
    Icb,
    Lad,
    LearningDisability,
    Lsoa,
    LsoaChange,
    Pcn,
    PlantedEffect,
    Practice,
    Project,
    Provider,
    Region,
    SubIcb,
    Succession,
    TherapyYear,
)

Scale = Literal["small", "demo"]
SEED = 20260101


@dataclass(frozen=True, eq=False)
class World:
    """A synthetic NHS; see the module's docstring for what it offers."""

    seed: int
    regions: tuple[Region, ...]
    icbs: tuple[Icb, ...]
    former_icbs: tuple[FormerIcb, ...]
    sub_icbs: tuple[SubIcb, ...]
    lads: tuple[Lad, ...]
    lsoas_2011: tuple[Lsoa, ...]
    lsoas_2021: tuple[Lsoa, ...]
    lsoa_changes: tuple[LsoaChange, ...]
    providers: tuple[Provider, ...]
    successions: tuple[Succession, ...]
    pcns: tuple[Pcn, ...]
    practices: tuple[Practice, ...]
    years: tuple[int, ...]
    months: tuple[date, ...]
    field_test_ends: date
    projects: tuple[Project, ...]
    effects: tuple[PlantedEffect, ...]

    @classmethod
    def make(cls, seed: int = SEED, scale: Scale = "demo") -> "World":
        """The world of ``seed``: ``demo`` has 31 trusts and 48 months, ``small`` has 14 trusts and twelve months."""
        size = places.SIZES[scale]
        areas = places.make_areas(seed, size)
        organisations = places.make_organisations(seed, size, areas)
        practices = places.make_practices(seed, size, areas)
        projects, effects = improvement.make_projects(seed, size, organisations.providers)
        return cls(
            seed=seed,
            regions=areas.regions,
            icbs=areas.icbs,
            former_icbs=areas.former_icbs,
            sub_icbs=areas.sub_icbs,
            lads=areas.lads,
            lsoas_2011=areas.lsoas_2011,
            lsoas_2021=areas.lsoas_2021,
            lsoa_changes=areas.changes,
            providers=organisations.providers,
            successions=organisations.successions,
            pcns=practices.pcns,
            practices=practices.practices,
            years=size.years,
            months=size.months,
            field_test_ends=places.FIELD_TEST_ENDS,
            projects=projects,
            effects=effects,
        )

    @property
    def trusts(self) -> tuple[Provider, ...]:
        """Providers in the register of NHS trusts, closed ones among them."""
        return tuple(provider for provider in self.providers if provider.is_trust)

    def planted_effects(self) -> tuple[PlantedEffect, ...]:
        """What each therapy project really does to the recovery rate, and where."""
        return self.effects

    def emergency_months(self) -> Iterable[EmergencyMonth]:
        """Counts of each emergency department's provider in each month in which it is open."""
        return self._emergency_months

    def therapy_years(self) -> Iterable[TherapyYear]:
        """Counts of each therapy provider by year, dimension and stratum; planted effects are in them."""
        return self._therapy_years

    def births(self) -> Iterable[BirthYear]:
        """Counts of deliveries and babies of each maternity provider by year, dimension and stratum."""
        return self._births

    def child_attendances(self) -> Iterable[ChildAttendances]:
        """A&E attendances at ages 0 to 4 by practice and year; higher where the practice is more deprived."""
        return self._child_attendances

    def learning_disability_prevalence(self) -> Iterable[LearningDisability]:
        """Learning disability registers by practice and year."""
        return self._learning_disability

    def provider(self, code: str) -> Provider:
        """The provider with ``code``; KeyError when there is none."""
        return self._providers_by_code[code]

    def practice(self, code: str) -> Practice:
        """The practice with ``code``; KeyError when there is none."""
        return self._practices_by_code[code]

    def lad(self, code: str) -> Lad:
        """The local authority district with ``code``; KeyError when there is none."""
        return {lad.code: lad for lad in self.lads}[code]

    def sub_icb(self, code: str) -> SubIcb:
        """The sub-ICB location with ODS ``code``; KeyError when there is none."""
        return {sub_icb.code: sub_icb for sub_icb in self.sub_icbs}[code]

    def icb(self, code: str) -> Icb:
        """The integrated care board with ODS ``code``; KeyError when there is none."""
        return {icb.code: icb for icb in self.icbs}[code]

    def boards_on(self, day: date) -> tuple[tuple[Icb, frozenset[str]], ...]:
        """Integrated care boards that stand on ``day``, each with the codes of its providers."""
        members = {
            icb.code: sorted(provider.code for provider in self.providers if provider.icb_code == icb.code)
            for icb in self.icbs
        }
        boards = [(icb, frozenset(members[icb.code])) for icb in self.icbs]
        for former in self.former_icbs:
            if day < former.closed_on:
                taken = frozenset(members[former.heir_code][::2])
                boards = [(icb, codes - taken) for icb, codes in boards]
                boards.append((former.board, taken))
        return tuple(boards)

    @property
    def board_successions(self) -> tuple[Succession, ...]:
        """What became of boards that are no more."""
        return tuple(
            Succession(former.board.code, former.heir_code, former.closed_on, "merge") for former in self.former_icbs
        )

    def region(self, code: str) -> Region:
        """The NHS region with ODS ``code``; KeyError when there is none."""
        return {region.code: region for region in self.regions}[code]

    @cached_property
    def _providers_by_code(self) -> dict[str, Provider]:
        return {provider.code: provider for provider in self.providers}

    @cached_property
    def _practices_by_code(self) -> dict[str, Practice]:
        return {practice.code: practice for practice in self.practices}

    @cached_property
    def _emergency_months(self) -> tuple[EmergencyMonth, ...]:
        return outcomes.emergency_months(self.seed, self.providers, self.successions, self.months, self.field_test_ends)

    @cached_property
    def _therapy_years(self) -> tuple[TherapyYear, ...]:
        return outcomes.therapy_years(self.seed, self.providers, self.successions, self.years, self.effects)

    @cached_property
    def _births(self) -> tuple[BirthYear, ...]:
        return outcomes.births(self.seed, self.providers, self.successions, self.years)

    @cached_property
    def _child_attendances(self) -> tuple[ChildAttendances, ...]:
        return outcomes.child_attendances(self.seed, self.practices, self.years)

    @cached_property
    def _learning_disability(self) -> tuple[LearningDisability, ...]:
        return outcomes.learning_disability(self.seed, self.practices, self.years)
