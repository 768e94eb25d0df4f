"""The fixed vocabulary of roles: what a series means, its kind, its unit and the quantum it is summed in."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a value stands between two samples."""

    HELD = "held"  # stands until it changes: a state, a product
    CUMULATIVE = "cumulative"  # only rises: a counter, a register
    SAMPLED = "sampled"  # a quantity looked at now and then: a power, a temperature
    LINK = "link"  # the proofs of a connection (D2)
    FACTS = "facts"  # what the agent announces about its series (D8)


@dataclass(frozen=True, slots=True)
class Role:
    """One word of the vocabulary. `quantum` is the integer step in which it is summed, in `unit` (D18)."""

    name: str
    kind: Kind
    unit: str
    is_text: bool = False
    quantum: float | None = None


def _roles(*rows: Role) -> dict[str, Role]:
    return {role.name: role for role in rows}


ROLES: dict[str, Role] = _roles(
    Role("state", Kind.HELD, "1"),
    Role("product", Kind.HELD, "1", is_text=True),
    Role("batch", Kind.HELD, "1", is_text=True),
    Role("order", Kind.HELD, "1", is_text=True),
    Role("alarm", Kind.HELD, "1"),
    Role("stop_reason", Kind.HELD, "1"),  # what the operator says why it stopped; 0 nothing
    Role("mode", Kind.HELD, "1"),
    Role("count_total", Kind.CUMULATIVE, "{piece}", quantum=1),
    Role("count_good", Kind.CUMULATIVE, "{piece}", quantum=1),
    Role("count_reject", Kind.CUMULATIVE, "{piece}", quantum=1),
    Role("count_rework", Kind.CUMULATIVE, "{piece}", quantum=1),  # rejects that will be made good again
    Role("energy_active", Kind.CUMULATIVE, "kWh", quantum=1e-6),  # mWh
    Role("energy_reactive", Kind.CUMULATIVE, "kvar.h", quantum=1e-6),
    Role("gas_volume", Kind.CUMULATIVE, "m3", quantum=1e-6),
    Role("water_volume", Kind.CUMULATIVE, "m3", quantum=1e-6),
    Role("steam_mass", Kind.CUMULATIVE, "kg", quantum=1e-3),
    Role("compressed_air_volume", Kind.CUMULATIVE, "m3", quantum=1e-6),
    Role("heat_energy", Kind.CUMULATIVE, "MJ", quantum=1e-3),
    Role("run_time", Kind.CUMULATIVE, "h", quantum=1e-6),
    Role("power_active", Kind.SAMPLED, "kW", quantum=1e-6),  # mW
    Role("power_reactive", Kind.SAMPLED, "kvar", quantum=1e-6),
    Role("power_factor", Kind.SAMPLED, "1"),
    Role("voltage", Kind.SAMPLED, "V"),
    Role("current", Kind.SAMPLED, "A"),
    Role("temperature", Kind.SAMPLED, "Cel"),
    Role("humidity", Kind.SAMPLED, "%"),
    Role("pressure", Kind.SAMPLED, "bar"),
    Role("vibration", Kind.SAMPLED, "mm/s"),
    Role("flow", Kind.SAMPLED, "m3/h"),
    Role("noise", Kind.SAMPLED, "dB"),
    Role("speed", Kind.SAMPLED, "1/min"),
    Role("link", Kind.LINK, "1"),
    Role("clock_offset", Kind.SAMPLED, "s"),
    Role("facts", Kind.FACTS, "1", is_text=True),
)

CONNECTION_ROLES = frozenset({"link", "clock_offset", "facts"})
"""Roles of series `@<connection>/…`, which agents write about themselves; no tag may have them."""


def role_of(name: str) -> Role:
    """The role of that name; `x_…` are the plant's own, sampled numbers. ValueError suggests the nearest."""
    if name in ROLES:
        return ROLES[name]
    if name.startswith("x_") and len(name) > 2:
        return Role(name, Kind.SAMPLED, "1")
    raise ValueError(f"unknown role '{name}'{did_you_mean(name, ROLES)}")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`, did you mean 'power_active'?` where a known word is near, else nothing."""
    words = list(known)
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    return f", did you mean '{close[0]}'?" if close else ""


def series_name(asset: str, role: str) -> str:
    """`CNC-01/state`; for a connection `@cell-a/link`."""
    return f"{asset}/{role}"


def split_series(series: str) -> tuple[str, str]:
    """The asset (or `@connection`) and the role of a series name; ValueError where it is none."""
    asset, slash, role = series.rpartition("/")
    if not slash or not asset or not role:
        raise ValueError(f"'{series}' is not a series, expected asset/role")
    return asset, role
