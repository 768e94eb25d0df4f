"""A message as it came from a broker."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """`arrived`: plant instant, ns; a retained one is an old message that the broker kept."""

    topic: str
    payload: bytes
    is_retained: bool
    arrived: int
