with records as (select * from {{ lake('proms', 'records') }})

select
    release_sha256,
    period_start,
    period_end,
    record,
    organisation_code,
    case procedure when 'Hip Replacement' then 'hip' when 'Knee Replacement' then 'knee' end as joint,
    is_revision,
    case when age_band_status = 'suppressed' then 'masked' else replace(age_band, ' ', '_') end as age,
    case
        when gender_status = 'suppressed' then 'masked' when gender = '1' then 'male' when gender = '2' then 'female'
    end
        as sex,
    oxford_before,
    oxford_after,
    oxford_predicted,
    eq5d_before,
    eq5d_after,
    eq5d_predicted,
    eq_vas_before,
    eq_vas_after,
    eq_vas_predicted
from records
