"""The suites of the published marts: each loads, holds on a plausible table, and fails on an implausible one."""

import json
import re
import socket
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel

from orchestration.catalogue.models import Break, DatasetSpec, Disclosure, Measure, UsageWarning
from orchestration.catalogue.registry import dataset_spec
from orchestration.errors import ConfigurationError
from orchestration.publication import audit as auditing
from orchestration.publication.audit import SuiteResult, audit, read_suites
from orchestration.publication.receipts import read_receipt

ROOT = Path(__file__).resolve().parents[2]
SUITES = read_suites(ROOT / "expectations")
MARTS = ROOT / "dbt_project" / "models" / "marts"
SHA = "a" * 64
Row = dict[str, Any]

_PLACE: Row = {
    "organisation_code": "E92000001", "organisation_scheme": "gss", "organisation_name": "England",
    "organisation_level": "england", "organisation_view": "as_was", "period_start": "2024-04-01",
    "period_end": "2025-03-31", "period_kind": "financial_year", "population": "all", "adjustment": "crude",
}  # fmt: skip
_RATE: Row = {
    **_PLACE, "measure_id": "recovery", "measure_title": "Recovery", "unit": "percent", "direction": "higher",
    "stratum_dimension": "deprivation", "stratum": "1", "stratum_order": 1, "stratum_scheme": "imd2019_decile",
    "stratum_basis": "patient_residence_area", "observation_kind": "rate_within_stratum", "numerator": 45.0,
    "numerator_lower": 45.0, "numerator_upper": 45.0, "denominator": 81.0, "denominator_lower": 81.0,
    "denominator_upper": 81.0, "value": 55.5555555556, "lower_95": 44.7, "upper_95": 65.9,
    "interval_method": "wilson", "value_lower": 55.5555555556, "value_upper": 55.5555555556,
    "published_value": 55.6, "published_lower": 44.7, "published_upper": 65.9, "rounding": "none",
    "value_status": "value", "release_status": "final", "dataset": "talking_therapies", "release_sha256": SHA,
    "is_synthetic": False, "lower_998": 39.0, "upper_998": 71.0, "is_rounded": False, "reliability": "reliable",
    "spc_phase": 1, "spc_points": 8, "spc_mean": 50.0, "spc_lower_limit": 44.7, "spc_upper_limit": 55.3,
    "spc_rule": "above_upper_limit", "spc_state": "improvement", "spc_status": "computed:short_series",
    "recent_trend": "increasing_and_better", "recent_trend_chi2": 12.1, "recent_trend_status": "computed",
    "funnel_status": "not_applicable:one_organisation", "funnel_method": "none",
}  # fmt: skip
_COMPARED: Row = {
    "organisation_code": "RXX", "organisation_scheme": "ods", "organisation_level": "provider", "is_rounded": True,
    "lower_95_if_rounded": 42.1, "upper_95_if_rounded": 68.4, "funnel_organisations": 12, "funnel_baseline": 50.0,
    "funnel_lower_95": 40.3, "funnel_upper_95": 59.7, "funnel_lower_998": 34.8, "funnel_upper_998": 65.2,
    "funnel_z_unadjusted": 1.4, "funnel_z": 1.1, "funnel_p": 0.27, "funnel_q": 0.6, "funnel_status": "computed",
    "funnel_place_unadjusted": "within", "funnel_state": "within", "funnel_method": "arcsine",
}  # fmt: skip
_NOTHING: Row = dict.fromkeys(
    ("numerator", "numerator_lower", "numerator_upper", "denominator", "denominator_lower", "denominator_upper",
     "value", "lower_95", "upper_95", "value_lower", "value_upper",
     "published_value", "published_lower", "published_upper", "lower_998", "upper_998", "spc_phase", "spc_points",
     "spc_mean", "spc_lower_limit", "spc_upper_limit", "spc_rule", "spc_state", "recent_trend", "recent_trend_chi2")
)  # fmt: skip
_SUPPRESSED: Row = {
    **_RATE, **_NOTHING, "stratum": "2", "value_status": "suppressed", "interval_method": "none",
    "reliability": "not_applicable", "spc_status": "not_computed:no_value",
    "recent_trend_status": "not_computed:point_without_value",
}  # fmt: skip
_DISTRIBUTION: Row = {
    **_RATE, **_NOTHING, "reliability": "not_applicable", "spc_status": "not_applicable:distribution",
    "recent_trend_status": "not_applicable:distribution", "funnel_status": "not_applicable:distribution",
    "measure_id": "deliveries", "unit": "count", "direction": "none",
    "observation_kind": "stratum_distribution", "numerator": 120.0, "interval_method": "none",
    "stratum": "no_fixed_abode_or_overseas", "rounding": "1to7_as_5",
}  # fmt: skip
_UNSTRATIFIED: Row = {
    **_RATE,
    "stratum_dimension": "all",
    "stratum": "all",
    "stratum_basis": "none",
    "stratum_scheme": "none",
}
_GAP: Row = {
    **_PLACE, "measure_id": "recovery", "measure_title": "Recovery", "unit": "percent", "direction": "higher",
    "stratum_dimension": "deprivation", "stratum_scheme": "imd2019_decile",
    "stratum_basis": "patient_residence_area", "contrast": "most_v_least_deprived", "disadvantaged_stratum": "1",
    "comparator_stratum": "10", "gap": -13.4, "gap_lower_95": -15.0, "gap_upper_95": -12.0, "ratio": 0.76,
    "ratio_lower_95": 0.74, "ratio_upper_95": 0.79, "gap_against": "1", "method": "newcombe",
    "gap_lower_998": -16.0, "gap_upper_998": -11.0, "adverse_ratio": 1.3, "adverse_ratio_lower_95": 1.2,
    "adverse_ratio_upper_95": 1.4, "adverse_event": "absence_of_event", "gap_if_rounding_lowest": -13.6,
    "gap_if_rounding_highest": -13.2, "gap_if_unknown_proportional": -13.0, "unknown_status": "value",
    "p_value": 0.001, "q_value": 0.002, "family": "recovery, every provider", "min_events": 40, "min_base": 100,
    "is_unreliable": False, "completeness": 0.95, "suppressed_strata": 0,
    "unknown_share": 0.05, "hidden_strata": 0, "status": "computed", "dataset": "talking_therapies",
    "is_synthetic": False,
}  # fmt: skip
_NO_GAP: Row = {
    **dict.fromkeys(
        (
            "gap", "gap_lower_95", "gap_upper_95", "gap_lower_998", "gap_upper_998", "ratio", "ratio_lower_95",
            "ratio_upper_95", "adverse_ratio", "adverse_ratio_lower_95", "adverse_ratio_upper_95",
            "gap_if_rounding_lowest", "gap_if_rounding_highest", "gap_if_unknown_proportional", "p_value", "q_value",
            "min_events", "min_base", "unknown_share", "completeness",
        )
    ),
    "adverse_event": "not_computed:suppressed_stratum",
}  # fmt: skip
_ETHNIC_GAP: Row = {
    **_GAP, "stratum_dimension": "ethnicity", "contrast": "group_v_rest", "disadvantaged_stratum": "asian",
    "comparator_stratum": "all other known groups",
}  # fmt: skip
_SPLIT: Row = {
    **{name: value for name, value in _PLACE.items() if name != "organisation_view"}, "organisation_view": "as_now",
    "measure_id": "recovery", "measure_title": "Recovery", "unit": "percent", "direction": "higher",
    "constituent_level": "region", "period_before_start": "2023-04-01", "period_before_end": "2024-03-31",
    "stratum_dimension": "deprivation", "stratum_scheme": "imd2019_decile", "stratum_basis": "patient_residence_area",
    "contrast": "most_v_least_deprived", "disadvantaged_stratum": "1", "comparator_stratum": "10", "gap_before": -13.4,
    "gap_after": -12.9, "gap_change": 0.5, "within_gap_before": -12.0, "between_gap_before": -1.4,
    "within_gap_after": -11.4, "between_gap_after": -1.4, "within_change": 0.7, "between_change": -0.2,
    "composition_of_within_change": -0.1, "composition_of_between_change": 0.2, "composition_change": 0.1,
    "pooled_gap_change": 0.6, "residual_change": -0.1, "coverage_pct": 98, "constituents_used": 7,
    "constituents_suppressed": 1, "constituents_missing": 0, "constituents_in_one_period": 0,
    "constituents_with_break": 0, "rounding": "nearest_5", "is_masked": False, "method": "kitagawa 1955",
    "status": "computed", "dataset": "talking_therapies", "is_synthetic": False,
}  # fmt: skip
_NO_SPLIT: Row = {
    **dict.fromkeys(name for name in _SPLIT if name.endswith("_change") or name.startswith(("within", "between"))),
    "constituent_level": "none", "coverage_pct": None, "constituents_used": 0, "constituents_suppressed": 0,
    "rounding": None, "method": "none", "status": "not_computed:no_constituent_known",
}  # fmt: skip
_THEIL: Row = {
    **_ETHNIC_GAP, **_NO_GAP, "contrast": "theil", "disadvantaged_stratum": "each known group",
    "comparator_stratum": "the mean of all known groups", "relative_index": 4.1, "gap_against": "not_applicable",
}  # fmt: skip
_PROJECT: Row = {
    **dict.fromkeys(("activity_type", "specialty", "clinical_topic"), "other"),
    **dict.fromkeys(("scope", "setting"), "unknown"),
    "project_key": "p0000000000000001", "register": "qi-log", "project_ref": "QI-1", "generation": 1,
    "title": "Falls", "versions": 1, "classification_basis": "team", "classified_fields": 3, "is_deleted": False,
    "first_seen_on": "2023-01-01", "last_seen_on": "2024-01-01", "is_ref_reused": False,
    "status": "active", "method": "lean", "registered_on": "2023-01-01",
    "implemented_on": "2023-04-01", "implemented_precision": "day", "ended_on": "2024-04-01",
    "ended_precision": "day", "end_date_basis": "actual", "equity_mode": "none", "targeting": "targeted",
    "target_groups": "core20;age", "patient_involvement": "partners", "expected_gap_direction": "narrow",
    "publication": "public", "is_start_unknown": False, "is_synthetic": False, "dataset": "qi_projects",
    "release_sha256": SHA,
}  # fmt: skip
_SITE: Row = {
    "project_key": "p0000000000000001", "project_ref": "QI-1", "sites": 1, "match_method": "code",
    "overlapping_projects": 1, "overlap_share": 0.2, "is_contaminated": False,
    "organisation_code": "RXX", "role": "lead", "joined_on": "2023-04-01",
    "left_on": "2024-04-01", "reach_people": 40, "reach_people_status": "value", "reach_share": 0.5,
    "reach_share_status": "value", "reach_basis": "counted", "is_project_known": True, "publication": "public",
    "is_synthetic": False, "dataset": "qi_projects", "release_sha256": SHA,
}  # fmt: skip
_ACTIVITY: Row = {
    "organisation_code": "RXX", "period_start": "2024-02-01", "period_end": "2024-02-29",
    "activity_type": "qi_project", "method": "lean", "active_projects_by_other_date": 0, "staff_wte": 2000.0,
    "project_months_per_1000_staff": 0.75,
    "targeting": "universal", "active_projects": 2, "started_projects": 1, "project_months": 1.5,
    "projects_without_end": 1, "coarsely_dated_projects": 0, "is_synthetic": False,
}  # fmt: skip
_PAIR: Row = {
    "project_key_a": "p0000000000000001", "project_key_b": "p0000000000000002", "register_a": "a",
    "project_ref_a": "A-1", "register_b": "b", "project_ref_b": "B-1", "candidate_kind": "cross_register", "score": 0.9,
    "title_score": 0.9, "start_score": 1.0, "organisation_score": 1.0, "topic_score": 0.0, "has_same_ref": False,
    "decision": "same", "reviewed_on": "2024-01-01", "is_synthetic": False,
}  # fmt: skip
_CODING: Row = {
    "project_key": "p0000000000000001", "register": "qi-log", "project_ref": "QI-1", "field": "targeting",
    "source": "reviewer", "coder": "coder17", "value": "universal", "is_decisive": True, "publication": "private",
    "is_synthetic": False,
}  # fmt: skip
_PROPOSAL: Row = {**_CODING, "source": "rules", "coder": "rules", "confidence": "low", "is_decisive": False}
_AGREEMENT: Row = {
    "field": "targeting", "first_coder": "coder17", "second_coder": "rules", "n": 30, "observed": 0.8,
    "expected": 0.5, "kappa": 0.6, "is_synthetic": False,
}  # fmt: skip
_COVERAGE: Row = {
    "register": "qi-log", "organisation_code": "RXX", "month_start": "2024-02-01", "coverage": "received",
    "is_control_licensed": True, "logged_projects": 0, "expected_projects": 1.5, "staff_wte": 2000.0,
    "estimated_projects": 12.0, "captured_share": 0.5, "is_synthetic": False,
}  # fmt: skip
_INFERRED: Row = {
    **_COVERAGE, "organisation_code": "RYY", "coverage": "inferred", "is_control_licensed": False,
    "expected_projects": None,
}  # fmt: skip
_LINK: Row = {
    "project_key": "p1", "publication": "public", "date_role": "implemented", "overall_basis": "published_total",
    "difference_from_others_before": -10.0, "difference_from_others_after": -5.0, "overall_change": 2.0,
    "group_worse": False, "any_group_worse": False, "logged_comparators": 12, "unlogged_comparators": 3,
    "overlapping_projects": 0, "statuses": "linked", "measure_id": "recovery", "organisation_code": "RXX",
    "organisation_view": "as_was",
    "period_kind": "financial_year", "population": "all", "stratum_dimension": "deprivation", "stratum": "1",
    "stratum_scheme": "s", "adjustment": "crude", "observation_kind": "rate_within_stratum",
    "series_organisation_code": "RXX", "link_basis": "declared", "measure_role": "outcome", "is_primary": True,
    "direction": "higher", "unit": "percent", "before_until": "2023-04-01", "after_from": "2023-04-01",
    "first_period_start": "2017-04-01", "last_period_end": "2025-03-31", "points_before": 6, "points_after": 2,
    "points_without_value": 0, "numerator_before": 50.0, "denominator_before": 100.0, "value_before": 50.0,
    "numerator_after": 60.0, "denominator_after": 100.0, "value_after": 60.0, "change": 10.0, "reach_share": 0.5,
    "reach_basis": "counted", "status": "linked", "claim": "association", "is_synthetic": False,
}  # fmt: skip
_PROGRAMME: Row = {
    "organisation_code": "RXX", "programme": "nhs_impact", "organisation_code_as_now": "RXX", "is_exposed": True,
    "is_comparator": False, "first_exposed_on": "2019-01-01", "first_exposed_precision": "calendar_year",
    "first_exposed_status": "value", "last_left_on": "2021-03-31", "exposures": 2, "undated_exposures": 1,
    "is_synthetic": False, "dataset": "improvement_programmes", "release_sha256": SHA,
}  # fmt: skip
_TOPIC: Row = {
    "topic": "therapy", "measure_id": "recovery", "measure_title": "Recovery", "dataset": "talking_therapies",
    "direction": "higher", "role": "outcome", "nature": "flow", "observation_kind": "rate_within_stratum",
    "basis": "measure_document", "is_reviewed": True,
}  # fmt: skip
_DOSE: Row = {
    "measure_id": "mortality", "organisation_code": "RXX", "period_start": "2024-04-01", "period_end": "2025-03-31",
    "period_kind": "rolling", "adjustment": "crude", "direction": "lower", "unit": "percent", "value": 3.1,
    "period_months": 12, "logged_months": 12, "project_months": 14.5, "log_status": "received",
    "claim": "ecological_association", "is_synthetic": False,
}  # fmt: skip
_PLAN: Row = {
    "project_key": "p1", "look_months": 12, "publication": "public", "status": "locked",
    "primary_measure": "recovery", "is_measure_known": True, "primary_dimension": "deprivation", "direction": "higher",
    "declared_direction": "higher", "expected_gap_direction": "narrow", "implemented_on": "2023-04-01",
    "implemented_precision": "day", "look_on": "2024-04-01", "locked_on": "2023-02-01",
    "registered_before_outcomes": True, "plan_hash": "a" * 32, "is_synthetic": False,
}  # fmt: skip
_PLANNING: Row = {
    "measure_id": "recovery", "measure_title": "Recovery", "unit": "percent", "direction": "higher",
    "organisation_code": "RXX", "organisation_scheme": "ods", "organisation_name": "A TRUST",
    "organisation_level": "provider", "stratum_dimension": "deprivation", "group_stratum": "1",
    "comparator_stratum": "10", "stratum_scheme": "imd2019_decile", "stratum_basis": "patient_residence_area",
    "adjustment": "crude", "period_kind": "month", "baseline_from": "2024-04-01", "baseline_to": "2025-03-31",
    "baseline_periods": 12, "baseline_numerator": 45.0, "baseline_denominator": 90.0, "baseline_value": 50.0,
    "group_value": 40.0, "comparator_value": 55.0, "baseline_gap": -15.0, "peers": 10,
    "peer_value_lower_quartile": 45.0, "peer_value_median": 48.0, "peer_value_upper_quartile": 52.0,
    "peers_with_gap": 8, "peer_gap_lower_quartile": -16.0, "peer_gap_median": -13.0, "peer_gap_upper_quartile": -9.0,
    "unknown_share": 0.05, "hidden_strata": 0, "points": 48, "residual_sd": 2.0, "lag_1_autocorrelation": 0.3,
    "detectable_change_12_periods": 2.9, "detectable_change_24_periods": 2.2, "margin": 2.0, "months_needed": 29,
    "gap_points": 48, "gap_residual_sd": 3.0, "gap_lag_1_autocorrelation": 0.1, "gap_detectable_change_12_periods": 3.8,
    "gap_detectable_change_24_periods": 2.7, "gap_margin": 3.0, "gap_months_needed": 20, "note": "N",
    "dataset": "talking_therapies", "is_synthetic": False,
}  # fmt: skip
_ORGANISATION: Row = {
    "organisation_code": "RXX", "organisation_scheme": "ods", "version": 1, "name": "A TRUST",
    "organisation_level": "provider", "opened_on": "1994-04-01", "closed_on": "2024-04-01",
    "valid_from": "1994-04-01", "valid_to": "2024-04-01", "first_seen_on": "2024-01-01", "current_code": "RXX",
    "is_registered": True, "source_dataset": "ods_trusts", "is_synthetic": False,
}  # fmt: skip
_ENGLAND: Row = {
    "organisation_code": "E92000001", "organisation_scheme": "gss", "version": 1, "name": "England",
    "organisation_level": "england", "current_code": "E92000001", "is_registered": True,
    "source_dataset": "catalogue", "is_synthetic": False,
}  # fmt: skip
_SUCCESSION: Row = {
    "old_code": "RXX", "new_code": "RYY", "effective_on": "2021-04-01", "relation": "split", "share": 0.6,
    "share_basis": "estimated", "is_approximate": True, "is_reviewed": True, "source": "register",
    "is_synthetic": False,
}  # fmt: skip
_MEASURE: Row = {
    "measure_id": "recovery", "dataset": "talking_therapies", "title": "Recovery", "numerator": "Recovered",
    "denominator": "Finished", "unit": "percent", "multiplier": 100.0, "interval_method": "wilson",
    "direction": "higher", "role": "outcome", "nature": "flow", "quality_theme": "outcomes",
    "observation_kind": "rate_within_stratum", "adjustment": "crude", "margin_overall": 1.0,
    "margin_absolute_gap": 1.0, "margin_relative_gap": 0.0953, "disclosure_rule": "nearest_5",
    "disclosure_suppression": "below 5", "disclosure_evidence": "seen", "revision_tolerance": 2.0, "is_local": False,
}  # fmt: skip
_DELIVERIES: Row = {
    **_MEASURE, "margin_overall": None, "margin_absolute_gap": None, "margin_relative_gap": None,
    "measure_id": "deliveries", "denominator": None, "unit": "count", "multiplier": 1.0,
    "direction": "none", "interval_method": "none", "observation_kind": "stratum_distribution",
}  # fmt: skip
_DATASET: Row = {
    "dataset": "talking_therapies", "title": "T", "description": "D", "publisher": "P", "licence": "OGL-UK-3.0",
    "attribution": "Source: P. Open Government Licence v3.0.", "landing_page": "https://example.org",
    "kind": "outcomes", "cadence": "annual", "revision_policy": "none", "official_statistics": "official",
    "rounding": "nearest_5; suppression: under 5", "rounding_evidence": "seen",
    "usage_warnings": "rounded_counts,organisations_merge",
}  # fmt: skip
_BREAK: Row = {
    "break_id": "pandemic", "measure_id": "recovery", "starts_on": "2020-03-01", "ends_on": "2021-06-30",
    "organisation_codes": "", "stratum_dimensions": "", "kind": "pandemic", "handling": "mask", "description": "D",
    "source": "S",
}  # fmt: skip
_QUALITY: Row = {
    "dataset": "ae_monthly", "entity": "attendances", "release_sha256": SHA, "file_name": "f.csv",
    "rows_read": 100, "rows_loaded": 98, "rows_quarantined": 1, "rows_ignored": 1, "cells_suppressed": 0,
    "is_reconciled": True, "is_synthetic": False,
}  # fmt: skip
_RELEASE: Row = {
    "dataset": "ae_monthly", "release_sha256": SHA, "file_name": "f.csv", "layout": "csv",
    "period_start": "2024-04-01", "period_end": "2024-04-30", "period_label": "April 2024",
    "published_on": "2024-05-12", "release_status": "final", "release_number": 1, "is_latest": True,
    "origin": "publisher", "licence": "OGL-UK-3.0", "is_publishable": True, "not_published_because": "",
    "accepted_on": None, "is_held": False, "held_because": None, "is_synthetic": False,
}  # fmt: skip
_HELD: Row = {
    **_RELEASE, "release_sha256": "c" * 64, "release_number": 2, "is_held": True, "is_latest": False,
    "held_because": "England moves by 9 %",
}  # fmt: skip
_ACCEPTED: Row = {**_HELD, "accepted_on": "2024-06-01", "is_held": False, "held_because": None}
_CUT: Row = {**_HELD, "is_publishable": False, "not_published_because": "a cut of a publication", "is_held": False}
_SYNTHETIC_RELEASE: Row = {**_RELEASE, "origin": "synthetic", "is_synthetic": True, "file_name": "SYNTHETIC-f.csv"}
_LINEAGE: Row = {
    "measure_id": "four_hours", "dataset": "ae_monthly", "release_sha256": SHA, "file_name": "f.csv",
    "layout": "csv", "release_status": "final", "origin": "publisher", "licence": "OGL-UK-3.0",
    "observations": 120, "first_period_start": "2024-04-01", "last_period_end": "2024-04-30",
    "is_synthetic": False,
}  # fmt: skip
_REVISION: Row = {
    "dataset": "ae_monthly", "measure_id": "four_hours", "organisation_code": "RXX", "organisation_scheme": "ods",
    "organisation_level": "provider", "period_start": "2024-04-01", "period_end": "2024-04-30", "period_kind": "month",
    "population": "all", "adjustment": "crude", "stratum_dimension": "all", "stratum": "all", "stratum_scheme": "none",
    "release_scope": "month", "change": "changed", "old_numerator": 70.0, "new_numerator": 72.0,
    "old_denominator": 100.0, "new_denominator": 100.0, "old_value": 70.0, "new_value": 72.0,
    "old_value_status": "value", "new_value_status": "value", "from_release_sha256": "b" * 64,
    "from_release_status": "provisional", "to_release_sha256": SHA, "to_release_status": "final",
    "is_synthetic": False,
}  # fmt: skip
_APPEARED: Row = {
    **_REVISION, "organisation_code": "RYY", "change": "appeared", "old_numerator": None, "old_denominator": None,
    "old_value": None, "old_value_status": None,
}  # fmt: skip
_VANISHED: Row = {
    **_REVISION, "organisation_code": "RZZ", "change": "vanished", "new_numerator": None, "new_denominator": None,
    "new_value": None, "new_value_status": None,
}  # fmt: skip
_BOARD: Row = {
    "organisation_code": "RXX", "organisation_code_as_now": "RXX", "framework": "jones2017_index",
    "framework_version": "2017", "assessed_on": "2016-05-01", "assessed_precision": "month",
    "assessor_type": "external_researcher", "dimension": "dynamics", "dimension_no": 8, "items": 2,
    "rescaled_items": 0, "reverse_looking_items": 0, "dimension_score": 2.5, "overall_score": 2.0,
    "dimensions_rated": 8, "dimensions_listed": 8, "is_complete": True, "aggregation_rule": "mean",
    "cut_points": "1.5;2.5", "maturity_class": "medium", "is_public": False, "is_synthetic": False,
    "dataset": "board_maturity", "release_sha256": SHA,
}  # fmt: skip
_ANSWER: Row = {
    "organisation_code": "RXX", "framework_version": "cqc_well_led_w8_2018", "indicator": "strategy_includes_research",
    "indicator_label": "Strategy", "assessed_on": "2019-05-01", "assessed_precision": "day", "answer": "partly",
    "has_evidence": True, "is_synthetic": False, "dataset": "research_indicators", "release_sha256": SHA,
}  # fmt: skip
_IMPACT: Row = {
    "study_ref": "S-1", "organisation_code": "RXX", "victor_domain": "health_benefit",
    "item": "equity_of_access_and_use_of_care", "is_equity_item": True, "recorded_on": "2022-05-01",
    "evidence_level": "measured", "is_synthetic": False, "dataset": "research_impact", "release_sha256": SHA,
}  # fmt: skip
_RECRUITMENT: Row = {
    "organisation_code": "RXX", "financial_year": "2016/17", "period_start": "2016-04-01", "period_end": "2017-03-31",
    "source": "own_count", "studies_recruiting": 24, "participants": 345, "participants_status": "value",
    "interventional_participants": 40, "interventional_participants_status": "value", "commercial_studies": 3,
    "funding_gbp": 1000.0, "denominator_type": "beds", "denominator": 500.0, "is_synthetic": False,
    "dataset": "research_activity", "release_sha256": SHA,
}  # fmt: skip
_MEMBERS: Row = {
    "year": 2019, "area_kind": "organisation", "area": "RXX", "organisation_code": "RXX", "members": 10,
    "members_status": "value", "is_synthetic": False, "dataset": "q_community", "release_sha256": SHA,
}  # fmt: skip
_FOUNDERS: Row = {
    **_MEMBERS, "year": 2015, "area_kind": "united_kingdom", "area": "united_kingdom", "organisation_code": None,
    "members": 230, "published_members": 231, "published_source": "S", "release_sha256": None,
}  # fmt: skip
_IDEAS: Row = {
    "year": 2018, "organisation_code": "RXX", "theme": "flow", "ideas": 3, "shortlisted_ideas": 1,
    "ideas_not_known_if_shortlisted": 0, "funded_ideas": 0, "ideas_not_known_if_funded": 2, "is_synthetic": False,
    "dataset": "q_community",
}  # fmt: skip

