"""What a plant file may say about watching its equipment, and what it may not."""

from typing import Any

import pytest
from pydantic import ValidationError

from evidence_engine.vocabulary.monitoring import Limit, Monitoring
from tests.evidence_engine.small_plant import small_plant


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        ({"role": "noise"}, "the limit of 'noise' states neither high nor low"),
        ({"role": "noise", "high": 1.0, "low": 2.0}, "has low 2 above high 1"),
        ({"role": "state", "high": 1.0}, "'state' is no measured quantity"),
        ({"role": "nois", "high": 1.0}, "unknown role 'nois', did you mean 'noise'"),
        (
            {"role": "noise", "high": 1.0, "purpose": "fun"},
            "Input should be 'environment', 'safety' or 'condition'",
        ),
        ({"role": "noise", "high": 1.0, "min_time": 0.0}, "greater than 0"),
    ],
)
def test_a_limit_that_cannot_be_is_refused(limit: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        Limit.model_validate(limit)


def test_an_asset_lists_roles_that_exist() -> None:
    with pytest.raises(ValidationError, match=r"unknown role 'temprature', did you mean 'temperature'"):
        small_plant(assets={"M1": {"condition": ["temprature"]}})
    with pytest.raises(ValidationError, match="unknown role 'count'"):
        small_plant(assets={"M1": {"collect": ["count"]}})


def test_every_length_has_a_default_and_none_may_be_nothing() -> None:
    assert small_plant().monitoring == Monitoring()
    with pytest.raises(ValidationError, match="greater than 0"):
        small_plant(monitoring={"respond_within": 0.0})
