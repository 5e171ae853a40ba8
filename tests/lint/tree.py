"""What the checks of the house share: the files of the checkout, and how a check reports.

The files are found by walking the tree, not by asking git, because the tests also run on a copy
that has no .git, as a user who does not own it.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED_FOLDERS = {".git", "build", "__pycache__", ".pytest_cache", ".cache"}


def files(*suffixes: str, root: Path = ROOT) -> list[Path]:
    """All files of the checkout, or those with one of the suffixes, sorted."""
    found = []
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = [name for name in subfolders if name not in SKIPPED_FOLDERS]
        found += [Path(folder, name) for name in names if not suffixes or name.endswith(suffixes)]
    return sorted(found)


def text_of(path: Path) -> str | None:
    """The text of a file, or None where it is not text in UTF-8 (a corpus file, for example)."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return None


def line_at(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def report(checked: int, faults: list[str]) -> None:
    """Prints each fault as `file:line: what is wrong`, then what was looked at, and ends the
    program. However much it looked at, a check is one test case."""
    for fault in faults:
        print(fault)
    print(f"{checked} looked at, {len(faults)} at fault")
    sys.exit(1 if faults or not checked else 0)
