"""What the agent knows of one device of a line: its link, its tags, and what troubles it."""

from dataclasses import dataclass

from edge_agent.links import Link


@dataclass(slots=True)
class Device:
    """What the agent knows of one device."""

    link: Link
    tags: tuple[int, ...]
    facts_series: int
    offset_series: int
    facts: str = ""
    restate_at: int = 0
    """The next keyframe of what cannot be asked: a device of a thousand topics is not looked through per message."""
    trouble: str = ""
    failures: int = 0
    is_silent: bool = False
