"""The tariff and the coefficients that a plant file names as files of their own; disk and network are the caller's."""

from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel

from evidence_engine.documents import BadInput, read_yaml
from evidence_engine.vocabulary.coefficients import CoefficientTable
from evidence_engine.vocabulary.energy_facts import EnergyFacts
from evidence_engine.vocabulary.tariff import Tariff

M = TypeVar("M", bound=BaseModel)
ReadText = Callable[[str], str]
"""The text of a file beside the plant file, by its name; BadInput where there is none."""


def with_energy_files(energy: EnergyFacts, place: str, read: ReadText) -> EnergyFacts:
    """The same with its files read in. BadInput names the file and the line of what is wrong in it."""
    tariff = _read(energy.tariff_file, f"{place}.tariff_file", Tariff, read)
    table = _read(energy.coefficients_file, f"{place}.coefficients_file", CoefficientTable, read)
    return energy.model_copy(
        update={
            "tariff": tariff or energy.tariff,
            "coefficients": table or energy.coefficients,
            "tariff_file": None,
            "coefficients_file": None,
        }
    )


def _read(name: str | None, place: str, model: type[M], read: ReadText) -> M | None:
    if name is None:
        return None
    if not name.lower().endswith((".yaml", ".yml")):
        raise BadInput(f"{place}: '{name}' is not the name of a .yaml file")
    return read_yaml(read(name), name, model)