GOOD: dict[str, list[Row]] = {
    "outcome_trends": [
        _RATE, _SUPPRESSED, _UNSTRATIFIED, {**_DISTRIBUTION, "measure_id": "deliveries"}, {**_RATE, **_COMPARED},
    ],
    "outcome_inequalities": [
        _GAP,
        _ETHNIC_GAP,
        {**_ETHNIC_GAP, **_NO_GAP, "disadvantaged_stratum": "black", "status": "not_computed:suppressed_stratum"},
        _THEIL,
    ],
    "inequality_decomposition": [
        _SPLIT,
        {**_SPLIT, **_NO_SPLIT, "gap_change": 0.5},
        {**_SPLIT, "contrast": "core20_v_rest", "disadvantaged_stratum": "1 and 2",
         "comparator_stratum": "all other known groups"},
        {**_SPLIT, "stratum_dimension": "ethnicity", "contrast": "group_v_rest", "disadvantaged_stratum": "asian",
         "comparator_stratum": "all other known groups"},
    ],
    "qi_projects": [
        _PROJECT,
        {**_PROJECT, "project_key": "p0000000000000002", "implemented_on": None, "is_start_unknown": True,
         "publication": "private", "title": None, "is_deleted": True, "deleted_reason": "missing"},
    ],
    "qi_project_sites": [
        _SITE,
        {**_SITE, "role": "spread", "reach_people": None, "reach_people_status": "suppressed", "reach_share": None,
         "reach_share_status": "suppressed"},
        {**_SITE, "role": "participant", "reach_people": 0},
    ],
    "qi_activity": [_ACTIVITY],
    "qi_outcome_links": [_LINK],
    "improvement_programmes": [
        _PROGRAMME,
        {**_PROGRAMME, "organisation_code": "RYY", "is_exposed": False, "is_comparator": True, "exposures": 0,
         "undated_exposures": 0, "first_exposed_on": None, "first_exposed_precision": "unknown",
         "first_exposed_status": "not_applicable", "last_left_on": None},
    ],
    "topic_measures": [_TOPIC, {**_TOPIC, "topic": "none", "measure_id": "mortality", "basis": "not_linked"}],
    "qi_ecological_links": [
        _DOSE,
        {**_DOSE, "organisation_code": "RYY", "logged_months": 3, "project_months": None,
         "log_status": "partly_received"},
    ],
    "analysis_plans": [
        _PLAN,
        {**_PLAN, "look_months": 24, "look_on": "2025-04-01", "status": "changed_after_lock",
         "later_change": "primary_dimension=ethnicity"},
        {**_PLAN, "project_key": "p2", "status": "incomplete", "missing": "primary_measure;primary_dimension",
         "primary_measure": None, "primary_dimension": None, "locked_on": None, "plan_hash": None,
         "registered_before_outcomes": None},
    ],
    "project_planning": [
        _PLANNING,
        {**_PLANNING, "stratum_dimension": "all", "group_stratum": "all", "baseline_gap": None},
        {**_PLANNING, "stratum_dimension": "sex", "not_plannable_because": "too_few_points", "gap_months_needed": None},
    ],
    "qi_duplicate_candidates": [_PAIR],
    "qi_equity_classifications": [_CODING, _PROPOSAL],
    "qi_coding_agreement": [_AGREEMENT],
    "log_coverage": [_COVERAGE, _INFERRED],
    "organisations": [_ORGANISATION, _ENGLAND],
    "organisation_successions": [_SUCCESSION, {**_SUCCESSION, "new_code": "RZZ", "share": 0.4}],
    "measures": [_MEASURE, _DELIVERIES],
    "datasets": [_DATASET],
    "breaks": [_BREAK],
    "data_quality": [_QUALITY],
    "releases": [
        _RELEASE,
        _HELD,
        {**_ACCEPTED, "release_sha256": "d" * 64},
        {**_CUT, "release_sha256": "e" * 64},
    ],
    "lineage": [_LINEAGE],
    "revisions": [_REVISION, _APPEARED, _VANISHED],
    "board_maturity": [
        _BOARD,
        {**_BOARD, "framework": "other", "dimension": "dimension_1", "dimensions_listed": None, "is_complete": False,
         "cut_points": None, "maturity_class": None},
    ],
    "research_indicators": [
        _ANSWER,
        {**_ANSWER, "framework_version": "other", "indicator": "indicator_1", "indicator_label": None},
    ],
    "research_impact": [_IMPACT, {**_IMPACT, "victor_domain": "economic", "item": "income", "is_equity_item": False}],
    "research_activity": [
        _RECRUITMENT,
        {**_RECRUITMENT, "financial_year": "2015/16", "period_start": "2015-04-01", "period_end": "2016-03-31",
         "interventional_participants": None, "interventional_participants_status": "suppressed"},
    ],
    "q_community": [
        _MEMBERS,
        _FOUNDERS,
        {**_MEMBERS, "year": 2020, "members": None, "members_status": "suppressed"},
    ],
    "q_exchange_ideas": [_IDEAS],
}  # fmt: skip

