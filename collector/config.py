"""What a collector is told: plant, store, where it listens, whose tokens it takes; checking it touches no network."""

import hmac
import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from collector.orders import read_papers
from collector.plan import read_plan
from evidence_engine.documents import BadInput, read_yaml
from evidence_engine.vocabulary.orders import Papers
from evidence_engine.plant_file import read_plant_file
from evidence_engine.vocabulary.plant import PlanEntry, Plant


class Written(BaseModel):
    """Base of what people write: unknown keys refused, numbers strict and finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Listen(Written):
    """Where pages, API and agents' batches are served."""

    host: str = "127.0.0.1"
    port: int = Field(default=8321, ge=0, le=65535)
    """0: a free one."""


class Token(Written):
    """A secret that an agent shows, from the environment or a file, never in the config."""

    agent: str = "*"
    """The only agent that may use it; `*`: any."""
    env: str | None = None
    file: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "Token":
        if (self.env is None) == (self.file is None):
            raise ValueError("give either env or file (never the token itself)")
        return self


class Assessing(Written):
    """How the figures are kept up to date. Intervals are real seconds (D32)."""

    interval: float = Field(default=5.0, gt=0)
    """Least time between two passes."""
    recent_days: float = Field(default=31.0, gt=0)
    """Hours, shifts and days of plant time back to here are kept; the whole history always is a window."""
    model: str = "gbt39116-2020"
    """The maturity model: a bundled name or a folder."""
    rules: str | None = None
    answers: str | None = None
    """People's answers, a YAML file."""
    out: str | None = None
    """A folder for `evidence/*.json` and `score.json`, kept current."""


class CollectorConfig(Written):
    """`collector.yaml`. Paths are relative to the file."""

    schema_: str = Field(default="floortruth/collector/1", alias="schema", pattern="^floortruth/collector/1$")
    plant: str
    plan: str | None = None
    """Production plan, CSV: asset, product, from, to, quantity."""
    orders: str | None = None
    """Orders and attendance, CSV or XLSX."""
    inspections: str | None = None
    """Inspections of parts, CSV or XLSX."""
    store: str = "store"
    """A folder, or file:///folder."""
    inbox_max_bytes: int | None = Field(default=None, ge=1_000_000)
    """Beyond it agents are asked to wait; unlimited unless told."""
    listen: Listen = Listen()
    tokens: list[Token] = Field(min_length=1)
    max_body: int = Field(default=16_777_216, ge=1024)
    """Bytes of one batch."""
    future_tolerance: float = Field(default=300.0, ge=0)
    """Real seconds: rows further in the future are set aside (a clock that is wrong must not stop the others)."""
    past_tolerance_days: float = Field(default=400.0, gt=0)
    """Days of plant time: older rows of an agent are set aside (a box without a clock)."""
    seal_interval: float = Field(default=60.0, gt=0)
    """Real seconds between looks for closed hours."""
    seal_after: float = Field(default=600.0, ge=0)
    """Plant seconds after its end in which an hour is left open for late rows."""
    assess: Assessing = Assessing()
    lang: str = Field(default="zh", pattern="^(zh|en)$")

    _folder: Path = PrivateAttr(default=Path())

    def at(self, path: str) -> Path:
        """A path of the file, seen from the file's folder."""
        return self._folder / path

    @property
    def store_address(self) -> str:
        """Where the store is."""
        return self.store if "://" in self.store else str(self.at(self.store))

    def read_plant(self) -> Plant:
        """The plant file, with the holiday files beside it."""
        path = self.at(self.plant)
        return read_plant_file(read_text(path), path.name, lambda name: read_text(path.parent / name))

    def read_plan(self, plant: Plant) -> list[PlanEntry]:
        """The production plan, empty where none is named."""
        if self.plan is None:
            return []
        path = self.at(self.plan)
        return read_plan(read_text(path), path.name, plant)

    def read_papers(self, plant: Plant) -> Papers:
        """Orders, attendance and inspections, empty where none are named."""
        named = (self.orders, self.inspections)
        return read_papers(plant, *(None if path is None else self.at(path) for path in named))

    def secrets(self) -> "Secrets":
        """All tokens, read from where they are; BadInput names the one that is not there."""
        return Secrets([(token.agent, self._secret(token)) for token in self.tokens])

    def _secret(self, token: Token) -> str:
        if token.env is not None:
            secret = os.environ.get(token.env, "")
            if not secret:
                raise BadInput(f"tokens: the environment variable '{token.env}' is not set")
            return secret
        secret = read_text(self.at(token.file or "")).strip()
        if not secret:
            raise BadInput(f"tokens: {token.file} is empty")
        return secret


class Secrets:
    """Who may send: compares in constant time and never shows itself."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens

    def agents(self, shown: str) -> set[str]:
        """The agents (or `*`) that a shown token speaks for; none: it is not one of ours."""
        given = shown.encode("utf-8", "replace")
        return {agent for agent, secret in self._tokens if hmac.compare_digest(secret.encode(), given)}


def load_config(path: Path) -> CollectorConfig:
    """Read and check `collector.yaml`; BadInput with file and line."""
    config = read_yaml(read_text(path), path.name, CollectorConfig)
    config._folder = path.parent
    return config


def read_text(path: Path) -> str:
    """A UTF-8 file with or without byte order mark; BadInput in one sentence."""
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path}: {(error.strerror or 'not readable').lower()}") from None
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
