"""A real server process, asked over HTTP, and the memory that it and its builders take."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

KEY = "b" * 56


class Server:
    """A served portal. `peak` holds the largest resident size seen, in MB, by kind of process."""

    def __init__(self, data: Path) -> None:
        self.port = _free_port()
        environ = {**os.environ, "COLONNADE_ADMIN_API_KEY": KEY, "COLONNADE_ADMIN_PASSWORD": "bench"}
        command = [sys.executable, "-m", "colonnade", "serve", "--data", str(data), "--port", str(self.port)]
        self._log = (data.parent / "server.log").open("ab")
        self.process = subprocess.Popen(command, env=environ, stderr=self._log, stdout=self._log)
        self.client = httpx2.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"Authorization": f"Apikey {KEY}"},
            timeout=600,
        )
        self.peak = {"server": 0.0, "builder": 0.0}
        self._stopped = threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self._watching.start()
        self._wait_until_ready()

    def publish_csv(self, dataset_id: str, path: Path) -> tuple[str, float]:
        """Create, upload, publish; returns the dataset's uid and the seconds from POST publish to readable."""
        base = "/api/automation/v1.0/datasets"
        made = self._post(
            f"{base}/",
            json={"dataset_id": dataset_id, "metadata": {"default": {"title": {"value": dataset_id}}}},
        )
        uid = made["uid"]
        with path.open("rb") as content:
            file = self._post(f"{base}/{uid}/resources/files/", files={"file": (path.name, content)})
        source = {"type": "uploaded_file", "file": {"uid": file["uid"]}}
        self._post(f"{base}/{uid}/resources/", json={"type": "csvfile", "datasource": source})
        begun = time.perf_counter()
        self._post(f"{base}/{uid}/publish/")
        while self.status(uid) in {"queued", "processing"}:
            time.sleep(0.05)
        seconds = time.perf_counter() - begun
        if self.status(uid) != "idle":
            raise RuntimeError(f"the publication of {dataset_id} ended as {self.status(uid)}")
        return uid, seconds

    def status(self, uid: str) -> str:
        found: str = self.client.get(f"/api/automation/v1.0/datasets/{uid}/status/").json()["status"]
        return found

    def records(self, dataset_id: str, **params: Any) -> Any:
        answer = self.client.get(f"/api/explore/v2.1/catalog/datasets/{dataset_id}/records", params=params)
        answer.raise_for_status()
        return answer.json()

    def close(self) -> None:
        self._stopped.set()
        self._watching.join()
        self.client.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self._log.close()

    def _post(self, path: str, **body: Any) -> Any:
        answer = self.client.post(path, **body)
        answer.raise_for_status()
        return answer.json()

    def _wait_until_ready(self) -> None:
        for _ in range(600):
            try:
                if self.client.get("/health/ready").status_code == 200:
                    return
            except httpx2.TransportError:
                time.sleep(0.1)
        raise RuntimeError("the server did not start")

    def _watch(self) -> None:
        while not self._stopped.wait(0.05):
            self.peak["server"] = max(self.peak["server"], _resident(self.process.pid))
            for child in _children(self.process.pid):
                self.peak["builder"] = max(self.peak["builder"], _resident(child))


@contextmanager
def serving(data: Path) -> Iterator[Server]:
    server = Server(data)
    try:
        yield server
    finally:
        server.close()


def _resident(pid: int) -> float:
    """MB, the most that the process ever had; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def _children(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
