"""People at their desks: clients of PANDA's door, many at once, beside a server that may die."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx2
from tests.journeys.histories import Unreal
from tests.support.house import ADMIN_KEY

API = "/api/1.0"
CREDENTIALS = {"email": "admin@localhost", "api_key": ADMIN_KEY}


class Client:
    """Somebody with a key."""

    def __init__(self, address: str) -> None:
        self._http = httpx2.Client(base_url=address, params=CREDENTIALS, timeout=120)

    def close(self) -> None:
        self._http.close()

    def ask(self, method: str, path: str, status: int, json: Any = None, **params: Any) -> Any:
        """What is answered, as JSON if there is something. Raises `Unreal` for another status."""
        answer = self.answer(method, path, json=json, **params)
        if answer.status_code != status:
            raise Unreal(f"{method} {path} {params}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None

    def answer(self, method: str, path: str, **sent: Any) -> httpx2.Response:
        """Of an address below the door, or at the root of the site where the path says so."""
        body = {name: value for name in ("json", "files") if (value := sent.pop(name, None)) is not None}
        url = path.removeprefix("root:") if path.startswith("root:") else f"{API}{path}"
        return self._http.request(method, url, params=sent, **body)


@contextmanager
def client(address: str) -> Iterator[Client]:
    made = Client(address)
    try:
        yield made
    finally:
        made.close()


class Crowd:
    """Who does the same steps again and again, each with a client of their own, until they are stopped or one of them meets
    something that must not be."""

    def __init__(self, steps: Sequence[Callable[[Client], None]]) -> None:
        self._steps = steps
        self._stopped, self._dying = threading.Event(), threading.Event()
        self._pool = ThreadPoolExecutor(len(steps))
        self._working: list[Future[None]] = []

    def start(self, address: str, *, is_doomed: bool = False) -> None:
        """`is_doomed`: the server may go at any moment."""
        self._stopped.clear()
        if is_doomed:
            self._dying.set()
        else:
            self._dying.clear()
        self._working = [self._pool.submit(self._work, address, one) for one in self._steps]

    def work(self, seconds: float, until: Callable[[], bool] = lambda: True) -> None:
        """Wait so long, and until something is true; less where somebody broke off."""
        begun = time.monotonic()
        while not self._broken and (time.monotonic() - begun < seconds or not until()):
            time.sleep(0.01)

    def stop(self) -> None:
        """Let everybody end what they are at. Raises what one of them met."""
        self._stopped.set()
        self._join()

    def died(self, kill: Callable[[], None]) -> None:
        """The server goes; nobody has to expect an answer from now on. Raises as `stop`."""
        assert not self._broken, self._broken
        self._dying.set()
        kill()
        self._join()

    @property
    def _broken(self) -> list[BaseException]:
        return [error for one in self._working if one.done() and (error := one.exception()) is not None]

    def _work(self, address: str, step: Callable[[Client], None]) -> None:
        with client(address) as asking:
            try:
                while not self._stopped.is_set():
                    step(asking)
            except httpx2.TransportError:
                if not self._dying.is_set():
                    raise

    def _join(self) -> None:
        self._stopped.set()
        for one in self._working:
            one.result()
