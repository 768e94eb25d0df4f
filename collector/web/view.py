"""What one page is rendered from: the board at one version, seen in one language over one window."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from collector.web import glyphs
from collector.web.choice import Choice, choose
from collector.web.figures import Shown, shown
from collector.web.knowing import Knowing
from collector.web.wording import Wording, wording_of
from collector.web.words import Words
from evidence_engine.vocabulary.instants import DAY, parse_instant, to_datetime
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.window import Window

if TYPE_CHECKING:
    from collector.board import Board

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Json = dict[str, Any]

REDRAW = 2.0
"""Real seconds after which a page looks anew though nothing arrived: what is unproven grows."""


@dataclass(frozen=True, slots=True)
class Fig:
    """A record's figure on a page: name, the figure, its mark and where its evidence is."""

    name: str
    shown: Shown
    unit: str
    caliper: Markup
    coverage: str
    provisional: bool
    record: Json
    note: str = ""


@dataclass
class View:
    """One request's look at the board."""

    board: "Board"
    words: Words
    query: Mapping[str, str] = field(default_factory=dict)
    knowing: Knowing = field(default_factory=Knowing)

    def __post_init__(self) -> None:
        self.version = self.board.version()
        self.now = self.board.clock.now()
        step = self.board.clock.plant_ns(REDRAW)
        self.knowing.at((self.version, self.now // step), self.board.history)

    @property
    def plant(self) -> Plant:
        """The plant as its file states it."""
        return self.board.plant

    @cached_property
    def choice(self) -> Choice:
        """The window asked for."""
        return choose(self.query, self.plant, self.board.windows(), self.now, self.words)

    @cached_property
    def records(self) -> dict[tuple[str, str], Json]:
        """The window's records by (kpi, asset); asset "" for the site."""
        window = self.choice.window
        if window is None:
            found = self._computed()
        else:
            found = self.board.records(window=window)
        return {(r["kpi"], subject_key(r)): r for r in found}

    def _computed(self) -> list[Json]:
        """The records of a window that the board does not keep; none where there is no data at all."""
        history, asked = self.knowing.history, self.choice.asked
        if asked is None or history.start is None or history.start >= asked.end:
            return []
        return self.knowing.ondemand.records(self.plant, history, asked, self.version)

    @property
    def shown_window(self) -> Window | tuple[int, int]:
        """The window that the page's figures are of; without any figure, what its lanes span."""
        if not self.records:
            return self.choice.axis
        return self.choice.window or self.choice.asked or self.choice.axis

    @cached_property
    def score(self) -> Json | None:
        """The score document (D30), None before the first assessment."""
        return self.board.score()

    @cached_property
    def wording(self) -> Wording:
        """The words of the score's model."""
        if self.board.model is not None:
            return Wording(self.board.model)
        return wording_of("" if self.score is None else str(self.score["model"]["id"]))

    @property
    def has_data(self) -> bool:
        """Whether anything was ever collected."""
        return self.knowing.history.start is not None

    def record(self, identity: str) -> Json | None:
        """A record of the board, or one that was shown a while ago and has been replaced since."""
        return self.board.record(identity) or self.knowing.remembered(identity)

    def clause_text(self, clause: Json) -> str:
        """A clause's short wording."""
        return self.wording.clause(clause["id"], self.words.lang)

    def figure(self, kpi: str, asset: str = "", scale: float | None = None, note: str = "") -> Fig | None:
        """The figure of a KPI in this window, None where there is no record of it."""
        record = self.records.get((kpi, asset))
        return None if record is None else self.fig(record, scale, note)

    def fig(self, record: Json, scale: float | None = None, note: str = "") -> Fig:
        """A record as a figure."""
        self.knowing.remember(record)
        figure = shown(record["result"], scale)
        name = self.words.kpi(record["kpi"])
        return Fig(
            name=name,
            shown=figure,
            unit="" if figure.value is None else figure.percent or self.words.unit(figure.unit),
            caliper=self.caliper(figure, self.label(name, record), bool(record["provisional"])),
            coverage=percent(record["coverage"]),
            provisional=bool(record["provisional"]),
            record=record,
            note=note,
        )

    def caliper(self, figure: Shown, name: str, provisional: bool = False) -> Markup:
        """A caliper with its label read aloud."""
        unit = figure.percent or self.words.unit(figure.unit)
        said = self.words(
            "caliper.label", name=name, value=figure.text, low=figure.low, high=figure.high, unit=unit
        )
        return glyphs.caliper(figure, said, provisional)

    def label(self, name: str, record: Json) -> str:
        """A figure's name with its subject."""
        asset = subject_key(record)
        return f"{asset} {name}" if asset else name

    def part(self, record: Json, part: str) -> Shown | None:
        """A part of a record; a plain number has no bounds of its own."""
        value = record["parts"].get(part)
        if isinstance(value, Mapping):
            return shown(value)
        return (
            None if value is None else shown({"value": float(value), "low": None, "high": None, "unit": "1"})
        )

    def instant(self, text: str) -> int:
        """An instant of a document."""
        return parse_instant(text, self.plant.zone)

    def local(self, ns: int) -> datetime:
        """An instant in plant time."""
        return to_datetime(ns, self.plant.zone)

    def clock_time(self, ns: int) -> str:
        """`13:58`; with the date where that is not today's."""
        moment = self.local(ns)
        same = moment.date() == self.local(self.now).date()
        return f"{moment:%H:%M}" if same else f"{moment:%m-%d %H:%M}"

    def date_text(self, ns: int) -> str:
        """`2026-11-24 周二`."""
        moment = self.local(ns)
        return f"{moment:%Y-%m-%d} {self.words('day.' + WEEKDAYS[moment.weekday()])}"

    def window_text(self, window: Window | tuple[int, int] | None) -> str:
        """A window in plant time, as short as it can be: the date once, a month's start whole."""
        if window is None:
            return ""
        start, end = (window.start, window.end) if isinstance(window, Window) else window
        a, b = self.local(start), self.local(end)
        if end - start <= DAY and (a.date() == b.date() or f"{b:%H:%M}" == "00:00"):
            return f"{self.date_text(start)} {a:%H:%M}–{'24:00' if a.date() != b.date() else f'{b:%H:%M}'}"
        return f"{a:%Y-%m-%d %H:%M} – {b:%m-%d %H:%M}"

    def shift_word(self, name: str) -> str:
        """A shift's name: the glossary's where the plant uses a usual word; with its crew, as `night-B`, after it."""
        plain, dash, crew = name.rpartition("-")
        if dash and plain in ("early", "late", "night", "day"):
            return f"{self.shift_word(plain)} {crew}"
        known = {"early": "early shift", "late": "late shift", "night": "night shift"}
        if name in known:
            return self.words.term(known[name])
        return self.words("shift.day") if name == "day" else name

    def record_window(self, record: Json) -> str:
        """A record's window in plant time."""
        span = record["window"]
        return self.window_text((self.instant(span["from"]), self.instant(span["to"])))


def subject_key(record: Json) -> str:
    """The asset that a record is about; `step:…` for a step, "" for the site."""
    subject = record["subject"]
    if "asset" in subject:
        return str(subject["asset"])
    return f"step:{subject['step']}" if "step" in subject else ""


def percent(share: float | None) -> str:
    """A coverage: whole percent below 100 is rounded down, so that 100 % means all."""
    if share is None:
        return "—"
    tenths = int(share * 1000 + 1e-9)
    return f"{tenths // 10}.{tenths % 10}%"
