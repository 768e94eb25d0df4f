"""Whether somebody asked this process to end: set by signals, waited for without a lock that a handler could meet."""

import os
import select


class Asked:
    """Like `threading.Event`, whose `set` may deadlock in a signal handler: a pipe, so that a wait ends at once."""

    def __init__(self) -> None:
        self._out, self._in = os.pipe()
        os.set_blocking(self._in, False)
        self._is_set = False

    def set(self) -> None:
        """Somebody asked."""
        if not self._is_set:
            self._is_set = True
            os.write(self._in, b"!")

    def clear(self) -> None:
        """Heard; from now on it takes another one."""
        if self._is_set:
            os.read(self._out, 1)
            self._is_set = False

    def is_set(self) -> bool:
        """Whether somebody asked."""
        return self._is_set

    def wait(self, seconds: float) -> bool:
        """Whether somebody asked within so long."""
        select.select([self._out], [], [], seconds)
        return self._is_set

    def close(self) -> None:
        """Give the pipe back."""
        os.close(self._out)
        os.close(self._in)
