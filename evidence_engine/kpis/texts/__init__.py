"""What each KPI means to a reader: one file per domain, one entry per KPI id, every sentence in Chinese and English."""

from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field, RootModel

from evidence_engine.documents import read_yaml


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Both(_Written):
    """The same words in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Text(_Written):
    """One KPI. `iso`: its number among the 34 of ISO 22400-2 · `symbols`: its formula in the standard's symbols."""

    iso: int | None = Field(ge=1, le=34)
    symbols: str | None = None
    meaning: Both
    series: Both
    """What it needs: roles, facts of the plant, files."""
    bounds: Both
    """How low and high come about."""
    wide: Both
    """What makes them wide."""
    misread: Both
    tight: Both
    """Whether a completion reaches each bound; if not, how far off it is, and why."""


class _Texts(RootModel[dict[str, Text]]):
    """One file."""


@cache
def texts() -> dict[str, Text]:
    """All texts by KPI id; BadInput names file and line of what is wrong."""
    found: dict[str, Text] = {}
    for file in sorted(files(__name__).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".yaml"):
            found |= read_yaml(file.read_text("utf-8"), file.name, _Texts).root
    return found