TAMPERED: dict[str, dict[str, Row]] = {
    "outcome_trends": {
        "no_period_is_before_1990": {**_RATE, "period_start": "1900-01-01"},
        "a_period_does_not_end_before_it_starts": {**_RATE, "period_end": "2024-03-31"},
        "england_has_one_code": {**_RATE, "organisation_code": "ENG"},
        "every_measure_has_a_figure_for_england": {
            **_RATE,
            "measure_id": "elsewhere",
            "organisation_level": "provider",
        },
        "a_row_without_a_dimension_is_of_all": {**_UNSTRATIFIED, "stratum": "3"},
        "a_row_of_a_dimension_is_of_one_group": {**_RATE, "stratum": "all"},
        "a_rate_by_deprivation_is_of_a_tenth_a_fifth_or_unknown": {**_RATE, "stratum": "elsewhere_in_uk"},
        "a_distribution_by_deprivation_is_of_a_known_group": {**_DISTRIBUTION, "stratum": "moon"},
        "a_stratified_row_says_what_its_group_rests_on": {**_RATE, "stratum_basis": "none"},
        "a_number_that_is_not_there_has_no_value": {**_RATE, "value_status": "missing_at_source"},
        "a_rate_that_is_there_has_a_value": {**_RATE, "value": None},
        "a_distribution_has_no_value": {**_DISTRIBUTION, "value": 12.0},
        "a_distribution_has_no_denominator": {**_DISTRIBUTION, "denominator": 600.0},
        "a_distribution_has_no_interval": {**_DISTRIBUTION, "upper_95": 14.0},
        "a_distribution_that_is_there_has_a_count": {**_DISTRIBUTION, "numerator": None},
        "a_suppressed_row_does_not_show_both_its_parts": {**_SUPPRESSED, "numerator": 5.0, "denominator": 10.0},
        "a_suppressed_value_is_never_zero": {**_SUPPRESSED, "value": 0.0},
        "a_rate_that_is_not_there_has_no_interval": {**_SUPPRESSED, "lower_95": 40.0},
        "a_rate_has_a_denominator_above_zero": {**_RATE, "denominator": 0.0},
        "a_rate_has_its_numerator": {**_RATE, "numerator": None},
        "a_rate_has_its_denominator": {**_RATE, "denominator": None},
        "a_value_is_not_negative": {**_RATE, "unit": "per_1000", "value": -0.1},
        "no_figure_of_a_percentage_is_below_0": {**_RATE, "lower_95": -0.5},
        "no_figure_of_a_percentage_is_above_100": {**_RATE, "value_upper": 104.2},
        "a_value_is_not_below_its_lower_limit": {**_RATE, "lower_95": 56.0},
        "a_value_is_not_above_its_upper_limit": {**_RATE, "upper_95": 55.0},
        "a_value_is_not_below_what_rounding_allows": {**_RATE, "value_lower": 56.0},
        "a_value_is_not_above_what_rounding_allows": {**_RATE, "value_upper": 55.0},
        "a_published_value_lies_between_its_limits": {**_RATE, "published_upper": 55.0},
        "the_publishers_own_figure_is_near_ours": {**_RATE, "published_value": 63.6},
        "a_row_without_an_interval_names_no_method": {**_RATE, "lower_95": None},
        "limits_at_99_8_are_outside_those_at_95": {**_RATE, "upper_998": 65.8},
        "limits_that_rounding_allows_are_outside_the_others": {**_RATE, **_COMPARED, "lower_95_if_rounded": 44.8},
        "a_mean_lies_between_its_process_limits": {**_RATE, "spc_mean": 55.4},
        "a_baseline_lies_within_its_funnel": {**_RATE, **_COMPARED, "funnel_lower_998": 41.0},
        "a_q_value_is_not_below_its_p_value": {**_RATE, **_COMPARED, "funnel_q": 0.2},
        "a_value_that_is_not_there_has_no_state": {**_SUPPRESSED, "spc_state": "concern"},
        "what_is_computed_has_its_state": {**_RATE, "recent_trend": None},
        "what_is_not_computed_has_no_state": {**_RATE, "spc_status": "not_computed:masked"},
        "a_p_value_is_a_probability": {**_RATE, **_COMPARED, "funnel_p": 1.1},
        "a_q_value_is_a_probability": {**_RATE, **_COMPARED, "funnel_q": 1.1},
    },
    "outcome_inequalities": {
        "no_period_is_before_1990": {**_GAP, "period_start": "1900-01-01"},
        "a_period_does_not_end_before_it_starts": {**_GAP, "period_end": "2024-03-31"},
        "deprivation_is_compared_along_its_order": {**_GAP, "contrast": "group_v_rest"},
        "unordered_groups_are_never_put_in_an_order": {**_ETHNIC_GAP, "contrast": "most_v_least_deprived"},
        "the_most_deprived_group_is_the_first": {**_GAP, "disadvantaged_stratum": "10"},
        "the_unknown_group_is_never_compared": {**_ETHNIC_GAP, "disadvantaged_stratum": "unknown"},
        "no_group_is_compared_with_itself": {**_GAP, "comparator_stratum": "1"},
        "a_computed_gap_is_there": {**_GAP, "gap": None},
        "a_gap_that_is_not_computed_is_not_there": {**_GAP, "status": "not_computed:missing_stratum"},
        "a_ratio_that_is_not_computed_is_not_there": {
            **_GAP,
            **_NO_GAP,
            "ratio": 0.7,
            "status": "not_computed:missing_stratum",
        },
        "a_gap_that_is_not_computed_has_no_lower_limit": {**_GAP, "status": "not_computed:missing_stratum"},
        "a_gap_that_is_not_computed_has_no_upper_limit": {**_GAP, "status": "not_computed:missing_stratum"},
        "a_computed_index_is_there": {**_THEIL, "relative_index": None},
        "an_index_that_is_not_computed_is_not_there": {**_THEIL, "status": "not_computed:no_events"},
        "a_gap_that_is_not_computed_has_no_p_value": {**_GAP, "status": "not_computed:missing_stratum"},
        "a_gap_that_is_not_computed_has_no_rounding_bound": {**_GAP, "status": "not_computed:missing_stratum"},
        "a_gap_that_is_not_computed_has_no_unknown_bound": {**_GAP, "status": "not_computed:missing_stratum"},
        "a_gap_that_is_not_computed_shows_no_smallest_count": {**_GAP, "status": "not_computed:missing_stratum"},
        "a_lower_998_limit_is_not_above_the_95_limit": {**_GAP, "gap_lower_998": -14.5},
        "an_upper_998_limit_is_not_below_the_95_limit": {**_GAP, "gap_upper_998": -12.5},
        "a_gap_is_not_below_what_rounding_allows": {**_GAP, "gap_if_rounding_lowest": -13.3},
        "a_gap_is_not_above_what_rounding_allows": {**_GAP, "gap_if_rounding_highest": -13.5},
        "an_adverse_ratio_is_not_below_its_lower_limit": {**_GAP, "adverse_ratio": 1.1},
        "an_adverse_ratio_is_not_above_its_upper_limit": {**_GAP, "adverse_ratio": 1.5},
        "a_q_value_is_not_below_its_p_value": {**_GAP, "q_value": 0.0005},
        "no_gap_of_a_percentage_is_below_minus_100_points": {**_GAP, "gap_lower_95": -101.0},
        "no_gap_of_a_percentage_is_above_100_points": {**_GAP, "gap_upper_95": 101.0},
        "a_gap_is_not_below_its_lower_limit": {**_GAP, "gap_lower_95": -13.0},
        "a_gap_is_not_above_its_upper_limit": {**_GAP, "gap_upper_95": -14.0},
        "a_limit_of_a_ratio_is_above_zero": {**_GAP, "ratio_lower_95": 0.0},
        "a_ratio_is_not_below_its_lower_limit": {**_GAP, "ratio_lower_95": 0.77},
        "a_ratio_is_not_above_its_upper_limit": {**_GAP, "ratio_upper_95": 0.75},
        "gap_and_ratio_point_the_same_way": {**_GAP, "ratio": 1.3},
        "no_group_does_worse_where_no_direction_is_better": {**_GAP, "direction": "none"},
    },
    "inequality_decomposition": {
        "no_period_is_before_1990": {**_SPLIT, "period_before_start": "1900-01-01"},
        "the_earlier_period_does_not_end_before_it_starts": {**_SPLIT, "period_before_end": "2023-03-31"},
        "the_later_period_does_not_end_before_it_starts": {**_SPLIT, "period_end": "2024-03-31"},
        "the_periods_do_not_overlap": {**_SPLIT, "period_before_end": "2024-04-01"},
        "deprivation_has_its_ordered_contrasts": {**_SPLIT, "contrast": "group_v_rest"},
        "unordered_groups_are_compared_with_the_rest": {**_SPLIT, "stratum_dimension": "sex"},
        "the_unknown_group_is_never_compared": {**_SPLIT, "disadvantaged_stratum": "unknown"},
        "no_group_is_compared_with_itself": {**_SPLIT, "comparator_stratum": "1"},
        "a_computed_split_has_its_gap": {**_SPLIT, "gap_change": None},
        "a_computed_split_has_its_within_part": {**_SPLIT, "within_change": None},
        "a_computed_split_has_its_between_part": {**_SPLIT, "between_change": None},
        "a_computed_split_has_its_composition_part": {**_SPLIT, "composition_change": None},
        "a_change_that_is_not_computed_has_no_parts": {**_SPLIT, **_NO_SPLIT, "residual_change": 0.1},
        "a_change_that_is_not_computed_has_no_method": {**_SPLIT, **_NO_SPLIT, "method": "kitagawa 1955"},
        "a_computed_split_names_its_method": {**_SPLIT, "method": "none"},
        "the_parts_add_up_to_the_pooled_change": {**_SPLIT, "within_change": 0.8},
        "pooled_change_and_residual_add_up_to_the_change": {**_SPLIT, "residual_change": 0.1},
        "no_gap_of_a_percentage_is_below_minus_100_points": {**_SPLIT, "gap_before": -101.0},
        "no_gap_of_a_percentage_is_above_100_points": {**_SPLIT, "gap_after": 101.0},
        "a_computed_split_has_two_constituents_or_more": {**_SPLIT, "constituents_used": 1},
    },
    "qi_projects": {
        "a_reference_is_no_nhs_number": {"project_ref": "9434765919"},
        "target_groups_hold_words_of_the_vocabulary_only": {"target_groups": "someone@example.org"},
        "no_project_was_registered_before_1990": {"registered_on": "1900-01-01"},
        "no_change_came_into_use_before_1990": {"implemented_on": "1900-01-01"},
        "no_project_ended_before_1990": {"ended_on": "1900-01-01"},
        "a_project_does_not_end_before_its_change_was_in_use": {"ended_on": "2023-03-31"},
        "a_project_that_goes_on_has_no_end": {"end_date_basis": "open"},
        "a_start_that_is_not_known_is_not_shown": {"is_start_unknown": True},
        "a_start_that_is_known_is_shown": {"implemented_on": None},
        "a_targeted_project_names_its_groups": {"target_groups": "unknown"},
        "a_known_start_has_a_precision": {"implemented_precision": "unknown"},
        "equity_resourced_holds_words_of_the_vocabulary_only": {"equity_resourced": "Ask Jo"},
        "cmoc_clusters_hold_words_of_the_vocabulary_only": {"cmoc_clusters": "Ask Jo"},
        "flags_hold_words_of_the_vocabulary_only": {"flags": "Ask Jo"},
        "the_title_of_a_project_that_is_not_public_is_not_shown": {"publication": "members"},
        "a_tombstone_says_why": {"is_deleted": True},
        "a_project_is_not_last_seen_before_it_is_first_seen": {"last_seen_on": "2022-12-31"},
    },
    "qi_project_sites": {
        "no_organisation_leaves_before_it_joined": {"left_on": "2023-03-31"},
        "no_organisation_joined_before_1990": {"joined_on": "1900-01-01"},
        "a_count_of_people_is_never_1_to_7": {"reach_people": 5},
        "a_count_of_people_is_a_multiple_of_5": {"reach_people": 42},
        "a_count_that_is_not_there_is_null_and_never_zero": {"reach_people": 0, "reach_people_status": "suppressed"},
        "a_count_that_is_there_has_a_value": {"reach_people": None},
        "a_share_that_is_not_there_is_null_and_never_zero": {"reach_share": 0.0, "reach_share_status": "suppressed"},
        "a_share_that_is_there_has_a_value": {"reach_share": None},
        "a_share_does_not_give_away_a_suppressed_count": {"reach_people": None, "reach_people_status": "suppressed"},
    },
    "qi_activity": {
        "no_period_is_before_1990": {"period_start": "1900-01-01"},
        "a_period_does_not_end_before_it_starts": {"period_end": "2024-01-31"},
        "a_period_is_one_calendar_month": {"period_end": "2024-02-28"},
        "no_more_projects_start_than_are_active": {"started_projects": 3},
        "no_more_projects_lack_an_end_than_are_active": {"projects_without_end": 3},
        "no_more_projects_are_coarsely_dated_than_are_active": {"coarsely_dated_projects": 3},
        "a_project_gives_at_most_one_month_a_month": {"project_months": 2.1},
        "a_rate_by_staff_rests_on_staff": {"staff_wte": None},
    },
    "qi_duplicate_candidates": {
        "a_pair_stands_once": {"project_key_b": "A"},
        "a_pair_across_registers_has_two": {"register_b": "a"},
        "a_day_of_review_has_a_decision": {"decision": "undecided"},
    },
    "qi_equity_classifications": {
        "a_value_is_one_word": {"value": "universal;targeted"},
        "a_coder_is_an_opaque_name": {"coder": "Jo Canary"},
        "a_proposal_says_how_sure_it_is": {**_PROPOSAL, "confidence": None},
        "a_reviewer_is_neither_team_nor_rules": {"coder": "team"},
    },
    "qi_coding_agreement": {
        "a_pair_of_coders_stands_once": {"second_coder": "coder17"},
    },
    "log_coverage": {
        "no_month_is_before_1990": {"month_start": "1900-01-01"},
        "a_month_is_named_by_its_first_day": {"month_start": "2024-02-02"},
        "only_a_log_that_was_received_licenses_a_control": {"coverage": "declared_only"},
        "nothing_is_expected_of_a_register_that_nobody_declared": {**_INFERRED, "expected_projects": 1.0},
    },
    "qi_outcome_links": {
        "a_distribution_has_no_value_before": {"observation_kind": "stratum_distribution"},
        "a_distribution_has_no_value_after": {"observation_kind": "stratum_distribution"},
        "a_linked_series_has_a_change": {"change": None},
        "a_series_that_can_not_be_split_has_no_change": {"status": "date_too_coarse"},
        "value_before_of_a_percentage_lies_between_0_and_100": {"value_before": 101.0},
        "value_after_of_a_percentage_lies_between_0_and_100": {"value_after": -1.0},
        "a_change_of_a_percentage_lies_within_100_points": {"change": 101.0},
        "a_linked_series_has_points_before": {"points_before": 0},
        "a_linked_series_has_points_after": {"points_after": 0},
        "after_does_not_begin_before_before_ends": {"after_from": "2023-03-01"},
        "a_series_does_not_end_before_it_starts": {"last_period_end": "2017-03-31"},
        "no_series_starts_before_1990": {"first_period_start": "1900-01-01"},
        "a_linked_series_says_its_reach": {"reach_share": None},
        "a_linked_series_has_a_logged_comparator": {"logged_comparators": 0},
        "a_linked_project_reaches_a_fifth": {"reach_share": 0.1},
        "everybody_has_no_others_to_differ_from": {"stratum_dimension": "all"},
        "an_unknown_group_is_not_compared": {"stratum": "unknown"},
        "a_difference_before_of_a_percentage_lies_within_100_points": {"difference_from_others_before": -101.0},
        "a_difference_after_of_a_percentage_lies_within_100_points": {"difference_from_others_after": 101.0},
        "an_overall_figure_has_a_basis": {"overall_basis": "none"},
        "a_group_that_lost_shows_on_every_row": {"group_worse": True},
        "where_no_direction_is_better_no_group_is_worse": {"direction": "none"},
    },
    "topic_measures": {
        "a_measure_without_a_topic_stands_under_none": {"basis": "not_linked"},
        "a_linked_measure_names_its_topic": {"topic": "other"},
    },
    "qi_ecological_links": {
        "a_period_that_logs_cover_has_a_dose": {"project_months": None},
        "a_period_that_logs_do_not_cover_has_no_dose": {"log_status": "no_log"},
        "no_more_months_are_logged_than_there_are": {"logged_months": 13},
        "a_period_does_not_end_before_it_starts": {"period_end": "2024-03-31"},
        "no_period_is_before_1990": {"period_start": "1900-01-01"},
    },
    "analysis_plans": {
        "a_look_is_at_12_or_24_months": {"look_months": 13},
        "a_locked_plan_has_its_measure": {"primary_measure": None},
        "a_locked_plan_has_its_dimension": {"primary_dimension": None},
        "a_locked_plan_has_its_look": {"look_on": None},
        "a_locked_plan_has_its_hash": {"plan_hash": None},
        "an_incomplete_plan_has_no_hash": {"status": "incomplete", "missing": "implemented_on"},
        "an_incomplete_plan_says_what_is_missing": {"status": "incomplete", "plan_hash": None},
        "a_later_wish_is_shown": {"status": "changed_after_lock"},
        "a_plan_that_stands_has_no_later_wish": {"later_change": "primary_dimension=sex"},
        "a_look_is_a_year_or_more_after_the_change": {"look_on": "2023-06-01"},
        "no_change_came_into_use_before_1990": {"implemented_on": "1900-01-01"},
    },
    "project_planning": {
        "everybody_has_no_gap": {"stratum_dimension": "all"},
        "a_gap_is_the_difference_of_its_rates": {"baseline_gap": -14.0},
        "a_baseline_of_a_percentage_lies_between_0_and_100": {"baseline_value": 101.0},
        "a_gap_of_a_percentage_lies_within_100_points": {"baseline_gap": -101.0},
        "quartiles_of_peers_are_in_order": {"peer_value_upper_quartile": 44.0},
        "quartiles_of_peers_gaps_are_in_order": {"peer_gap_upper_quartile": -17.0},
        "what_can_be_planned_with_says_how_long_it_takes": {"gap_months_needed": None},
        "where_no_direction_is_better_nothing_is_planned": {"direction": "none"},
        "a_baseline_does_not_end_before_it_starts": {"baseline_to": "2024-03-31"},
        "no_baseline_is_before_1990": {"baseline_from": "1900-01-01"},
    },
    "improvement_programmes": {
        "an_exposure_that_nobody_dates_has_no_day": {"first_exposed_status": "missing_at_source"},
        "an_exposure_that_is_dated_has_its_day": {"first_exposed_on": None},
        "who_is_exposed_has_an_exposure": {"exposures": 0, "undated_exposures": 0},
        "every_organisation_took_part_or_was_compared": {"is_exposed": False, "exposures": 0, "undated_exposures": 0},
        "no_more_exposures_lack_a_day_than_there_are": {"undated_exposures": 3},
        "nobody_was_exposed_before_1990": {"first_exposed_on": "1900-01-01"},
        "nobody_left_before_1990": {"last_left_on": "1900-01-01"},
        "nobody_leaves_before_joining": {"last_left_on": "2018-12-31"},
    },
    "organisations": {
        "no_organisation_lacks_its_first_version": {"version": 2},
        "no_organisation_closes_before_it_opens": {"closed_on": "1994-03-31"},
        "no_version_ends_before_it_starts": {"valid_to": "1994-03-31"},
        "no_organisation_opened_before_1900": {"opened_on": "1899-12-31"},
        "no_version_was_seen_before_1990": {"first_seen_on": "1900-01-01"},
        "a_registered_organisation_has_a_name": {"name": None},
        "an_organisation_that_only_a_publication_uses_has_a_name": {"name": None, "is_registered": False},
    },
    "organisation_successions": {
        "no_organisation_succeeds_itself": {"new_code": "T0"},
        "no_succession_is_before_2010": {"effective_on": "2009-12-31"},
        "the_shares_of_an_organisation_do_not_exceed_the_whole": {"share": 1.1},
        "a_split_is_marked_as_approximate": {"is_approximate": False},
    },
    "measures": {
        "a_local_measure_is_known_by_its_name": {"is_local": True},
        "a_percentage_is_multiplied_by_100": {"multiplier": 1.0},
        "a_rate_says_its_denominator": {"denominator": None},
        "a_distribution_has_no_denominator": {**_DELIVERIES, "denominator": "All"},
        "a_distribution_has_no_interval": {**_DELIVERIES, "interval_method": "wilson"},
        "a_distribution_has_no_better_direction": {**_DELIVERIES, "direction": "lower"},
        "a_percentage_has_an_interval_of_a_proportion": {"interval_method": "byar"},
        "a_revision_tolerance_is_above_zero": {"revision_tolerance": 0.0},
        "a_measure_where_more_is_better_says_what_change_matters": {"margin_overall": None},
        "a_measure_where_less_is_better_says_what_change_matters": {"direction": "lower", "margin_overall": None},
    },
    "datasets": {
        "an_open_licence_stands_in_the_attribution": {"attribution": "Source: P."},
        "a_publishers_page_is_https": {"landing_page": "http://example.org"},
    },
    "breaks": {
        "no_break_ends_before_it_starts": {"ends_on": "2020-02-29"},
        "no_break_is_before_1990": {"starts_on": "1900-01-01"},
        "a_mask_has_an_end": {"ends_on": None},
    },
    "data_quality": {
        "every_row_read_is_loaded_quarantined_or_ignored": {"rows_read": 101},
        "no_more_than_a_twentieth_is_quarantined": {"rows_quarantined": 50, "rows_loaded": 49},
        "a_file_that_was_read_gave_rows": {"rows_loaded": 0},
    },
    "releases": {
        "no_period_is_before_1990": {"period_start": "1900-01-01"},
        "a_period_does_not_end_before_it_starts": {"period_end": "2024-03-31"},
        "one_release_of_a_period_is_the_latest": {"is_latest": False},
        "nothing_is_published_before_its_period_starts": {"published_on": "2024-03-31"},
        "a_simulated_file_says_so_in_its_name": {**_SYNTHETIC_RELEASE, "file_name": "f.csv"},
        "a_simulated_file_is_marked_as_simulated": {"origin": "synthetic"},
        "a_real_file_is_not_marked_as_simulated": {"is_synthetic": True},
        "a_held_release_says_why": {**_HELD, "held_because": None},
        "an_accepted_release_is_not_held": {**_ACCEPTED, "is_held": True, "held_because": "England moves by 9 %"},
        "a_release_that_is_never_published_is_not_held": {**_CUT, "is_held": True},
        "a_release_that_is_never_published_says_why": {**_CUT, "not_published_because": ""},
    },
    "lineage": {
        "no_observation_is_before_1990": {"first_period_start": "1900-01-01"},
        "no_series_ends_before_it_starts": {"last_period_end": "2024-03-31"},
        "a_simulated_file_is_marked_as_simulated": {"origin": "synthetic"},
        "a_real_file_is_not_marked_as_simulated": {"is_synthetic": True},
    },
    "revisions": {
        "no_period_is_before_1990": {"period_start": "1900-01-01"},
        "a_period_does_not_end_before_it_starts": {"period_end": "2024-03-31"},
        "no_release_revises_itself": {"from_release_sha256": SHA},
        "what_changed_is_not_the_same": {"new_numerator": 70.0, "new_value": 70.0},
        "what_appeared_was_not_there": {**_APPEARED, "old_value_status": "value"},
        "what_appeared_is_there": {**_APPEARED, "new_value": None, "new_value_status": None},
        "what_vanished_is_not_there": {**_VANISHED, "new_value_status": "value"},
        "what_vanished_was_there": {**_VANISHED, "old_value": None, "old_value_status": None},
        "what_changed_was_there": {"old_value": None, "old_value_status": None},
        "what_changed_is_there": {"new_value": None, "new_value_status": None},
        "an_old_number_that_was_not_there_has_no_value": {"old_value_status": "suppressed"},
        "a_new_number_that_is_not_there_has_no_value": {"new_value_status": "suppressed"},
    },
    "board_maturity": {
        "no_board_was_assessed_before_1990": {"assessed_on": "1900-01-01"},
        "no_more_items_are_rescaled_than_rated": {"rescaled_items": 3},
        "no_more_dimensions_are_rated_than_the_framework_has": {"dimensions_rated": 9},
        "there_is_no_class_without_cut_points": {"cut_points": None},
        "there_is_no_class_of_an_assessment_that_is_not_complete": {"is_complete": False},
    },
    "research_indicators": {
        "no_question_was_answered_before_1990": {"assessed_on": "1900-01-01"},
        "a_known_question_has_its_words": {"indicator_label": None},
    },
    "research_impact": {
        "a_reference_is_no_nhs_number": {"study_ref": "9434765919"},
        "no_impact_was_recorded_before_1990": {"recorded_on": "1900-01-01"},
        "an_equity_item_is_of_health_benefit": {"victor_domain": "economic"},
    },
    "research_activity": {
        "no_period_is_before_1990": {"period_start": "1900-01-01"},
        "a_period_is_one_financial_year": {"period_end": "2016-12-31"},
        "no_more_studies_are_commercial_than_recruit": {"commercial_studies": 25},
        "no_more_people_are_in_interventional_studies_than_in_all": {"interventional_participants": 350},
        **{
            name: change
            for count in ("participants", "interventional_participants")
            for name, change in {
                f"{count}_is_never_1_to_7": {count: 5},
                f"{count}_is_a_multiple_of_5": {count: 42},
                f"{count}_that_is_not_there_is_null_and_never_zero": {count: 0, f"{count}_status": "suppressed"},
                f"{count}_that_is_there_has_a_value": {count: None},
            }.items()
        },
    },
    "q_community": {
        "members_is_never_1_to_7": {"members": 5},
        "members_is_a_multiple_of_5": {"members": 42},
        "members_that_is_not_there_is_null_and_never_zero": {"members": 0, "members_status": "suppressed"},
        "members_that_is_there_has_a_value": {"members": None},
        "only_an_organisation_has_a_code": {"organisation_code": None},
        "a_printed_number_says_where_it_is_printed": {**_FOUNDERS, "published_source": None},
        "few_members_are_not_shown_as_printed_either": {**_FOUNDERS, "published_members": 5},
        "a_number_comes_from_a_file_or_from_print": {"release_sha256": None},
    },
    "q_exchange_ideas": {
        "no_more_ideas_are_shortlisted_than_entered": {"shortlisted_ideas": 4},
        "no_more_ideas_are_funded_than_entered": {"funded_ideas": 2},
    },
}
WHOLE_TABLE: dict[str, list[Row]] = {
    "a_row_is_named_by_its_key": [{}, {}],
    "simulated_and_real_rows_are_never_mixed": [{}, {"is_synthetic": True}],
    "the_mart_is_not_empty": [],
    "england_is_among_the_organisations": [{}],
    "an_assessment_has_one_overall_score": [{}, {"dimension": "structural", "overall_score": 2.9}],
    "all_assessments_are_put_together_by_one_rule": [{}, {"organisation_code": "RYY", "aggregation_rule": "median"}],
}
EMPTY = (  # marts other than those of QI work that may have no row
    "lineage", "revisions", "analysis_plans", "project_planning", "improvement_programmes", "board_maturity",
    "research_indicators", "research_impact", "research_activity", "q_community", "q_exchange_ideas",
    "log_coverage", "inequality_decomposition",
)  # fmt: skip
MARKERS = {
    "outcome_trends": "stratum_scheme", "outcome_inequalities": "stratum_scheme", "qi_outcome_links": "stratum_scheme",
    "inequality_decomposition": "stratum_scheme",
    "qi_activity": "organisation_code", "organisations": "organisation_code", "organisation_successions": "old_code",
    "measures": "measure_id", "breaks": "break_id", "data_quality": "entity", "qi_projects": "project_key",
    "qi_project_sites": "project_key", "improvement_programmes": "organisation_code",
    "board_maturity": "organisation_code",
    "research_indicators": "organisation_code", "research_impact": "organisation_code",
    "research_activity": "organisation_code", "q_community": "area", "q_exchange_ideas": "organisation_code",
    "topic_measures": "measure_id", "qi_ecological_links": "measure_id",
    "analysis_plans": "project_key", "project_planning": "measure_id",
    "qi_duplicate_candidates": "project_key_a", "qi_equity_classifications": "project_key",
    "qi_coding_agreement": "field", "log_coverage": "organisation_code",
}  # fmt: skip


