"""Every setting stands in docs/settings.md as the code has it, and nothing else does."""

import re

from tests.architecture.support import PACKAGE, ROOT, python_files, relative

from colonnade.config import SETTINGS, UNSUPPORTED

PAGE = ROOT / "docs" / "settings.md"


def _rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its two head lines."""
    section = PAGE.read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_table_of_settings_is_the_codes() -> None:
    expected = [
        [f"`{one.variable}`", f"`{one.default}`" if one.default else "", one.doc] for one in SETTINGS.values()
    ]
    lines = "\n".join(f"| {' | '.join(row)} |" for row in expected)
    assert _rows("Settings") == expected, f"docs/settings.md should hold:\n{lines}"


def test_the_table_of_settings_to_come_is_the_codes() -> None:
    expected = [[f"`{one.variable}`", one.instead] for one in UNSUPPORTED]
    lines = "\n".join(f"| {' | '.join(row)} |" for row in expected)
    assert _rows("Not supported yet") == expected, f"docs/settings.md should hold:\n{lines}"


def test_documents_name_only_settings_that_exist() -> None:
    known = {one.variable for one in SETTINGS.values()} | {one.variable for one in UNSUPPORTED}
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        named = set(re.findall(r"COLONNADE_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8")))
        assert named <= known, relative(path)


def test_the_environment_is_read_in_one_place() -> None:
    readers = {
        relative(path)
        for path in python_files()
        if path.is_relative_to(PACKAGE)
        and re.search(r"\bos\.(environ|getenv)\b", path.read_text(encoding="utf-8"))
    }
    assert readers == {
        "src/colonnade/cli/portal.py",  # read_settings(os.environ)
        "src/colonnade/builder/process.py",  # hands PATH and the like on to the child, and nothing else
    }
