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
    trouble: str = ""
    failures: int = 0
    is_silent: bool = False
