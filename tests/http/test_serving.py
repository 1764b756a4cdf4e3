"""The real server, as a process: what it logs and what it says of itself."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import httpx2
import pytest

KEY = "4f2c9d0ab37e5586174c0de9aa21bf6038de7712c5f04b9e8d3361fa"
WRONG = "0123456789abcdef" * 4
PASSWORD = "correct horse battery"


@dataclass
class Server:
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    @property
    def errors(self) -> IO[str]:
        assert self.process.stderr is not None
        return self.process.stderr

    def address(self) -> str:
        """Read the log until the server says where it listens."""
        for line in self.errors:
            self.lines.append(line)
            if found := re.search(r"running on (http://\S+)", line):
                return found[1]
        raise AssertionError("".join(self.lines))

    def log(self) -> str:
        """Stop the server; all that it wrote to its log."""
        self.process.terminate()
        self.lines.append(self.errors.read())
        assert self.process.wait(timeout=30) is not None
        return "".join(self.lines)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    names = {"COLONNADE_ADMIN_API_KEY": KEY, "COLONNADE_ADMIN_PASSWORD": PASSWORD}
    command = [sys.executable, "-m", "colonnade", "serve", "--port", "0", "--data", str(tmp_path / "data")]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COLONNADE_")}
    with subprocess.Popen(
        command, env=environment | names, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        yield Server(process)
        if process.poll() is None:
            process.kill()


def test_no_key_is_in_the_log_whichever_way_it_came(server: Server) -> None:
    address = server.address()
    listed = f"{address}/api/automation/v1.0/datasets/"
    with httpx2.Client() as client:
        assert client.get(listed, params={"apikey": KEY}).status_code == 200
        assert client.get(listed, headers={"Authorization": f"Apikey {KEY}"}).status_code == 200
        assert client.get(listed, headers={"Authorization": KEY}).status_code == 200
        assert client.get(listed, params={"apikey": WRONG, "limit": 5}).status_code == 401
        assert client.get(listed, headers={"Authorization": f"Bearer {WRONG}"}).status_code == 401
        assert client.get(f"{address}/nothing", params={"next": f"/x?apikey={KEY}"}).status_code == 404
        answer = client.get(f"{address}/api/explore/v2.1/catalog/datasets", params={"apikey": KEY})
        assert answer.status_code == 200
        assert "server" not in answer.headers
    log = server.log()
    assert "/api/automation/v1.0/datasets/?apikey=***&limit=5" in log
    assert len(re.findall(r"uvicorn\.access: .* HTTP/1\.1\" \d{3}", log)) == 7
    for secret in (KEY, WRONG, PASSWORD):
        assert secret not in log
