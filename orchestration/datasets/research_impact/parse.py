"""Read records of what came of studies, as the door has let them in.

Belongs here: the dataset's name. Does not: reading templates (qi_logs) or the canonical form (records.py).
"""

from orchestration.datasets.records import canonical_reader

DATASET = "research_impact"
parse = canonical_reader(DATASET)
