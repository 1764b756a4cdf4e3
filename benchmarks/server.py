"""A real server process, asked over HTTP, and the memory that it and its builders take."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.processes import children, free_port, resident, wait_until_ready

KEY = "b" * 56


class Server:
    """A served portal. `peak` holds the largest resident size seen, in MB, by kind of process."""

    def __init__(self, data: Path) -> None:
        self.port = free_port()
        environ = {**os.environ, "COLONNADE_ADMIN_API_KEY": KEY, "COLONNADE_ADMIN_PASSWORD": "bench"}
        command = [sys.executable, "-m", "colonnade", "serve", "--data", str(data), "--port", str(self.port)]
        self._log = (data.parent / "server.log").open("ab")
        self.process = subprocess.Popen(command, env=environ, stderr=self._log, stdout=self._log)
        self.client = httpx2.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"Authorization": f"Apikey {KEY}"},
            timeout=600,
        )
        self.stranger = httpx2.Client(base_url=self.client.base_url, timeout=600)
        """Somebody without a key, as the readers of open data are."""
        self.peak = {"server": 0.0, "builder": 0.0}
        self._stopped = threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self._watching.start()
        wait_until_ready(self.client, "/health/ready", self.process)

    def publish_csv(
        self, dataset_id: str, path: Path, processors: Iterable[Mapping[str, Any]] = ()
    ) -> tuple[str, float]:
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
        for one in processors:
            self._post(f"{base}/{uid}/processors/", json=one)
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
        answer = self.client.get(f"{self.path(dataset_id)}/records", params=params)
        answer.raise_for_status()
        return answer.json()

    def path(self, dataset_id: str) -> str:
        return f"/api/explore/v2.1/catalog/datasets/{dataset_id}"

    def close(self) -> None:
        self._stopped.set()
        self._watching.join()
        self.client.close()
        self.stranger.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self._log.close()

    def _post(self, path: str, **body: Any) -> Any:
        answer = self.client.post(path, **body)
        answer.raise_for_status()
        return answer.json()

    def _watch(self) -> None:
        while not self._stopped.wait(0.05):
            self.peak["server"] = max(self.peak["server"], resident(self.process.pid))
            for child in children(self.process.pid):
                self.peak["builder"] = max(self.peak["builder"], resident(child))


@contextmanager
def serving(data: Path) -> Iterator[Server]:
    server = Server(data)
    try:
        yield server
    finally:
        server.close()
