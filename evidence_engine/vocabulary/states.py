"""The six state categories that every asset's own codes are mapped to (ISO 22400-2, D20, D26)."""

from enum import IntEnum


class State(IntEnum):
    """What a machine is doing. `1 << state` is its bit in a mask of the states that may hold."""

    PRODUCING = 0
    SETUP = 1
    IDLE = 2
    DOWN = 3
    PLANNED_STOP = 4
    OFF = 5

    @property
    def word(self) -> str:
        """The word of configurations and records, as `planned_stop`."""
        return self.name.lower()


UNKNOWN = -1
"""Stands where a State would in the plain reading, and is none of them."""

ANY_STATE = (1 << len(State)) - 1
"""The mask of time in which every state may hold: unknown."""

STATE_WORDS: tuple[str, ...] = tuple(state.word for state in State)


def state_of_word(word: str) -> State:
    """The category that a configuration names; KeyError where there is none."""
    return State[word.upper()]
