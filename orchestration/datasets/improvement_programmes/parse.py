"""Read memberships of improvement programmes that the door has let in.

Belongs here: the dataset's name. Does not: reading templates (qi_logs) or the canonical form (records.py).
"""

from orchestration.datasets.records import canonical_reader

DATASET = "improvement_programmes"
parse = canonical_reader(DATASET)