@cache
def contract(mart: str) -> dict[str, str]:
    """Columns and types of the mart's contract."""
    [path] = MARTS.rglob(f"{mart}.yml")
    [model] = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    return {column["name"]: column["data_type"] for column in model["columns"]}


def write_mart(folder: Path, mart: str, rows: list[Row]) -> Path:
    """Write rows as the mart's Parquet file, typed by its contract; a column that a row lacks is NULL."""
    import duckdb

    types = contract(mart)
    path = folder / "marts" / f"{mart}.parquet"
    path.parent.mkdir(exist_ok=True)
    with duckdb.connect() as con:
        con.execute(f"create table mart ({', '.join(f'{name} {kind}' for name, kind in types.items())})")
        for row in rows:
            assert not set(row) - set(types), f"{mart} has no column {set(row) - set(types)}"
            con.execute(f"insert into mart values ({', '.join('?' * len(types))})", [row.get(name) for name in types])
        con.execute(f"copy mart to '{path}' (format parquet)")
    return path


@pytest.fixture(scope="module")
def judge() -> auditing.Judge:
    """One start of the library for the whole module."""
    return auditing.Judge()


def failed(result: SuiteResult) -> set[str]:
    return {finding.name for finding in result.failed}


def changed_by_kind(expectation: dict[str, Any], columns: dict[str, str]) -> Row | None:
    """A change of one column that must make a simple expectation fail; None when it takes more than that."""
    kwargs = expectation["kwargs"]
    column = kwargs.get("column")
    if column not in columns or "row_condition" in kwargs:
        return None
    match expectation["type"]:
        case "expect_column_values_to_not_be_null":
            return {column: None}
        case "expect_column_values_to_be_in_set" if columns[column] == "boolean":
            return {column: not kwargs["value_set"][0]}
        case "expect_column_values_to_be_in_set" if columns[column] == "varchar":
            return {column: "no such word"}
        case "expect_column_values_to_match_regex":
            return {column: "no such word !"}
        case "expect_column_values_to_be_between" if columns[column] in ("double", "bigint", "integer"):
            return {column: kwargs["min_value"] - 1 if "min_value" in kwargs else kwargs["max_value"] + 1}
    return None


