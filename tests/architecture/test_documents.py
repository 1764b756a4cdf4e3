"""Documents that the tree can contradict: what they name exists, and what must be named is."""

import re
from pathlib import Path

import pytest
from tests.architecture.support import PACKAGE, ROOT, code_spans, documents, relative, repository_files

import colonnade

ARCHITECTURE = ROOT / "ARCHITECTURE.md"
_PATH = re.compile(r"[\w.-]+(/[\w.-]+)*/?")
_ROOTS = ("src/", "tests/", "docs/", "requirements/", "benchmarks/")

# Put together here, so that this file does not name them itself.
_FORBIDDEN = re.compile(
    "|".join([r"(?<![\w.])/" + "work/", r"\.\./" + "shared", r"(?<!\w)\." + r"library\b"])
)


def _looks_like_a_path(span: str) -> bool:
    return _PATH.fullmatch(span) is not None and ("/" in span or span.endswith((".py", ".md", ".toml")))


def _exists(span: str) -> bool:
    return any((base / span).exists() for base in (ROOT, PACKAGE))


def _slug(heading: str) -> str:
    """A heading's anchor, as code hosts make it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower().replace("`", "")).replace(" ", "-")


def test_architecture_names_only_what_exists() -> None:
    """`DATA/...` is a place in a portal's data folder, not in the repository."""
    spans = [one for one in code_spans(ARCHITECTURE.read_text(encoding="utf-8")) if _looks_like_a_path(one)]
    assert [one for one in spans if not one.startswith("DATA/") and not _exists(one)] == []
    assert len(spans) > 20


def test_architecture_names_every_folder_of_the_package() -> None:
    spans = {one.rstrip("/") for one in code_spans(ARCHITECTURE.read_text(encoding="utf-8"))}
    folders = [one.name for one in PACKAGE.iterdir() if one.is_dir() and one.name != "__pycache__"]
    assert [one for one in sorted(folders) if one not in spans] == []


@pytest.mark.parametrize("path", documents(), ids=relative)
def test_a_document_names_only_files_that_exist(path: Path) -> None:
    spans = [one for one in code_spans(path.read_text(encoding="utf-8")) if one.startswith(_ROOTS)]
    assert [one for one in spans if _PATH.fullmatch(one) and not (ROOT / one).exists()] == []


@pytest.mark.parametrize("path", documents(), ids=relative)
def test_links_between_files_of_the_repository_resolve(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        place = (path.parent / name).resolve() if name else path
        assert place.exists(), target
        if anchor:
            headings = re.findall(r"(?m)^#+ (.*)$", place.read_text(encoding="utf-8"))
            assert anchor in [_slug(one) for one in headings], target


def test_readme_names_only_commands_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?m)^([a-z-]+):", makefile))
    for name in ("README.md", "CONTRIBUTING.md", "docs/index.md"):
        named = set(re.findall(r"(?m)(?:`|^ *)make ([a-z-]+)", (ROOT / name).read_text(encoding="utf-8")))
        assert named <= targets, name
    assert {"demo", "test", "check", "serve", "install", "bench", "drill"} <= targets


def test_the_changelogs_top_is_this_version_or_unreleased() -> None:
    heading = re.search(r"(?m)^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert heading is not None
    assert heading[1] in {"Unreleased", colonnade.__version__}


def test_every_decision_is_in_the_index_and_numbered_once() -> None:
    folder = ROOT / "docs" / "decisions"
    pages = sorted(one.name for one in folder.glob("[0-9]*.md"))
    index = (folder / "index.md").read_text(encoding="utf-8")
    assert [one for one in pages if f"({one})" not in index] == []
    assert len({one[:4] for one in pages}) == len(pages)


def test_no_file_names_a_place_outside_the_repository() -> None:
    for path in repository_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        assert _FORBIDDEN.search(text) is None, relative(path)
