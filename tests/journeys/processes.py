"""Portals in processes of their own, from outside: started, asked, killed."""

import contextlib
import multiprocessing
import queue
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any, Self

import httpx2
from tests.journeys import portal_process
from tests.journeys.dooms import Doom
from tests.journeys.ledger import Ledger
from tests.support.house import ADMIN_KEY

START_SECONDS = 60
ANSWER_SECONDS = 180

_PRELOADED = ["tests.journeys.portal_process"]
"""Imported once and forked, for its imports take longer than all else that a portal does at its start. The threads that
DuckDB, Arrow and OpenBLAS begin at their import rest until somebody has work for them, and each portal starts its own."""


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


class Died(Exception):
    """The process was gone before it answered."""


class Forked:
    """A process of our own and the builders that it starts."""

    def __init__(self, process: ForkServerProcess) -> None:
        self.process = process
        process.daemon = True  # a test that fails leaves nothing behind
        process.start()

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    def kill(self) -> None:
        """SIGKILL, now. Raises `AssertionError` if a builder outlives its portal."""
        builders = _children(self.pid)
        self.process.kill()
        self.process.join()
        assert self.process.exitcode == -signal.SIGKILL, f"it had ended by itself: {self.process.exitcode}"
        until = time.monotonic() + 5
        while any(_is_alive(one) for one in builders):
            assert time.monotonic() < until, "a builder outlives its portal"
            time.sleep(0.01)

    def died(self) -> None:
        """Wait until a doom has come. Raises `AssertionError` if it does not."""
        self.process.join(ANSWER_SECONDS)
        assert self.process.exitcode == -signal.SIGKILL, (
            f"it lives, or ended otherwise: {self.process.exitcode}"
        )


class PortalProcess(Forked):
    """A portal that does what it is told (`portal_process.Stage`). `ledger` follows its writers."""

    def __init__(self, folder: Path, *dooms: Doom, ledger: Ledger | None = None, **overrides: Any) -> None:
        self.ledger = ledger or Ledger()
        self.broken: list[str] = []
        self._owed = 1  # answers that are to come; the first one says that it has started
        self._answers: queue.SimpleQueue[tuple[Any, ...]] = queue.SimpleQueue()
        context = _context()
        self._pipe, inside = context.Pipe()
        super().__init__(context.Process(target=portal_process.play, args=(inside, folder, overrides, dooms)))
        inside.close()
        self._reader = threading.Thread(target=self._read, args=(self._pipe,), daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.is_alive():
            self.kill()
        self._reader.join()
        self._pipe.close()

    @classmethod
    def opened(cls, folder: Path, *dooms: Doom, ledger: Ledger | None = None, **overrides: Any) -> Self:
        """One that has started. Its dooms must come later."""
        portal = cls(folder, *dooms, ledger=ledger, **overrides)
        portal.answer()
        return portal

    def ask(self, name: str, /, **arguments: Any) -> Any:
        """Do it and return the answer. Raises `Died`."""
        self.tell(name, **arguments)
        while self._owed > 1:
            self.answer()
        return self.answer()

    def tell(self, name: str, /, **arguments: Any) -> None:
        """Have it done. Its answer comes after those that are still owed."""
        self._owed += 1
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._pipe.send((name, arguments))

    def answer(self) -> Any:
        """The next answer that is owed. Raises `Died`."""
        kind, *rest = self._answers.get(timeout=ANSWER_SECONDS)
        if kind == "died":
            self._answers.put(("died",))
            raise Died
        self._owed -= 1
        return rest[0]

    def start_writers(self, uid: str, sources: Sequence[str]) -> None:
        """A writer for each source, until `stop_writers` is asked. Not waited for."""
        self.tell("start_writers", uid=uid, sources=sources, first=self.ledger.era())

    def kill(self) -> None:
        super().kill()
        self._crashed()

    def died(self) -> None:
        super().died()
        self._crashed()

    def died_or_rests(self) -> None:
        """Wait until a doom has come, or nothing is left that could meet it; then the process is killed."""
        with contextlib.suppress(Died):
            self.tell("rest")
            while self._owed:
                self.answer()
            self.kill()
            return
        self.died()

    def close(self) -> None:
        """Stop it as an operator does."""
        self.ask("stop_writers")
        self.ask("close")
        self.process.join(ANSWER_SECONDS)
        assert self.process.exitcode == 0

    def _crashed(self) -> None:
        self._reader.join()
        self.ledger.crashed()

    def _read(self, pipe: Connection) -> None:
        """Everything that was sent before the end arrives, however the end came."""
        handlers: dict[str, Callable[..., Any]] = {
            "answer": lambda value: self._answers.put(("answer", value)),
            "sent": self.ledger.sent,
            "done": self.ledger.done,
            "broke": self.broken.append,
        }
        with contextlib.suppress(EOFError, OSError):
            while True:
                kind, *rest = pipe.recv()
                handlers[kind](*rest)
        self._answers.put(("died",))


class Server(Forked):
    """`colonnade serve` on a folder, asked over HTTP by its administrator."""

    def __init__(self, folder: Path, *dooms: Doom) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        super().__init__(_context().Process(target=portal_process.serve, args=(folder, port, dooms)))
        self.address = f"http://127.0.0.1:{port}"
        self._client = httpx2.Client(
            base_url=self.address,
            headers={"Authorization": f"Apikey {ADMIN_KEY}"},
            timeout=ANSWER_SECONDS,
        )

    def __enter__(self) -> Self:
        self._wait_until_ready()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.is_alive():
            self.kill()
        self._client.close()

    def send(self, method: str, path: str, *, is_optional: bool = False, **body: Any) -> Any:
        """The JSON that is answered; None if there is nothing, and with `is_optional` if it is not found."""
        answer = self._client.request(method, path, **body)
        if is_optional and answer.status_code == 404:
            return None
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def terminate(self) -> None:
        """Stop it as a service manager does."""
        self.process.terminate()
        self.process.join(ANSWER_SECONDS)
        assert self.process.exitcode == 0

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            assert self.process.is_alive(), "the server did not start"
            with contextlib.suppress(httpx2.TransportError):
                if self._client.get("/health/ready").status_code == 200:
                    return
            time.sleep(0.02)
        raise TimeoutError("the server is not ready")


def _children(pid: int) -> list[int]:
    """What the process started."""
    tasks = Path(f"/proc/{pid}/task")
    found = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for task in tasks.iterdir():
            found += [int(one) for one in (task / "children").read_text().split()]
    return found


def _is_alive(pid: int) -> bool:
    """Whether it runs; a dead process whose parent has not looked at it yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
