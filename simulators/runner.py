"""Runs the simulated plant in one process: history first, then live servers, and the truth at the end."""

import argparse
import asyncio
import json
import logging
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from simulators.clock import SECOND, PlantClock, instant_text
from simulators.faults import Fault, FaultError, Schedule
from simulators.faults import load as load_faults
from simulators.history import counter_bases, write_history, write_plan
from simulators.history import reachable as reachable_in_history
from simulators.model import Plant, PlantSpec, SpecError
from simulators.model import load as load_plant
from simulators.options import DEMO, add_arguments
from simulators.truth import joined, write_truth
from simulators.wire import layout
from simulators.wire.device import Floor
from simulators.wire.disturber import Disturber
from simulators.wire.field import Field
from simulators.wire.pki import PkiParty, make_pki

__all__ = ["SettingError", "SimArguments", "add_arguments", "main", "run"]

TICK_S = 0.05
# Sessions that end, sockets that close, units that do not exist: the plant's daily life, and told by its own lines.
CHATTY = ("asyncua", "pymodbus", "amqtt", "transitions")
DAY = 86400 * SECOND
PLAN_AHEAD = 60 * DAY  # how far the plan beside the history reaches beyond the live start

TEXTS = {
    "history": {"zh": "正在生成 {days} 天的历史数据", "en": "writing {days} days of history"},
    "live": {
        "zh": "工厂已上线，速度 {speed} 倍，起点 {origin}",
        "en": "plant is live, speed {speed}, from {origin}",
    },
    "begins": {"zh": "故障开始：{what}", "en": "fault begins: {what}"},
    "ends": {"zh": "故障结束：{what}", "en": "fault ends: {what}"},
    "truth": {"zh": "真值已写入 {path}", "en": "truth written to {path}"},
}


class SettingError(ValueError):
    """An argument that cannot be used; the text is one clear sentence."""


@dataclass(frozen=True)
class SimArguments:
    """Everything that a run needs; instants are UTC ns. `real_origin_ns` None: taken when the servers are up."""

    plant: Path = DEMO
    wires: Path | None = None
    truth: Path | None = None
    speed: int = 60
    seed: int = 1
    faults: Path | None = None
    history: Path | None = None
    history_days: int = 7
    history_damage: bool = True
    go: Path | None = None
    origin_ns: int | None = None
    real_origin_ns: int | None = None
    ports: Path | None = None
    port_base: int = 0
    host: str = "127.0.0.1"
    advertise: str | None = None
    pki: Path | None = None
    min_dwell_s: int | None = None
    broken: frozenset[str] = field(default_factory=frozenset)
    lang: str = "en"


async def run(args: SimArguments, stop: asyncio.Event) -> None:
    """Runs until `stop` is set, then writes the truth.

    (1) The plant, up to the live start. (2) Its past as files. (3) Servers. (4) The ports file. (5) Live. (6) Truth.
    Raises SettingError, SpecError, LayoutError, FaultError or OSError where the settings cannot be used.
    """
    spec, wires = _plant_and_wires(args)
    origin_ns = args.origin_ns if args.origin_ns is not None else time.time_ns() // SECOND * SECOND
    start_ns = origin_ns - (args.history_days * DAY if args.history else 0)
    faults = load_faults(args.faults, origin_ns) if args.faults else ()
    plant = Plant(spec, args.seed, start_ns, args.broken)  # (1)
    await _past(args, plant, start_ns, origin_ns)  # (2)
    await _go(args.go, stop)
    clock = _Clock(origin_ns, args)
    damage = None if args.history and args.history_damage else ()
    codes = {name: product.code for name, product in spec.products.items()}
    bases = counter_bases(plant, start_ns, origin_ns, damage)
    floor = Floor(plant, clock.now, Schedule(faults), codes, bases)
    devices = Field(wires, floor, args.host, args.port_base, _party(args, wires))
    disturber = Disturber(devices, floor, origin_ns, _teller(args.lang))
    try:
        if await _started(devices, stop):  # (3)
            clock.go()
            _tell_ports(args, devices, clock)  # (4)
            _say(args.lang, "live", speed=args.speed, origin=instant_text(origin_ns))
            await _live(devices, disturber, floor, stop)  # (5)
        until_ns = floor.now()
        reached = disturber.reachability.until(until_ns)
    finally:
        await disturber.aclose()
        await devices.aclose()
    if args.truth is not None:  # (6)
        before = reachable_in_history(spec, start_ns, origin_ns, damage)
        reachable = joined(before, reached, origin_ns, until_ns)
        write_truth(plant, start_ns, until_ns, [f.as_json() for f in faults], reachable, args.truth)
        _say(args.lang, "truth", path=args.truth)


class _Clock:
    """Stands at the origin until the plant goes live; then the one formula of all processes (D32)."""

    def __init__(self, origin_ns: int, args: SimArguments) -> None:
        self._origin_ns, self._speed, self._given = origin_ns, args.speed, args.real_origin_ns
        self.clock: PlantClock | None = None

    def go(self) -> None:
        real_origin_ns = self._given if self._given is not None else time.time_ns()
        self.clock = PlantClock(self._origin_ns, real_origin_ns, self._speed)

    def now(self) -> int:
        return self._origin_ns if self.clock is None else max(self._origin_ns, self.clock.now())

    def as_json(self) -> dict[str, Any]:
        assert self.clock is not None
        return {
            "plant_origin": instant_text(self._origin_ns),
            "plant_origin_ns": self._origin_ns,
            "real_origin_ns": self.clock.real_origin_ns,
            "speed": self._speed,
        }


