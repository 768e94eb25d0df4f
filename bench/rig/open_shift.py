"""The open shift of a hundred assets with ten series each, once more after a minute of new data: figures, then records.

The columns of the open shift and what D7 needs before it are in memory; everything is worked out again, so that late
rows need nothing special and the result is that of a full run by construction. Records go into a new folder each time.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.rig.asset_year import ASSET, BEGIN, LINK, WHOLE, Year, asset_year
from bench.rig.table import Figure
from evidence_engine.assess import Assessor
from evidence_engine.evidence.files import write_records
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import HOUR, MINUTE
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.window import Window

ASSETS = 100
MORE = ("temperature", "pressure", "vibration", "voltage", "current")
"""Measurements that make up the ten; each repeats the power's samples."""
SHIFT = BEGIN + 38 * HOUR  # the late shift of the second day
NOW = SHIFT + 4 * HOUR


def measured_shift(turns: int = 5) -> Iterator[Figure]:
    """Figures of the open shift, and its records written; each turn a minute later, with nothing kept of the one before."""
    year = asset_year(1, 2, WHOLE)
    figured, written, records, count = [], [], 0, 0
    with tempfile.TemporaryDirectory(prefix="floortruth-bench-") as name:
        for turn in range(turns + 1):
            now = NOW + turn * MINUTE
            plant, history, count = _plant_of(year, now)
            window = Window(SHIFT, now, "shift", "open")
            began = time.perf_counter()
            found = list(Assessor(plant, history, [window]).records(window))
            figured.append(time.perf_counter() - began)
            began = time.perf_counter()
            records = write_records(Path(name) / str(turn), found)
            written.append(time.perf_counter() - began)
    work, write = statistics.median(figured[1:]), statistics.median(written[1:])
    yield Figure(f"the open shift of {ASSETS} assets × 10 series: samples", count, "")
    yield Figure("… all figures and digests", work * 1e3, "ms", 5.0)
    yield Figure("… records", records, "")
    yield Figure("… figures, and the records written", work + write, "s", 0.5)


def _plant_of(year: Year, now: int = NOW) -> tuple[Plant, History, int]:
    """The asset a hundred times over, with the shift's samples until `now` and ten minutes before; how many they are."""
    tree = year.plant.model_dump(mode="json", by_alias=True)
    asset = tree["assets"].pop(ASSET)
    tree["assets"] = {f"M-{number:03d}": asset for number in range(ASSETS)}
    source = {
        name.partition("/")[2]: samples for name, samples in year.history.series.items() if name != LINK
    }
    source |= dict.fromkeys(MORE, source["power_active"])
    cut = {role: samples.between(SHIFT - 10 * MINUTE, now) for role, samples in source.items()}
    series = {f"M-{number:03d}/{role}": s for number in range(ASSETS) for role, s in cut.items()}
    series[LINK] = year.history.of(LINK).between(SHIFT - 10 * MINUTE, now)
    (since, facts), *_ = year.history.facts["cell"]
    stated = facts.series[f"{ASSET}/state"]
    of = {
        name: facts.series.get(f"{ASSET}/{name.partition('/')[2]}", stated)
        for name in series
        if not name.startswith("@")
    }
    announced = {"cell": [(since, facts.model_copy(update={"series": of}))]}
    count = sum(len(samples) for samples in series.values())
    return Plant.model_validate(tree), History(series, announced, (), "open"), count
