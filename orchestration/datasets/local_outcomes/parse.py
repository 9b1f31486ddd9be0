"""Read a team's own outcomes that the door has let in.

Belongs here: the dataset's name. Does not: reading templates (qi_logs) or the canonical form (records.py).
"""

from orchestration.datasets.records import canonical_reader

DATASET = "local_outcomes"
parse = canonical_reader(DATASET)
