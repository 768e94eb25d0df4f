"""What a demo leaves: evidence, score, truth and report, computed over its store as the commands would."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from collector.board import Json, Kept, LiveBoard
from collector.web.report import write_report
from evidence_engine.assess import assess
from evidence_engine.documents import BadInput
from evidence_engine.evidence.files import record_path
from evidence_engine.evidence.record import Record
from evidence_engine.maturity import load_model
from evidence_engine.rules import load_rules, score_plant
from evidence_engine.vocabulary.clock import Clock
from evidence_engine.vocabulary.window import Window, standard_windows
from floortruth.evidence import read_history
from floortruth.files import read_plant
from floortruth.progress import Progress
from floortruth.score import write_score

Shown = dict[Window, list[Kept]]


def write_outcome(work: Path, out: Path, go_on: Callable[[], None]) -> None:
    """`out/evidence/*.json`, `score.json` and `report.html` from the store in `work`; `go_on` raises to stop it.

    One pass: each record is written, kept for the report, and handed to the score.
    """
    plant = read_plant(work / "plant.yaml")
    history = read_history(plant, str(work / "store"), work / "plan.csv")
    windows = standard_windows(plant, history.start or 0, history.end or 1)
    model, shown = load_model(), {window: list[Kept]() for window in windows}
    rules = load_rules(model)
    written = _written(assess(plant, history, windows), _emptied(out / "evidence"), shown, go_on)
    asked = {
        kind for rule in rules.rules for kind in rule.windows
    }  # no rule looks at the others: thousands of hours
    score = score_plant(plant, model, rules, (doc for doc in written if doc["window"]["kind"] in asked))
    write_score(score, out / "score.json")
    end = history.end or 0
    board = LiveBoard(plant, Clock(lambda: end, lambda: 0), lambda: history)  # it stands still
    board.put_records(shown, ())
    board.put_score(score)
    write_report(board, out / "report.html")


def write_truth(work: Path, out: Path) -> None:
    """`out/truth.json`; BadInput where the plant did not come to writing it."""
    if not (work / "truth.json").exists():
        raise BadInput(f"the plant ended without its truth; see {work / 'logs' / 'sim.log'}")
    shutil.copyfile(work / "truth.json", out / "truth.json")


def _emptied(folder: Path) -> Path:
    """The folder without the records of an earlier demo; what else lies there is somebody's."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.json"):
        path.unlink()
    return folder


def _written(
    records: Iterable[Record], folder: Path, shown: Shown, go_on: Callable[[], None]
) -> Iterator[Json]:
    """Each record's document, once its file stands."""
    with Progress("evidence") as progress:
        for record in records:
            go_on()
            progress.add(1)
            document, text = record.to_json(), record.to_bytes()
            (folder / record_path(record)).write_bytes(text)
            shown[record.window].append(
                Kept(document["id"], record.kpi, record.subject.get("asset"), text.decode())
            )
            yield document