def test_every_published_mart_has_a_suite_and_every_suite_a_mart() -> None:
    assert set(SUITES) == {path.stem for path in MARTS.rglob("*.sql")} == set(GOOD)


@pytest.mark.parametrize("mart", sorted(SUITES))
def test_a_suite_names_columns_of_its_mart_only(mart: str) -> None:
    known = set(contract(mart)) | set(SUITES[mart].derived)
    for expectation in SUITES[mart].expectations:
        kwargs = expectation["kwargs"]
        used = {kwargs[name] for name in ("column", "column_A", "column_B") if name in kwargs}
        assert used | set(kwargs.get("column_list", ())) <= known, expectation["meta"]["name"]
    assert set(SUITES[mart].key) <= set(contract(mart))


OF_RECORDS = {
    "qi_projects": ("qi_projects", "projects"),
    "qi_project_sites": ("qi_projects", "sites"),
    "qi_equity_classifications": ("qi_projects", "classifications"),
    "board_maturity": ("board_maturity", "assessments"),
    "improvement_programmes": ("improvement_programmes", "memberships"),
    "research_activity": ("research_activity", "trust_years"),
    "research_impact": ("research_impact", "impacts"),
    "research_indicators": ("research_indicators", "answers"),
}


@pytest.mark.parametrize("mart", OF_RECORDS)
def test_a_suite_allows_every_word_that_the_door_lets_in(mart: str) -> None:
    dataset, name = OF_RECORDS[mart]
    [entity] = [each for each in dataset_spec(dataset).entities if each.name == name]
    allowed = {
        each["kwargs"]["column"]: set(each["kwargs"]["value_set"])
        for each in SUITES[mart].expectations
        if each["type"] == "expect_column_values_to_be_in_set"
    }
    words = {column.name: set(column.values or ()) for column in entity.columns if column.name in allowed}
    assert any(words.values())
    assert {column: sorted(known - allowed[column]) for column, known in words.items() if known - allowed[column]} == {}


