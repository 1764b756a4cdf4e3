"""Writes the counters down now and then, while a portal serves."""

import logging
import threading

from colonnade.core.usage import service
from colonnade.core.work import Portal

log = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
"""What a crash loses at most."""


class Writer:
    """A thread that writes what is new every so often, and once more when it is closed."""

    def __init__(self, portal: Portal, seconds: float = EVERY_SECONDS) -> None:
        self._portal = portal
        self._seconds = seconds
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="usage", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_over.wait(self._seconds):
            self._write()
        self._write()

    def _write(self) -> None:
        try:
            service.flush(self._portal)
        except Exception:  # the edge of this thread; the numbers are still there for the next time
            log.exception("the numbers of use could not be written down")
