"""Read numbers of Q members, and Q Exchange ideas, as the door has let them in.

Belongs here: the dataset's name. Does not: reading templates (qi_logs) or the canonical form (records.py).
"""

from orchestration.datasets.records import canonical_reader

DATASET = "q_community"
parse = canonical_reader(DATASET)