@pytest.mark.parametrize("mart", sorted(SUITES))
def test_a_suite_holds_on_a_plausible_table(mart: str, judge: auditing.Judge, tmp_path: Path) -> None:
    result = judge.result(write_mart(tmp_path, mart, GOOD[mart]), SUITES[mart])

    assert result.passed, result.metadata["failed"]
    assert len(result.findings) == len(SUITES[mart].expectations)


@pytest.mark.parametrize("mart", sorted(name for name in SUITES if name.startswith("qi_") or name in EMPTY))
def test_a_mart_that_may_be_empty_passes_when_it_is(mart: str, judge: auditing.Judge, tmp_path: Path) -> None:
    result = judge.result(write_mart(tmp_path, mart, []), SUITES[mart])

    assert result.passed, result.metadata["failed"]


@cache
def simple_changes(mart: str) -> dict[str, Row]:
    """One changed column for each expectation that needs no more than that to fail."""
    columns = contract(mart)
    changes = {each["meta"]["name"]: changed_by_kind(dict(each), columns) for each in SUITES[mart].expectations}
    return {name: change for name, change in changes.items() if change is not None and name not in TAMPERED[mart]}


@cache
def marked(mart: str) -> dict[str, Row]:
    """Tampered rows by expectation, each with a number in a column of the key unless that is what was tampered with."""
    marker = MARKERS.get(mart, "dataset")
    usual = {row[marker] for row in (GOOD[mart][0], *TAMPERED[mart].values()) if len(row) > 5 and marker in row}
    rows = {}
    for at, (name, change) in enumerate({**TAMPERED[mart], **simple_changes(mart)}.items()):
        row = {**GOOD[mart][0], **change}
        rows[name] = {**row, marker: f"T{at}"} if row[marker] in usual else row
    return rows


