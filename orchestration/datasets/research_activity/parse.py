"""Read studies and participants of trusts by year, as the door has let them in.

Belongs here: the dataset's name. Does not: reading templates (qi_logs) or the canonical form (records.py).
"""

from orchestration.datasets.records import canonical_reader

DATASET = "research_activity"
parse = canonical_reader(DATASET)
