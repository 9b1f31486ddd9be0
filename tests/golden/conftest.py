"""SQL of the golden analyses as dbt compiles it, for tests of what the marts call."""

import pytest

from benchmarks.golden import compiled_analyses


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Compiled SQL by the analysis' name."""
    return compiled_analyses(tmp_path_factory.mktemp("golden"))
