"""What agents say about themselves (`floortruth/status/1`), read with care: whoever holds a token may post anything."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from collector.web.figures import seconds
from collector.web.view import Json, View

TAGS_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag's last question and answer."""

    series: str
    link: str
    looked: str
    value: str
    quality: str
    error: str


@dataclass(frozen=True, slots=True)
class Device:
    """One link as its agent sees it."""

    link: str
    trouble: str
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent: how old its word is, whether that is fresh, its spool in words, its trouble, its devices."""

    name: str
    age: str
    fresh: bool
    spool: str
    trouble: str
    devices: tuple[Device, ...]


def agents_of(view: View) -> list[Agent]:
    """Every agent that ever reported."""
    return [_agent(view, name, status) for name, status in sorted(view.board.agents().items())]


def _agent(view: View, name: str, status: Json) -> Agent:
    age = _age(view, status.get("received_at"))
    spool, sender = _map(status.get("spool")), _map(status.get("sender"))
    return Agent(
        name=name,
        age="—" if age is None else seconds(age),
        fresh=age is not None and age <= view.board.clock.plant_ns(30),
        spool=_spool(view, spool),
        trouble=_text(sender.get("trouble")),
        devices=tuple(_devices(view, status)),
    )


def _age(view: View, received: object) -> int | None:
    if not isinstance(received, str):
        return None
    try:
        return max(view.now - view.instant(received), 0)
    except ValueError:
        return None


def _spool(view: View, spool: Mapping[str, Any]) -> str:
    used, limit = spool.get("used"), spool.get("limit")
    share = ""
    if isinstance(used, int | float) and isinstance(limit, int | float) and limit > 0:
        share = f"{used / limit * 100:.1f}%"
    batches = spool.get("batches")
    waiting = view.words("agent.waiting", n=batches) if isinstance(batches, int) else ""
    lost = [spool[key] for key in ("dropped_batches", "refused_batches") if isinstance(spool.get(key), int)]
    gone = view.words("agent.lost", n=sum(lost)) if sum(lost) else ""
    return view.words("list.comma").join(part for part in (share, waiting, gone) if part)


def _devices(view: View, status: Json) -> Iterator[Device]:
    for line in _maps(status.get("connections")):
        for device in _maps(line.get("devices")):
            link = _text(device.get("link"))
            tags = tuple(_tag(view, link, tag) for tag in _maps(device.get("tags")))
            yield Device(link, _text(device.get("trouble")) or _text(line.get("trouble")), tags)


def _tag(view: View, link: str, tag: Mapping[str, Any]) -> Tag:
    looked = tag.get("last_look")
    value = tag.get("value")
    return Tag(
        series=_text(tag.get("series")),
        link=link,
        looked=_clock(view, looked),
        value="—" if value is None else f"{value:g}" if isinstance(value, int | float) else _text(value),
        quality=_text(tag.get("quality")),
        error=_text(tag.get("error")),
    )


def _clock(view: View, text: object) -> str:
    if not isinstance(text, str):
        return "—"
    try:
        return f"{view.local(view.instant(text)):%H:%M:%S}"
    except ValueError:
        return "—"


def tags_to_show(agents: list[Agent]) -> tuple[list[Tag], int]:
    """(tags, how many there are): those with an error first, no more than fit a page."""
    every = [tag for agent in agents for device in agent.devices for tag in device.tags]
    order = sorted(every, key=lambda tag: (not tag.error, tag.link, tag.series))
    return order[:TAGS_SHOWN], len(every)


def device_of(agents: list[Agent], link: str) -> tuple[Agent, Device] | None:
    """The agent and device behind a link; None where no agent speaks of it."""
    return next(((a, d) for a in agents for d in a.devices if d.link == link), None)


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _maps(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return "" if value is None else str(value)[:300]
