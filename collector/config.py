"""What a collector is told: plant, store, where it listens, whose tokens it takes; checking it touches no network."""

import hmac
import os
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from collector.notices.config import Notices, SecretPlace
from collector.orders import read_papers
from collector.plan import read_plan
from collector.store.opening import store_folder
from evidence_engine.documents import BadInput, read_yaml
from evidence_engine.plant_file import read_plant_file
from evidence_engine.vocabulary.orders import Papers
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


class Assessor(Written):
    """A person whose answers to clauses are taken, and the secret that shows it, from the environment or a file."""

    name: str = Field(min_length=1)
    env: str | None = None
    file: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "Assessor":
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
    """The maturity model: a bundled name, a folder, or a file of corrections."""
    rules: str | None = None
    answers: str | None = None
    """People's answers, YAML or XLSX; read again when the file changes. What is said on the page stands above it."""
    exclude: list[str] = []
    """Domains or sub-domains that the company does not have."""
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
    work_orders: str | None = None
    """Work orders of maintenance, CSV or XLSX."""
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
    assessors: list[Assessor] = []
    """Who may answer clauses by API and on the page; nobody unless told."""
    notices: Notices = Notices()
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
        """Orders, attendance, inspections and work orders, empty where none are named."""
        named = (self.orders, self.inspections, self.work_orders)
        return read_papers(plant, *(None if path is None else self.at(path) for path in named))

    def secrets(self) -> "Secrets":
        """All tokens, read from where they are; BadInput names the one that is not there."""
        return Secrets(
            [(token.agent, self.secret("tokens", token)) for token in self.tokens],
            [(person.name, self.secret("assessors", person)) for person in self.assessors],
        )

    def secret(self, what: str, place: "Token | Assessor | SecretPlace | None") -> str:
        """A secret from where it is, "" for none; `what` stands in the error."""
        if place is None:
            return ""
        if place.env is not None:
            secret = os.environ.get(place.env, "")
            if not secret:
                raise BadInput(f"{what}: the environment variable '{place.env}' is not set")
            return secret
        secret = read_text(self.at(place.file or "")).strip()
        if not secret:
            raise BadInput(f"{what}: {place.file} is empty")
        return secret

    @property
    def journal_folder(self) -> Path:
        """Where answers, the history of the score and notices are kept: with the store, which is on a durable disk."""
        return store_folder(self.store_address) / "assessment"


class Secrets:
    """Who may send, and who may answer clauses: compares in constant time and never shows itself."""

    def __init__(self, tokens: list[tuple[str, str]], assessors: Sequence[tuple[str, str]] = ()) -> None:
        self._tokens = tokens
        self._assessors = assessors

    def agents(self, shown: str) -> set[str]:
        """The agents (or `*`) that a shown token speaks for; none: it is not one of ours."""
        given = shown.encode("utf-8", "replace")
        return {agent for agent, secret in self._tokens if hmac.compare_digest(secret.encode(), given)}

    def assessor(self, shown: str) -> str | None:
        """The person whose token is shown; None: it is nobody's."""
        given = shown.encode("utf-8", "replace")
        names = [name for name, secret in self._assessors if hmac.compare_digest(secret.encode(), given)]
        return names[0] if names else None

    @property
    def has_assessors(self) -> bool:
        """Whether anybody may answer at all."""
        return bool(self._assessors)


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
