"""Pinned files: every package has a version and hashes, and none says where it comes from."""

import re
import tomllib
from pathlib import Path

import pytest
from tests.architecture.support import ROOT, relative

PINNED = sorted(ROOT.glob("requirements/*.txt"))


@pytest.mark.parametrize("path", PINNED, ids=relative)
def test_every_requirement_has_a_version_and_hashes(path: Path) -> None:
    text = re.sub(r"(?m)^ *#.*\n?", "", path.read_text(encoding="utf-8"))
    requirements = re.split(r"(?m)^(?=\S)", text)[1:]
    assert requirements
    for one in requirements:
        assert re.match(r"[a-z0-9._-]+==\S+", one), one
        assert "--hash=sha256:" in one, one


@pytest.mark.parametrize("path", PINNED, ids=relative)
def test_no_requirement_names_a_host(path: Path) -> None:
    assert (
        re.search(r"https?://|--(extra-)?index-url|--find-links|-f ", path.read_text(encoding="utf-8"))
        is None
    )


def test_every_direct_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for name, wanted in {
        "runtime": project["dependencies"],
        "dev": project["dependencies"] + project["optional-dependencies"]["dev"],
        "demo": project["optional-dependencies"]["demo"],
    }.items():
        pinned = set(re.findall(r"(?m)^([a-z0-9._-]+)==", (ROOT / f"requirements/{name}.txt").read_text()))
        names = {re.split(r"[^a-zA-Z0-9._-]", one)[0].lower().replace(".", "-") for one in wanted}
        assert names <= pinned, name
