"""Coefficient tables: which row holds, the plant's own before ours; and files of the plant that are read in."""

from typing import Any

import pytest

from evidence_engine.documents import BadInput
from evidence_engine.kpis.energies.coefficient_tables import bundled, coefficient, least_shares
from evidence_engine.plant_file import read_plant_file
from evidence_engine.vocabulary.coefficients import CoefficientTable
from evidence_engine.vocabulary.instants import DAY, parse_instant
from evidence_engine.vocabulary.plant import Plant
from tests.evidence_engine.small_plant import small_plant

UTC_YEARS = {2025: "2025-07-01", 2026: "2026-07-01"}


def factor(plant: Plant, year: int) -> tuple[float, int | None]:
    row = coefficient(plant, "electricity", "co2", parse_instant(UTC_YEARS[year], plant.zone))
    assert row is not None
    return row.per_unit, row.data_year


def test_the_newest_factor_that_was_published_when_the_window_ended() -> None:
    plant = small_plant()
    assert factor(plant, 2025) == (0.5366, 2022)
    assert factor(plant, 2026) == (0.5306, 2023)
    first = coefficient(plant, "electricity", "co2", 0)
    assert first is not None
    assert first.data_year == 2021


def test_the_plant_names_region_kind_and_year() -> None:
    assert factor(small_plant(energy={"co2": {"region": "East"}}), 2026) == (0.55, 2023)
    assert factor(small_plant(energy={"co2": {"region": "江苏"}}), 2026) == (0.5978, 2022)
    assert factor(small_plant(energy={"co2": {"basis": "residual"}}), 2026) == (0.6096, 2023)
    assert factor(small_plant(energy={"co2": {"data_year": 2021}}), 2026) == (0.5568, 2021)
    nowhere = small_plant(energy={"co2": {"region": "Atlantis"}})
    assert coefficient(nowhere, "electricity", "co2", DAY) is None


def test_a_table_of_the_plant_goes_first() -> None:
    row = {"carrier": "electricity", "kind": "co2", "per_unit": 0.1, "source": "own"}
    table = {"schema": "floortruth/coefficients/1", "id": "own", "rows": [row]}
    assert factor(small_plant(energy={"coefficients": table}), 2026) == (0.1, None)


def test_every_row_names_its_source_and_none_is_a_guess() -> None:
    assert all(row.source and row.certainty in ("S", "L") for row in bundled())
    assert not [row for row in bundled() if row.kind == "equivalent"]
    assert least_shares()["electricity"].at("equipment") == 95


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"carrier": "electricty"}, "electricty"),
        ({"per_unit": -1.0}, "greater than or equal to 0"),
        ({"per_unit": 1.0, "low": 2.0}, "not between low and high"),
    ],
)
def test_a_wrong_row_is_refused(row: dict[str, Any], said: str) -> None:
    good = {"carrier": "gas", "kind": "calorific", "per_unit": 1.3, "source": "s"}
    with pytest.raises(ValueError, match=said):
        CoefficientTable.model_validate({"id": "t", "rows": [{**good, **row}]})
    with pytest.raises(ValueError, match="gas calorific national average stands twice"):
        CoefficientTable.model_validate({"id": "t", "rows": [good, good]})


PLANT = """
schema: floortruth/plant/1
site: {id: S, name: {zh: 厂, en: site}, time_zone: UTC}
assets: {E1: {kind: electricity_meter, name: {zh: 表, en: meter}}}
energy:
"""
TARIFF = 'schema: floortruth/tariff/1\nversions: [{valid_from: "2025-01-01", source: s}]\n'


def plant_of(energy: str, **files: str) -> Plant:
    text = PLANT + "".join(f"  {line}\n" for line in energy.splitlines())
    return read_plant_file(text, "plant.yaml", lambda name: files[name.partition(".")[0]])


def test_a_plant_file_names_its_tariff_and_its_table() -> None:
    plant = plant_of("tariff_file: t.yaml", t=TARIFF)
    assert plant.energy.tariff is not None
    assert plant.energy.tariff.versions[0].source == "s"


@pytest.mark.parametrize(
    ("energy", "files", "said"),
    [
        ("tariff_file: t.csv", {}, "energy.tariff_file: 't.csv' is not the name of a .yaml file"),
        ("tariff_file: t.yaml", {"t": TARIFF + "regoin: X\n"}, "t.yaml:3: regoin: unknown key 'regoin'"),
        ("carriers: [coal]", {}, "plant.yaml:6: energy.carriers.0: "),
        ("demand: {minutes: 14}", {}, "expected parts of an hour"),
        ("needed_meters: [{carrier: gas, level: site, place: in, meter: E9}]", {}, "unknown asset 'E9'"),
        (
            "needed_meters: [{carrier: gas, level: site, place: in}, {carrier: gas, level: site, place: in}]",
            {},
            "gas site in stands twice",
        ),
    ],
)
def test_wrong_energy_facts_are_one_clear_sentence(energy: str, files: dict[str, str], said: str) -> None:
    with pytest.raises(BadInput) as error:
        plant_of(energy, **files)
    assert said in str(error.value)
