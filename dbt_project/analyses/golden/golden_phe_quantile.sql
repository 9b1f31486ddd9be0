select
    grp,
    area,
    {{ quantile('value', 5, ['grp']) }} as q5_inverted,
    {{ quantile('value', 10, ['grp'], highest_first=false) }} as q10_not_inverted
from phe_quantile__input
