"""`floortruth score --since FILE`: the earlier score document, or the plant file of then, that facts are compared with."""

import json
from pathlib import Path
from typing import Any

from evidence_engine.documents import BadInput
from evidence_engine.maturity.score_document import SCHEMA
from evidence_engine.rules import facts_of
from evidence_engine.vocabulary.plant import Plant
from floortruth.files import read_plant, read_text


def read_since(path: Path, plant: Plant) -> dict[str, Any]:
    """What the facts of today are compared with. BadInput: no score document, of another site, or without facts."""
    before = _read_score(path) if path.suffix.lower() == ".json" else _of_plant(read_plant(path))
    if before["site"] != plant.site.id:
        raise BadInput(f"{path.name}: is of site '{before['site']}', not '{plant.site.id}'")
    return before


def _of_plant(plant: Plant) -> dict[str, Any]:
    return {"site": plant.site.id, "facts": facts_of(plant)}


def _read_score(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise BadInput(f"{path.name}:{error.lineno}: not valid JSON here: {error.msg.lower()}") from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise BadInput(
            f"{path.name}: is no score document, expected schema '{SCHEMA}' or a plant file (.yaml)"
        )
    if "facts" not in document or "site" not in document:
        raise BadInput(
            f"{path.name}: the score names no facts of the plant; give the plant file of then instead"
        )
    return document
