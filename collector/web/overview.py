"""Overview `/`: what needs a person, and how is the shift?"""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from collector.web import glyphs, machines
from collector.web.figures import minutes, number
from collector.web.lanes import UNKNOWN_WORD
from collector.web.level import Level, level_of
from collector.web.machines import Machine
from collector.web.page import Page
from collector.web.trend import oee_trend
from collector.web.view import Fig, View

MANY = 4
"""From so many machines without a connection on, they are one thing to do."""


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing that needs a person: kind (mark), what, since when and what it costs, one link."""

    kind: str
    what: str
    when: str
    why: str
    href: str
    link: str
    weight: int

    def mark(self, view: View) -> Markup:
        """Its mark, with the word read aloud."""
        words = {"alarm": "mark.alarm", "unknown": "mark.unknown", "warn": "mark.warn"}
        return glyphs.mark(self.kind, view.words(words[self.kind]))


def page(view: View) -> Page:
    """The overview."""
    rows = machines.production_machines(view)
    counts = machines.state_counts(rows)
    todo = todo_of(view, rows)
    context: dict[str, Any] = {
        "rows": rows,
        "counts": counts,
        "todo": todo,
        "figures": figures(view),
        "power": power_now(view),
        "ruler": machines.ruler(view),
        "trend": oee_trend(view),
        "level": level_of(view),
        "summary": summary(view, counts),
        "title": view.words("page.overview"),
        "h1": heading(view, rows, todo, counts),
        "key_mark": glyphs.key_mark,
        "connected_count": connected_count(view),
    }
    fragments = {
        "head": "overview_head.html",
        "figures": "overview_figures.html",
        "fleet": "fleet.html",
        "todo": "todo.html",
        "trend": "trend.html",
        "level": "level.html",
    }
    return Page("overview", "overview.html", fragments, context)


def heading(view: View, rows: list[Machine], todo: list[Todo], counts: dict[str, int]) -> str:
    """The answer: how much needs a person, and how much is not known."""
    words = view.words
    if not rows:
        return words("overview.no_register")
    if not view.has_data:
        return words("nothing.yet")
    first = words("overview.todo", n=len(todo)) if todo else words("overview.calm")
    unknown = counts[UNKNOWN_WORD]
    return first + (words("overview.unknown", n=unknown) if unknown else "")


def summary(view: View, counts: dict[str, int]) -> str:
    """`12 machines: 8 producing, 1 down, …`."""
    said = [f"{n} {view.words.state(word)}" for word, n in counts.items() if n]
    total = sum(counts.values())
    return view.words("overview.counts", n=total, states=view.words("list.comma").join(said)) if total else ""


def figures(view: View) -> list[Fig | None]:
    """The four figures; None where nothing was computed yet."""
    return [
        view.figure("network.networking_rate", note=connected_note(view)),
        view.figure("equipment.oee"),
        view.figure("energy.electricity"),
        view.figure("energy.per_good_piece"),
    ]


def connected_count(view: View) -> tuple[int, int] | None:
    """(connected, registered) as the networking rate counted them."""
    record = view.records.get(("network.networking_rate", ""))
    if record is None:
        return None
    connected, registered = record["parts"].get("connected"), record["parts"].get("registered")
    return (int(connected), int(registered)) if connected is not None and registered is not None else None


def connected_note(view: View) -> str:
    """`9 / 12 machines`."""
    count = connected_count(view)
    return "" if count is None else view.words("overview.connected", some=count[0], all=count[1])


def power_now(view: View) -> str:
    """The site's power now in kW, from its site meters; "" where one of them is not known."""
    meters = [name for name, asset in view.plant.assets.items() if asset.site_meter]
    axis = (view.now - machines.grace(view, []), view.now)
    last = [last_power(view, name, axis) for name in meters]
    known = [value for value in last if value is not None]
    return number(sum(known), "kW") if known and len(known) == len(meters) else ""


def last_power(view: View, name: str, axis: tuple[int, int]) -> float | None:
    """The newest known power of a meter on the axis."""
    line = view.knowing.power(view.plant, name, axis, view.now)
    known = line.value[line.value == line.value]
    return float(known[-1]) if len(known) else None


def todo_of(view: View, rows: list[Machine]) -> list[Todo]:
    """What needs a person, the most costly first."""
    never = [m for m in rows if not m.connected and not m.has_states]
    together = never if len(never) >= MANY else []
    found = [item for m in rows if m not in together for item in machine_todo(view, m)]
    found += [never_todo(view, together)] if together else []
    found += score_todo(view, level_of(view))
    return sorted(found, key=lambda item: -item.weight)


def never_todo(view: View, never: list[Machine]) -> Todo:
    """Many machines without any connection: one thing to do, not one each."""
    words = view.words
    names = words("list.comma").join(m.id for m in never)
    what = words("todo.never_many", n=len(never))
    return Todo("unknown", what, words("todo.no_connection"), names, "/connections", words("todo.connect"), 1)


def machine_todo(view: View, m: Machine) -> list[Todo]:
    """What one machine asks for: repair, data, or a connection."""
    words, age = view.words, view.now - m.since
    when = words("todo.since", at=m.since_text, long=minutes(age)) if m.since_text else words("todo.long")
    href = f"/equipment/{m.id}"
    if m.state == "down":
        what = words("todo.down", name=m.id)
        return [Todo("alarm", what, when, m.name, href, words("todo.see"), 3_000_000 + age // 10**9)]
    if m.state != UNKNOWN_WORD:
        return []
    if not m.connected and not m.has_states:
        why = words("todo.no_connection")
        return [
            Todo(
                "unknown",
                words("todo.never", name=m.id),
                why,
                m.name,
                "/connections",
                words("todo.connect"),
                1,
            )
        ]
    if not m.in_calendar:
        return []
    cost = band_cost(view, m)
    return [
        Todo(
            "unknown",
            words("todo.silent", name=m.id),
            when,
            cost,
            "/connections",
            words("todo.why"),
            2_000_000,
        )
    ]


def band_cost(view: View, m: Machine) -> str:
    """What the unknown costs: how far apart the bounds of the machine's OEE are."""
    if m.oee is None:
        return m.name
    result = m.oee.record["result"]
    if result["low"] is None or result["high"] is None:
        return m.name
    return view.words("todo.band", points=f"{(result['high'] - result['low']) * 100:.0f}")


def score_todo(view: View, level: Level | None) -> list[Todo]:
    """Clauses that lack data: one line, the map shows which."""
    count = 0 if level is None else level.insufficient
    if not count:
        return []
    words = view.words
    what = words("todo.clauses", n=count)
    return [Todo("warn", what, words("todo.clauses_why"), "", "/assessment", words("todo.which"), 1000)]
