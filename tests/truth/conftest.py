"""The demos that the truth tests share: only those are run that a chosen test asks for."""

from collections.abc import Callable, Iterator

import pytest

from tests.truth.demos import CLEAN, SEEDS, Demos
from tests.truth.runs import Finished


@pytest.fixture(scope="session")
def demos(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demos]:
    """All that this session needs, started together."""
    asked = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    names = [str(seed) for seed in SEEDS] if "faulty_run" in asked else []
    names += [CLEAN] if "clean_run" in asked else []
    found = Demos(tmp_path_factory.mktemp("demos"), names)
    yield found
    found.close()


@pytest.fixture(scope="session")
def faulty_run(demos: Demos) -> Callable[[int], Finished]:
    """Demos with the bundled schedule of faults, by seed."""
    return lambda seed: demos.of(str(seed))


@pytest.fixture(scope="session")
def clean_run(demos: Demos) -> Finished:
    """A demo without faults, its history without damage, with one ended hour live."""
    return demos.of(CLEAN)