async def _go(path: Path | None, stop: asyncio.Event) -> None:
    """Waits for the file that lets the plant go live: its reader may want to import the history first."""
    while path is not None and not stop.is_set() and not await asyncio.to_thread(path.exists):
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), TICK_S)


async def _started(devices: Field, stop: asyncio.Event) -> bool:
    """Starts all servers; False where somebody asked to stop before they were up."""
    await asyncio.sleep(0)  # a signal that came while the past was worked out is heard now
    if stop.is_set():
        return False
    starting, stopping = asyncio.create_task(devices.start()), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            return False
        starting.result()
        return True
    finally:
        for task in (starting, stopping):
            task.cancel()
        await asyncio.gather(starting, stopping, return_exceptions=True)


async def _live(devices: Field, disturber: Disturber, floor: Floor, stop: asyncio.Event) -> None:
    """A tick every 50 real ms: the model runs on, faults begin and end, changes go out."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while not stop.is_set():
        now = floor.now()
        disturber.step(now)
        await devices.tick(now)
        due = max(due + TICK_S, loop.time())
        try:
            await asyncio.wait_for(stop.wait(), due - loop.time() + 1e-4)
        except TimeoutError:
            continue


async def _past(args: SimArguments, plant: Plant, start_ns: int, origin_ns: int) -> None:
    """Runs the plant to the live start; with a history folder, writes its files and then the marker."""
    if args.history is None:
        plant.advance(origin_ns)
        return
    _say(args.lang, "history", days=args.history_days)
    damage = None if args.history_damage else ()
    files = write_history(plant, start_ns, origin_ns, args.history, damage)
    write_plan(plant.spec, start_ns, origin_ns + PLAN_AHEAD, args.history / "plan.csv")
    done = {"from": instant_text(start_ns), "to": instant_text(origin_ns), "files": [f.name for f in files]}
    _replace(args.history / "history.done", done)


def _plant_and_wires(args: SimArguments) -> tuple[PlantSpec, tuple[layout.Wire, ...]]:
    spec = load_plant(args.plant)
    if args.min_dwell_s is not None:
        spec = replace(spec, min_dwell_s=args.min_dwell_s)
    wires = layout.load(args.wires or args.plant.with_suffix(".wires.yaml"))
    return spec, wires


def _party(args: SimArguments, wires: tuple[layout.Wire, ...]) -> PkiParty | None:
    """The plant's own certificate; made on the first run, kept afterwards."""
    if not any(isinstance(wire, layout.OpcUaWire) and wire.secure for wire in wires):
        return None
    if args.pki is None:
        raise SettingError(
            "a wire of this plant is secure: name a folder for its certificates with --pki DIR"
        )
    return make_pki(args.pki, (args.host, args.advertise or "localhost"))[0]


def _tell_ports(args: SimArguments, devices: Field, clock: _Clock) -> None:
    host = args.advertise or args.host
    told: dict[str, Any] = {device.name: {"url": device.url(host)} for device in devices.public}
    told["clock"] = clock.as_json()
    if args.ports is not None:
        _replace(args.ports, told)


def _replace(path: Path, content: Any) -> None:
    """Whole or not at all: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    draft.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    draft.replace(path)


def _teller(lang: str) -> Callable[[Fault, bool], None]:
    def tell(fault: Fault, begins: bool) -> None:
        where = "/".join(word for word in (fault.device, fault.asset, ",".join(fault.signals)) if word)
        at = instant_text(fault.from_ns if begins else fault.until_ns)
        if begins or fault.until_ns - fault.from_ns > 1:
            _say(lang, "begins" if begins else "ends", what=f"{fault.kind} {where} ({at})")

    return tell


def _say(lang: str, text: str, **words: Any) -> None:
    print(f"sim: {TEXTS[text][lang].format(**words)}", file=sys.stderr, flush=True)


# --- the command line, mounted by `python -m simulators` and by `floortruth sim` ---


def main(args: argparse.Namespace) -> int:
    """0 done, 2 the input is wrong (one sentence on stderr)."""
    try:
        asyncio.run(_until_signal(_settings(args)))
    except (SettingError, SpecError, layout.LayoutError, FaultError) as error:
        print(error, file=sys.stderr)
        return 2
    except TimeoutError:
        print(
            "simulated plant: a device could not reach its broker within 20 s; is the machine overloaded?",
            file=sys.stderr,
        )
        return 2
    except OSError as error:
        print(f"simulated plant: {error.strerror or error}", file=sys.stderr)
        return 2
    return 0


async def _until_signal(args: SimArguments) -> None:
    for library in CHATTY:
        logging.getLogger(library).setLevel(logging.CRITICAL)
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await run(args, stop)


def _settings(args: argparse.Namespace) -> SimArguments:
    if args.faults == "none":
        faults = None
    else:
        faults = args.plant.with_suffix(".faults.yaml") if args.faults == "demo" else Path(args.faults)
    return SimArguments(
        plant=args.plant, wires=args.wires, truth=args.truth, speed=args.speed, seed=args.seed, faults=faults,
        history=args.history, history_days=args.history_days, history_damage=not args.history_clean, go=args.go,
        origin_ns=args.origin, real_origin_ns=args.real_origin, ports=args.ports, port_base=args.port_base,
        host=args.host, advertise=args.advertise, pki=args.pki, min_dwell_s=args.min_dwell,
        broken=frozenset(args.broken), lang=getattr(args, "lang", None) or "en",
    )  # fmt: skip
