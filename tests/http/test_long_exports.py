"""A long file from a real server, whose memory it must not fill."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

KEY = "9" * 56
ROWS = 300_000
HEADERS = {"Authorization": f"Apikey {KEY}"}


@dataclass
class Server:
    url: str
    pid: int

    def memory(self, what: str) -> int:
        """Bytes: `VmRSS` now, `VmHWM` at most since `forget_peak`."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        found = re.search(rf"{what}:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) << 10

    def forget_peak(self) -> None:
        Path(f"/proc/{self.pid}/clear_refs").write_text("5", encoding="ascii")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("long") / "data"
    names = {"COLONNADE_ADMIN_API_KEY": KEY, "COLONNADE_ADMIN_PASSWORD": "long and dull"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COLONNADE_")}
    command = [sys.executable, "-m", "colonnade", "serve", "--port", "0", "--data", str(folder)]
    log = folder.parent / "log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command, env=environment | names, stdout=subprocess.DEVNULL, stderr=errors
        ) as process,
    ):
        try:
            yield _ready(log, process.pid)
        finally:
            process.kill()


def _ready(log: Path, pid: int) -> Server:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if found := re.search(r"running on (http://\S+)", log.read_text(encoding="utf-8")):
            server = Server(found[1], pid)
            _publish(server)
            return server
        time.sleep(0.05)
    raise AssertionError(log.read_text(encoding="utf-8"))


def _publish(server: Server) -> None:
    lines = "".join(f"{number},row {number},{number % 97},{'wide ' * 30}\n" for number in range(ROWS))
    with httpx2.Client(base_url=f"{server.url}/api/automation/v1.0", headers=HEADERS, timeout=60) as client:
        metadata = {"default": {"title": {"value": "Long"}}}
        made = client.post("/datasets/", json={"dataset_id": "long", "metadata": metadata}).json()
        base = f"/datasets/{made['uid']}"
        content = f"n,name,part,text\n{lines}".encode()
        sent = client.post(f"{base}/resources/files/", files={"file": ("long.csv", content)}).json()
        source = {"type": "uploaded_file", "file": {"uid": sent["uid"]}}
        body = {"type": "csvfile", "datasource": source, "params": {}}
        assert client.post(f"{base}/resources/", json=body).status_code == 201
        assert client.post(f"{base}/publish/").status_code == 200
        until = time.monotonic() + 120
        while client.get(f"{base}/status/").json()["status"] != "idle":
            assert time.monotonic() < until
            time.sleep(0.1)


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux's account of memory")
@pytest.mark.parametrize(
    ("format_", "coding"), [("csv", "zstd"), ("jsonl", "identity"), ("parquet", "identity")]
)
def test_the_memory_of_the_server_stays_flat(server: Server, format_: str, coding: str) -> None:
    server.forget_peak()
    before, size, lines = server.memory("VmRSS"), 0, 0
    url = f"{server.url}/api/explore/v2.1/catalog/datasets/long/exports/{format_}"
    headers = {**HEADERS, "Accept-Encoding": coding}
    with httpx2.Client(timeout=60) as client, client.stream("GET", url, headers=headers) as answer:
        assert answer.status_code == 200
        for piece in answer.iter_bytes(1 << 20):
            size += len(piece)
            lines += piece.count(b"\n")
    grown = server.memory("VmHWM") - before
    print(format_, size >> 20, "MB, grown", grown >> 20, "MB")
    if format_ != "parquet":
        assert lines == ROWS + (1 if format_ == "csv" else 0)
        assert size > 48 << 20
    assert grown < 160 << 20


def test_a_server_that_dies_midway_is_noticed(server: Server) -> None:
    url = f"{server.url}/api/explore/v2.1/catalog/datasets/long/exports/csv"
    with httpx2.Client(timeout=60) as client, client.stream("GET", url, headers=HEADERS) as answer:
        pieces = answer.iter_raw()
        assert next(pieces)
        os.kill(server.pid, 9)
        with pytest.raises(httpx2.TransportError):
            for _ in pieces:
                pass
