"""Read assessments of boards, item by item, as the door has let them in.

Belongs here: the dataset's name. Does not: reading templates (qi_logs) or the canonical form (records.py).
"""

from orchestration.datasets.records import canonical_reader

DATASET = "board_maturity"
parse = canonical_reader(DATASET)
