"""Nothing is simulated: research activity stays empty until its dataset comes.

Belongs here: the reason why there is no file. Does not: figures.
"""

from collections.abc import Iterable

from orchestration.datasets.protocol import SyntheticFile
from orchestration.simulation.world import World


def synthesise(world: World) -> Iterable[SyntheticFile]:
    """No file: made-up recruitment beside made-up outcomes would look like a finding."""
    return ()
