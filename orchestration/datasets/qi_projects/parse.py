"""Read a QI log that the door has let in: projects, sites, measures and proposed equity classifications.

Belongs here: the dataset's name. Does not: reading registers (qi_logs) or the canonical form (records.py).
"""

from orchestration.datasets.records import canonical_reader

DATASET = "qi_projects"
parse = canonical_reader(DATASET)
