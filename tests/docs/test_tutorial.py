"""The tutorial, done as it says: its commands run by a shell with real curl against a real server, what they print
held beside the answers that the page shows."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "tutorial.md").read_text(encoding="utf-8")
FILE = DOCS / "examples" / "stations.csv"
KEY = "7b1e5c0f93d84a26b7c1d0e2f3a495867788990aabbccddeeff00112"
SITE_LINE, KEY_LINE = re.compile(r"(?m)^SITE=.*$"), re.compile(r"(?m)^KEY=.*$")
MARK = "--- block {} ---"

UID = re.compile(r"(da|re|pr)_[a-z0-9]{6}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
RECORD = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Block:
    language: str
    text: str


def _blocks() -> list[Block]:
    return [Block(*found) for found in re.findall(r"(?ms)^```(\w+)\n(.*?)^```$", PAGE)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a portal in a process of its own."""
    data = tmp_path_factory.mktemp("tutorial") / "data"
    command = [sys.executable, "-m", "colonnade", "serve", "--port", "0", "--data", str(data)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COLONNADE_")}
    environment["COLONNADE_ADMIN_API_KEY"] = KEY
    with (
        (data.parent / "log").open("w+") as log,
        subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=log) as process,
    ):
        try:
            yield _address(process, Path(log.name))
        finally:
            process.terminate()


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    while process.poll() is None:
        if found := re.search(r"running on (http://\S+)", log.read_text(encoding="utf-8")):
            return found[1]
    raise AssertionError(log.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def printed(server: str, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each block of the page prints, in one shell; those that are no commands print nothing."""
    folder = tmp_path_factory.mktemp("reader")
    shutil.copy(FILE, folder)
    blocks = _blocks()
    script = ["set -euo pipefail"]
    for number, one in enumerate(blocks):
        script.append(f"echo; echo '{MARK.format(number)}'")
        script.append(one.text if one.language == "sh" else "")
    text = KEY_LINE.sub(f"KEY={KEY}", SITE_LINE.sub(f"SITE={server}", "\n".join(script)))
    done = subprocess.run(
        ["bash"], input=text, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    parts = re.split(r"(?m)^--- block \d+ ---$", done.stdout)[1:]
    assert len(parts) == len(blocks)
    return parts


def _values(text: str) -> list[Any]:
    """The JSON values that were printed one after another."""
    found, decoder = [], json.JSONDecoder()
    rest = text.strip()
    while rest:
        value, end = decoder.raw_decode(rest)
        found.append(value)
        rest = rest[end:].lstrip()
    return found


def _differences(shown: Any, found: Any, at: str = "") -> Iterator[str]:
    """Where an answer is not as it is shown. Of an object the page may leave keys out; what is new each time is
    only of the same form."""
    if isinstance(shown, dict) and isinstance(found, dict):
        for name, value in shown.items():
            if name not in found:
                yield f"{at}.{name} is missing"
            else:
                yield from _differences(value, found[name], f"{at}.{name}")
    elif isinstance(shown, list) and isinstance(found, list) and len(shown) == len(found):
        for place, (one, other) in enumerate(zip(shown, found, strict=True)):
            yield from _differences(one, other, f"{at}[{place}]")
    elif shown != found and not _is_like(shown, found):
        yield f"{at}: {shown!r} is shown, {found!r} is found"


def _is_like(shown: Any, found: Any) -> bool:
    if not isinstance(shown, str) or not isinstance(found, str):
        return False
    if UID.fullmatch(shown) and UID.fullmatch(found):
        return shown[:3] == found[:3]
    return any(form.fullmatch(shown) and form.fullmatch(found) for form in (MOMENT, RECORD))


def test_the_file_is_as_the_page_shows_it() -> None:
    (shown,) = (one.text for one in _blocks() if one.language == "text")
    content = FILE.read_bytes().decode("cp1252")
    assert content == shown.replace("\n", "\r\n")
    with pytest.raises(UnicodeDecodeError):
        FILE.read_bytes().decode()


def test_every_answer_is_as_the_page_shows_it(printed: list[str]) -> None:
    blocks, compared = _blocks(), 0
    for number, one in enumerate(blocks):
        if one.language == "json":
            values = _values(printed[number - 1])
            assert len(values) == 1, f"the answer below {blocks[number - 1].text} is not alone"
            assert list(_differences(json.loads(one.text), values[0])) == [], blocks[number - 1].text
            compared += 1
    assert compared > 10


def test_every_answer_that_the_page_does_not_show_is_a_success(printed: list[str]) -> None:
    blocks = [*_blocks(), Block("end", "")]
    for number, text in enumerate(printed):
        if blocks[number + 1].language != "json" and text.strip().startswith("{"):
            assert [one for one in _values(text) if "error_code" in one] == [], blocks[number].text


def test_a_wrong_answer_would_be_noticed() -> None:
    shown = {"a": [1, {"b": "pr_abc123"}], "t": "2026-01-01T00:00:00Z"}
    same = {"a": [1, {"b": "pr_zzz999", "c": 1}], "t": "2027-01-01T00:00:00.123Z", "more": 1}
    assert list(_differences(shown, same)) == []
    assert list(_differences(shown, {"a": [1, {"b": "da_abc123"}], "t": "2026"})) == [
        ".a[1].b: 'pr_abc123' is shown, 'da_abc123' is found",
        ".t: '2026-01-01T00:00:00Z' is shown, '2026' is found",
    ]
    assert list(_differences([1], [1, 2])) == [": [1] is shown, [1, 2] is found"]
    assert list(_differences({"a": 1}, {})) == [".a is missing"]
