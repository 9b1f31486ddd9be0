-- Generated from the catalogue by `python -m orchestration.catalogue.generate`. Do not edit.
select distinct
    organisation_code,
    organisation_scheme,
    organisation_name as name,
    period_start as seen_on
from {{ ref('stg_ae_monthly__attendances') }}
union all
select distinct
    organisation_code,
    organisation_scheme,
    organisation_name as name,
    period_start as seen_on
from {{ ref('stg_ascof__areas') }}
union all
select distinct
    organisation_code,
    organisation_scheme,
    organisation_name as name,
    period_start as seen_on
from {{ ref('int_cancer_waits__named') }}
union all
select distinct
    organisation_code,
    organisation_scheme,
    organisation_name as name,
    period_start as seen_on
from {{ ref('stg_community_waits__waits') }}
union all
select distinct
    organisation_code,
    organisation_scheme,
    organisation_name as name,
    period_start as seen_on
from {{ ref('stg_dm01__waits') }}
union all
select distinct
    organisation_code,
    organisation_scheme,
    organisation_name as name,
    period_start as seen_on
from {{ ref('int_fingertips__classified') }}
union all
select distinct
    organisation_code,
    organisation_scheme,
    organisation_name as name,
    period_start as seen_on
from {{ ref('stg_inpatient_survey__scores') }}
union all
select distinct
    organisation_code,
    organisation_scheme,
    organisation_name as name,
    period_start as seen_on
from {{ ref('stg_kh03_beds__beds') }}
union all
select distinct
    organisation_code,
    organisation_scheme,
    organisation_name as name,
    period_start as seen_on
from {{ ref('stg_maternity_msds__counts') }}
union all
select distinct
    organisation_code,
    organisation_scheme,
    organisation_name as name,
    period_start as seen_on
from {{ ref('stg_maternity_msms__counts') }}
union all
select distinct
    organisation_code,
    organisation_scheme,
    organisation_name as name,
    period_start as seen_on
from {{ ref('stg_mhsds__measures') }}
union all
select distinct
    organisation_code,
    organisation_scheme,
    organisation_name as name,
    period_start as seen_on
from {{ ref('stg_proms__key_facts') }}
union all
select distinct
    organisation_code,
    organisation_scheme,
    organisation_name as name,
    period_start as seen_on
from {{ ref('int_qof__mentioned') }}
union all
select distinct
    organisation_code,
    organisation_scheme,
    organisation_name as name,
    period_start as seen_on
from {{ ref('stg_rtt__organisations') }}
union all
select distinct
    organisation_code,
    organisation_scheme,
    organisation_name as name,
    period_start as seen_on
from {{ ref('int_shmi__mentioned') }}
union all
select distinct
    organisation_code,
    organisation_scheme,
    organisation_name as name,
    period_start as seen_on
from {{ ref('stg_staff_survey__results') }}
union all
select distinct
    organisation_code,
    organisation_scheme,
    organisation_name as name,
    period_start as seen_on
from {{ ref('stg_talking_therapies__activity') }}
union all
select distinct
    organisation_code,
    organisation_scheme,
    organisation_name as name,
    period_start as seen_on
from {{ ref('stg_wlmds_demographics__organisations') }}
