"""Something small that is done again and again in the background, while a portal serves."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)


class Repeating:
    """A thread that does it every so many seconds, and (`at_end`) once more when it is closed. What breaks is logged, and
    done again the next time."""

    def __init__(self, name: str, seconds: float, do: Callable[[], None], *, at_end: bool = True) -> None:
        self._seconds = seconds
        self._do = do
        self._at_end = at_end
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_over.wait(self._seconds):
            self._once()
        if self._at_end:
            self._once()

    def _once(self) -> None:
        try:
            self._do()
        except Exception:  # the edge of this thread
            log.exception("%s could not be done this time", self._thread.name)
