"""The engine's benchmark compares like with like: on a year without damage every peer gives the engine's values."""

import math

import pytest

from bench.rig import own_year
from bench.rig.asset_year import WHOLE, Year, asset_year
from bench.rig.peers import PEERS, columns_of
from evidence_engine.knowledge.stretches import total


@pytest.fixture(scope="module")
def fortnight() -> Year:
    return asset_year(1, 14, WHOLE)


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_gives_the_engines_values(fortnight: Year, name: str) -> None:
    if name != "numpy":
        pytest.importorskip(name.lower(), reason="comes with requirements/bench.txt")
    stretches = own_year.stretches_of(fortnight)
    given = PEERS[name](columns_of(fortnight, stretches))().figures(total(stretches))
    found = own_year.figures(fortnight)
    for kpi, value in given.items():
        own = found[kpi].value
        assert own is not None
        assert math.isclose(own, value, rel_tol=1e-9), kpi


def test_everything_holds_the_first_figures_unchanged(fortnight: Year) -> None:
    every = own_year.everything(fortnight)
    assert every.items() >= own_year.figures(fortnight).items()
    assert "network.networking_rate" in every
