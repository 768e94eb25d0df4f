"""The pure engine: from samples to evidence to a maturity score. No sockets, no clock, no database, no chance.

Data walks through its rooms in this order, each importing only those before it:
vocabulary → kernels → knowledge → kpis → evidence → claims · maturity → rules. Importing this package loads none of them,
so that an agent, which needs the vocabulary only, stays small.

For a table of one's own there are three public names (docs/python.md), loaded when they are first asked for:
`open_plant`, `open_history`, `figures`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evidence_engine.from_columns import figures, open_history, open_plant

__all__ = ["figures", "open_history", "open_plant"]


def __getattr__(name: str) -> Any:
    """The public names, lazily: what they need takes seconds to load."""
    if name not in __all__:
        raise AttributeError(f"module 'evidence_engine' has no attribute '{name}'")
    from evidence_engine import from_columns

    return getattr(from_columns, name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