@pytest.fixture(scope="module")
def tampered(judge: auditing.Judge, tmp_path_factory: pytest.TempPathFactory) -> dict[str, SuiteResult]:
    """Each suite's result on a table with one tampered row per expectation."""
    return {
        mart: judge.result(write_mart(tmp_path_factory.mktemp(mart), mart, list(marked(mart).values())), SUITES[mart])
        for mart in TAMPERED
    }


@pytest.mark.parametrize("mart", sorted(SUITES))
def test_no_expectation_is_without_a_table_that_makes_it_fail(mart: str, tampered: dict[str, SuiteResult]) -> None:
    names = {expectation["meta"]["name"] for expectation in SUITES[mart].expectations}

    assert names - set(WHOLE_TABLE) == set(marked(mart)), "add a tampered row to TAMPERED"
    assert set(marked(mart)) <= failed(tampered[mart])
    assert not [finding for finding in tampered[mart].findings if finding.error]


CASES = [(mart, name) for mart, cases in TAMPERED.items() for name in cases]


@pytest.mark.parametrize(("mart", "name"), CASES, ids=[f"{mart}-{name}" for mart, name in CASES])
def test_a_tampered_row_fails_its_named_expectation(mart: str, name: str, tampered: dict[str, SuiteResult]) -> None:
    marker = MARKERS.get(mart, "dataset")
    [finding] = [finding for finding in tampered[mart].findings if finding.name == name]

    assert not finding.passed
    assert marked(mart)[name][marker] in {found.get(marker) for found in finding.rows}


