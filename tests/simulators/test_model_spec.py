"""A wrong plant file is answered with one sentence that names the line and the way out."""

from pathlib import Path

import pytest

from simulators.model import SpecError, load
from tests.simulators.week import PLANT_FILE, demo_spec

TEXT = PLANT_FILE.read_text(encoding="utf-8")


def broken(tmp_path: Path, old: str, new: str) -> Path:
    assert old in TEXT
    path = tmp_path / "plant.yaml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_demo_has_nineteen_assets() -> None:
    spec = demo_spec()
    assert len(spec.stations) + len(spec.meters) + len(spec.environments) == 19
    assert len(spec.production) == 10
    assert {s.id for s in spec.production if not s.devices} == {"GRIND-01"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "mttr_min: 16",
            "mtr_min: 16",
            r"plant.yaml:\d+: stations.PRESS-01.mtr_min: .*did you mean 'mttr_min'",
        ),
        ("rated_power_kw: 60", "rated_power_kw: sixty", r"expected a number of at least 0, got str 'sixty'"),
        ("rated_power_kw: 60", "rated_power_kw: 20", r"a level lies above the rated power of 20"),
        ("Asia/Shanghai", "Asia/Shangai", r"plant.yaml:\d+: site.time_zone: no time zone is called"),
        ('start: "08:00", end', 'start: "25:00", end', r"shifts\[0\].start: expected a time of day"),
        ("output: blanks", "output: blank", r"unknown buffer 'blank'"),
        ("{P1: 20, P2: 22, P3: 24}", "{P1: 20}", r"ideal_cycle_s: expected one cycle for each of P1, P2, P3"),
        ("product: P2}", "product: P9}", r"unknown product 'P9', expected one of P1"),
        ("is_output: true", "is_output: false", r"exactly one station needs 'is_output: true'"),
        ("feeds: [EM-LINE,", "feeds: [EM-LIN,", r"meters.EM-MAIN: feeds 'EM-LIN'"),
        ("kind: gas", "kind: steam", r"expected electricity, gas or water, got 'steam'"),
        ("codes: euromap", "codes: mtconnect", r"expected one of plain, euromap"),
        ("kind: link_cut", "kind: cut", r"expected link_cut, counter_reset or bad_quality"),
        ("buffers: {", "buffers: [", r"plant.yaml:\d+: not valid YAML"),
        (
            "restart_pieces: 14",
            "restart_pieces: 30",
            r"restart_pieces: expected 1 to 24, half of its smallest",
        ),
        ("[5, 40]", "[40, 5]", r"expected two numbers, the smaller first"),
        ("days: [mon,", "days: [monday,", r"expected a day among mon"),
        ("producing: 38,", "producing: 38.01,", r"expected a multiple of 0.125 kW"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, old: str, new: str, expected: str) -> None:
    with pytest.raises(SpecError, match=expected):
        load(broken(tmp_path, old, new))


def test_a_missing_field_and_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"stations.PRESS-01.kind: is missing"):
        load(broken(tmp_path, "    kind: press\n", ""))
    with pytest.raises(SpecError, match=r"nowhere.yaml: cannot be read"):
        load(tmp_path / "nowhere.yaml")
