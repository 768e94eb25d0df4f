"""The plant file: each error names file, line and the nearest known word."""

from pathlib import Path

import pytest

from evidence_engine.documents import BadInput, read_yaml
from evidence_engine.vocabulary.plant import Plant

CONFIGS = Path(__file__).parents[2] / "configs"

GOOD = """\
schema: floortruth/plant/1
site: {id: S1, name: {zh: 厂, en: plant}, time_zone: Asia/Shanghai}
steps: {turning: {name: {zh: 车, en: Turning}}}
assets:
  CNC-01:
    kind: cnc
    name: {zh: 加工中心, en: Machining centre}
    step: turning
    rated_power: 22
    states: {"3": producing}
"""


def plant(text: str) -> Plant:
    return read_yaml(text, "plant.yaml", Plant)


def test_a_good_file_reads() -> None:
    assert plant(GOOD).production_assets() == ["CNC-01"]


@pytest.mark.parametrize("path", sorted(CONFIGS.rglob("plant*.yaml")), ids=lambda path: path.parent.name)
def test_every_plant_in_configs_loads(path: Path) -> None:
    assert read_yaml(path.read_text(encoding="utf-8"), path.name, Plant).assets


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "rated_power",
            "rated_powr",
            "plant.yaml:9: assets.CNC-01.rated_powr: unknown key 'rated_powr', did you mean 'rated_power'?",
        ),
        (
            "rated_power: 22",
            "rated_power: strong",
            "plant.yaml:9: assets.CNC-01.rated_power: input should be a valid number, got 'strong'",
        ),
        (
            "step: turning",
            "step: turing",
            "assets.CNC-01.step: unknown step 'turing', did you mean 'turning'?",
        ),
        ("Asia/Shanghai", "Asia/Shangai", "plant.yaml:2: site: time zone 'Asia/Shangai' does not exist"),
        (
            "producing}",
            "prodcing}",
            "plant.yaml:10: assets.CNC-01.states.3: unknown state category 'prodcing', did you mean 'producing'?",
        ),
        ("kind: cnc\n", "kind: [cnc\n", "plant.yaml:"),
        ("    step: turning", "     step: turning", "plant.yaml:8: not valid YAML here"),
        ("kind: cnc", "kind: lathe", "plant.yaml:6: assets.CNC-01.kind:"),
        ("    kind: cnc\n", "", "plant.yaml:5: assets.CNC-01.kind: is missing"),
    ],
)
def test_each_error_names_its_line(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(BadInput) as refused:
        plant(GOOD.replace(old, new))
    assert message in str(refused.value)


def test_an_asset_twice_is_an_error_not_a_silent_replacement() -> None:
    with pytest.raises(BadInput, match="CNC-01' stands twice"):
        plant(GOOD + "  CNC-01: {kind: cnc, name: {zh: a, en: a}}\n")


def test_a_series_of_an_asset_outside_the_register_is_an_error() -> None:
    with pytest.raises(BadInput, match=r"series: unknown asset 'CNC-1', did you mean 'CNC-01'\?"):
        plant(GOOD + "series: {CNC-1/state: {}}\n")
    with pytest.raises(BadInput, match=r"unknown role 'powr', did you mean"):
        plant(GOOD + "series: {CNC-01/powr: {}}\n")


def test_an_empty_file_says_so() -> None:
    with pytest.raises(BadInput, match=r"plant.yaml:1: expected keys and values, got nothing"):
        plant("")


def test_values_that_mean_no_value_are_a_list() -> None:
    read = plant(GOOD + "series: {CNC-01/power_active: {invalid: [65535, -1]}}\n")
    assert read.series["CNC-01/power_active"].invalid == (65535.0, -1.0)
