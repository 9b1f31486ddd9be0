"""Read answers to the regulator's questions on research, as the door has let them in.

Belongs here: the dataset's name. Does not: reading templates (qi_logs) or the canonical form (records.py).
"""

from orchestration.datasets.records import canonical_reader

DATASET = "research_indicators"
parse = canonical_reader(DATASET)