@pytest.mark.parametrize("mart", sorted(SUITES))
def test_one_changed_column_fails_the_expectation_of_that_column(mart: str, tampered: dict[str, SuiteResult]) -> None:
    marker = MARKERS.get(mart, "dataset")
    for name, change in simple_changes(mart).items():
        [finding] = [finding for finding in tampered[mart].findings if finding.name == name]
        if marker not in change:
            assert marked(mart)[name][marker] in {found.get(marker) for found in finding.rows}, name


WHOLE_TABLE_CASES = [
    (mart, name) for mart, suite in SUITES.items() for name in WHOLE_TABLE
    if name in {expectation["meta"]["name"] for expectation in suite.expectations}
    and (name != "a_row_is_named_by_its_key" or mart in ("breaks", "qi_activity"))
    and (name != "simulated_and_real_rows_are_never_mixed" or mart in ("releases", "organisations"))
    and (name != "the_mart_is_not_empty" or mart in ("datasets", "releases"))
]  # fmt: skip


@pytest.mark.parametrize(("mart", "name"), WHOLE_TABLE_CASES)
def test_a_table_that_is_wrong_as_a_whole_fails(mart: str, name: str, judge: auditing.Judge, tmp_path: Path) -> None:
    rows = [{**GOOD[mart][0], **change} for change in WHOLE_TABLE[name]]

    assert name in failed(judge.result(write_mart(tmp_path, mart, rows), SUITES[mart]))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the suites of breaks and data_quality alone."""
    root = tmp_path / "project"
    (root / "expectations").mkdir(parents=True)
    for mart in ("breaks", "data_quality"):
        (root / "expectations" / f"{mart}.json").write_bytes((ROOT / "expectations" / f"{mart}.json").read_bytes())
    monkeypatch.setattr(auditing, "project_root", lambda: root)
    return root


@pytest.fixture
def staged(project: Path, tmp_path: Path) -> Path:
    """A staging folder with plausible breaks and data_quality."""
    folder = tmp_path / "staged"
    folder.mkdir()
    for mart in ("breaks", "data_quality"):
        write_mart(folder, mart, GOOD[mart])
    return folder


def test_a_plausible_release_gets_a_passing_receipt_and_data_docs(
    staged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the audit asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    results = audit(staged)

    receipt = read_receipt(staged, "expectations")
    assert [(result.mart, result.passed) for result in results] == [("breaks", True), ("data_quality", True)]
    assert receipt is not None
    assert receipt.passed
    assert {path.name for path in (staged / "data_docs").iterdir()} == {
        "index.html", "breaks.html", "data_quality.html", "results.json"
    }  # fmt: skip
    assert json.loads((staged / "data_docs" / "results.json").read_text())["passed"] is True


def test_data_docs_ask_nothing_of_other_hosts_and_run_no_script(staged: Path) -> None:
    audit(staged)

    for page in (staged / "data_docs").glob("*.html"):
        html = page.read_text(encoding="utf-8")
        assert not re.search(r"https?://|//[a-z]|<script|@import|url\(", html), page.name


def test_an_implausible_table_refuses_the_release_and_shows_its_rows(staged: Path) -> None:
    write_mart(staged, "breaks", [{**_BREAK, "ends_on": "2020-02-29", "description": "<b>bold | text</b>"}])
    [breaks, quality] = audit(staged)

    receipt = read_receipt(staged, "expectations")
    assert receipt is not None
    assert not receipt.passed
    assert receipt.details == ("breaks.no_break_ends_before_it_starts: 1 rows (100.00 %)",)
    assert breaks.has_errors
    assert quality.passed
    assert breaks.metadata["evaluated"] == breaks.metadata["successful"] + 1
    assert breaks.metadata["unexpected_rows"] == 1
    assert "| no_break_ends_before_it_starts | error |" in breaks.metadata["failed"]
    assert "| no_break_ends_before_it_starts | pandemic |" in breaks.metadata["failing_rows"]
    assert "no break ends before it starts" in (staged / "data_docs" / "breaks.html").read_text(encoding="utf-8")


def test_a_warning_shows_and_does_not_refuse_the_release(staged: Path) -> None:
    write_mart(staged, "breaks", [{**_BREAK, "ends_on": None}])
    [breaks, _] = audit(staged)

    receipt = read_receipt(staged, "expectations")
    assert (breaks.passed, breaks.has_errors) == (False, False)
    assert receipt is not None
    assert receipt.passed
    assert any("a_mask_has_an_end" in detail for detail in receipt.details)


def test_no_more_than_twenty_failing_rows_are_shown(staged: Path) -> None:
    write_mart(staged, "breaks", [{**_BREAK, "break_id": f"b{at}", "ends_on": "1999-01-01"} for at in range(50)])
    [breaks, _] = audit(staged)

    assert len(breaks.failing_rows()) == 20
    assert breaks.metadata["unexpected_rows"] == 50


def test_a_mart_without_a_suite_refuses_the_release(staged: Path, project: Path) -> None:
    (project / "expectations" / "breaks.json").unlink()
    [breaks, _] = audit(staged)

    receipt = read_receipt(staged, "expectations")
    assert breaks.has_errors
    assert receipt is not None
    assert not receipt.passed
    assert "mart has no suite" in receipt.details[0]


def test_a_suite_without_a_mart_refuses_the_release(staged: Path) -> None:
    (staged / "marts" / "breaks.parquet").unlink()
    results = audit(staged)

    assert [(result.mart, result.has_errors) for result in results] == [("data_quality", False), ("breaks", True)]
    assert "suite has no mart" in results[-1].problems[0]


@pytest.mark.parametrize(
    ("kwargs", "says"),
    [({"column": "gone"}, "gone"), ({"column": "kind", "min_value": 0}, "")],
    ids=["a column that is not there", "a text compared with a number"],
)
def test_an_expectation_that_raises_is_an_error_even_if_it_only_warns(
    kwargs: Row, says: str, staged: Path, project: Path
) -> None:
    path = project / "expectations" / "breaks.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    raising = {"type": "expect_column_values_to_be_between", "kwargs": {"min_value": 0, **kwargs},
               "meta": {"name": "it_raises", "severity": "warn"}}  # fmt: skip
    path.write_text(json.dumps({**document, "expectations": [*document["expectations"], raising]}), encoding="utf-8")
    [breaks, _] = audit(staged)

    [finding] = breaks.failed
    assert (finding.name, finding.severity, finding.is_blocking) == ("it_raises", "error", True)
    assert finding.error
    assert says in finding.error
    assert "Traceback" not in (staged / "data_docs" / "results.json").read_text(encoding="utf-8")


def test_a_derived_column_that_does_not_fit_the_mart_is_an_error(staged: Path, project: Path) -> None:
    path = project / "expectations" / "breaks.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["meta"]["derived"]["start_year"] = "year(no_such_column)"
    path.write_text(json.dumps(document), encoding="utf-8")

    assert "no_such_column" in audit(staged)[0].problems[0]


@pytest.mark.parametrize("text", ["{", "{}", '{"name": "other", "meta": {"key": ["a"]}, "expectations": []}'])
def test_a_suite_that_can_not_be_read_stops_the_audit_and_leaves_no_passing_receipt(
    text: str, staged: Path, project: Path
) -> None:
    audit(staged)
    (project / "expectations" / "breaks.json").write_text(text, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"breaks\.json"):
        audit(staged)
    receipt = read_receipt(staged, "expectations")
    assert receipt is not None
    assert not receipt.passed


def _literals(annotation: Any) -> set[str]:
    """The words of a Literal, or the values of an enumeration."""
    return {str(word) for word in get_args(annotation)} or {str(member) for member in annotation}


def _vocabulary(mart: str, column: str) -> set[str]:
    """The words that a mart's suite allows in a column, where it lists them without a condition."""
    suite = json.loads((ROOT / "expectations" / f"{mart}.json").read_text(encoding="utf-8"))
    for expectation in suite["expectations"]:
        kwargs = expectation["kwargs"]
        if kwargs.get("column") == column and "value_set" in kwargs and "row_condition" not in kwargs:
            return {str(word) for word in kwargs["value_set"]}
    raise AssertionError(f"{mart}.{column} has no vocabulary")


@pytest.mark.parametrize(
    ("marts", "column", "model", "field"),
    [
        (("measures", "outcome_trends", "outcome_inequalities"), "unit", Measure, "unit"),
        (("measures",), "interval_method", Measure, "interval"),
        (("measures",), "role", Measure, "role"),
        (("measures",), "nature", Measure, "nature"),
        (("measures",), "disclosure_rule", Disclosure, "rule"),
        (("datasets", "releases", "lineage"), "licence", DatasetSpec, "licence"),
        (("breaks",), "kind", Break, "kind"),
        (("breaks",), "handling", Break, "handling"),
    ],
)
def test_a_suites_vocabulary_is_that_of_the_catalogue(
    marts: tuple[str, ...], column: str, model: type[BaseModel], field: str
) -> None:
    words = _literals(model.model_fields[field].annotation)
    assert {mart: _vocabulary(mart, column) for mart in marts} == dict.fromkeys(marts, words)


def test_a_rate_of_a_small_count_has_a_method_of_its_own() -> None:
    words = _literals(Measure.model_fields["interval"].annotation)
    assert _vocabulary("outcome_trends", "interval_method") == words | {"exact poisson"}


def test_the_suite_of_datasets_knows_every_usage_warning() -> None:
    text = (ROOT / "expectations" / "datasets.json").read_text(encoding="utf-8")
    pattern = next(
        expectation["kwargs"]["regex"]
        for expectation in json.loads(text)["expectations"]
        if expectation["kwargs"].get("column") == "usage_warnings"
    )
    assert re.fullmatch(pattern, ",".join(UsageWarning))
    assert not re.fullmatch(pattern, "no_such_warning")
