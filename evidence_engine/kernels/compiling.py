"""How every dense loop is compiled: without the GIL, kept on disk, and once for all integers, written out or not."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numba
from numba.core.registry import CPUDispatcher
from numba.core.types import unliteral

P = ParamSpec("P")
R = TypeVar("R")

_OPTIONS = {"nopython": True, "nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
"""Without a way in from C either: nobody takes it."""


class _Compiled(CPUDispatcher):
    """numba compiles what is called with the number 0 apart from what is called with any integer: twice the wait."""

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """What a call from another loop is compiled for."""
        return super().get_call_template(
            [_plain(arg) for arg in args], {name: _plain(arg) for name, arg in kws.items()}
        )


def _plain(argument: Any) -> Any:
    return unliteral(argument)  # type: ignore[no-untyped-call]


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The function in machine code, from its first call on; itself where NUMBA_DISABLE_JIT is set."""
    return _in_machine_code(function)


def only_for_loops(function: Callable[P, R]) -> Callable[P, R]:
    """The same for what only other loops call: it has no way in from Python, which takes as long to compile as its body."""
    return _in_machine_code(function, no_cpython_wrapper=True)


def _in_machine_code(function: Callable[P, R], **more: bool) -> Callable[P, R]:
    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        return function
    found: Any = _Compiled(function, targetoptions=_OPTIONS | more)
    found.enable_caching()
    return found  # type: ignore[no-any-return]
