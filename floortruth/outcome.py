"""What a demo leaves: evidence, score, truth and report, computed over its store as the commands would."""

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from collector.board import Json, Kept, LiveBoard
from collector.web.report import write_report
from evidence_engine.evidence.files import read_records
from evidence_engine.maturity import load_model
from evidence_engine.rules import load_rules, score_plant
from evidence_engine.vocabulary.clock import Clock
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import format_instant
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.window import Window, standard_windows
from floortruth.evidence import read_history, write_records
from floortruth.files import read_plant
from floortruth.score import write_score


def write_outcome(work: Path, out: Path) -> None:
    """`out/evidence/*.json`, `score.json`, `truth.json`, `report.html` from the store in `work`."""
    plant = read_plant(work / "plant.yaml")
    history = read_history(plant, str(work / "store"), work / "plan.csv")
    windows = standard_windows(plant, history.start or 0, history.end or 1)
    shutil.rmtree(out / "evidence", ignore_errors=True)
    write_records(plant, history, windows, out / "evidence")
    records = list(read_records(out / "evidence"))
    model = load_model()
    score = score_plant(plant, model, load_rules(model), records)
    write_score(score, out / "score.json")
    shutil.copyfile(work / "truth.json", out / "truth.json")
    write_report(_board(plant, history, windows, records, score), out / "report.html")


def _board(
    plant: Plant, history: History, windows: Sequence[Window], records: Iterable[Json], score: Json
) -> LiveBoard:
    """What the pages read, standing still at the history's end."""
    end = history.end or 0
    board = LiveBoard(plant, Clock(lambda: end, lambda: 0), lambda: history)
    by_span: dict[tuple[str, str], list[Kept]] = {}
    for record in records:
        span = record["window"]
        by_span.setdefault((span["from"], span["to"]), []).append(Kept.of(record))
    fresh = {w: by_span.get((format_instant(w.start), format_instant(w.end)), []) for w in windows}
    board.put_records(fresh, ())
    board.put_score(score)
    return board
