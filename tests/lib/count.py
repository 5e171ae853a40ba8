"""Counts test cases from the files of a test run and prints `N passed, N failed` as its last line.

Reads a folder: *.xml as ctest writes them with --output-junit, and `checks` with lines of
`passed NAME` or `failed NAME`. A ctest entry is a whole program; the cases in it are counted from
what GoogleTest, pytest, unittest or one of our own scripts printed at its end. Fails if anything
failed and also if nothing was run.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

# How each kind of runner says how many passed and how many failed.
GTEST_PASSED = re.compile(r"^\[  PASSED  \] (\d+) tests?\.", re.MULTILINE)
GTEST_FAILED = re.compile(r"^\[  FAILED  \] (\d+) tests?, listed below", re.MULTILINE)
WORDS = re.compile(r"\b(\d+) (passed|failed|errors?)\b")
UNITTEST_RAN = re.compile(r"^Ran (\d+) tests? in ", re.MULTILINE)
# ctest says `not run` of a test that skipped itself and of one that was not built.
SKIPPED = re.compile(r"SKIP_(?:RETURN_CODE|REGULAR_EXPRESSION)")
UNITTEST_BAD = re.compile(r"^FAILED \((.*)\)", re.MULTILINE)


def count_output(text: str) -> tuple[int, int]:
    """The cases that passed and failed according to what the program printed."""
    if match := GTEST_PASSED.search(text):
        failed = GTEST_FAILED.search(text)
        return int(match[1]), int(failed[1]) if failed else 0
    if match := UNITTEST_RAN.search(text):
        bad = UNITTEST_BAD.search(text)
        failed = sum(int(n) for n in re.findall(r"(?:failures|errors)=(\d+)", bad[1])) if bad else 0
        return max(int(match[1]) - failed, 0), failed
    # pytest and our own scripts; their summary is the last line that has these words.
    for line in reversed(text.splitlines()):
        if words := WORDS.findall(line):
            passed = sum(int(n) for n, word in words if word == "passed")
            return passed, sum(int(n) for n, word in words) - passed
    return 0, 0


def count_entry(entry: ElementTree.Element) -> tuple[int, int]:
    """The cases of one ctest entry; its status decides whether it counts as failed at all."""
    status = entry.get("status")
    skipped = entry.find("skipped")
    if status == "disabled" or skipped is not None and SKIPPED.match(skipped.get("message", "")):
        return 0, 0
    passed, failed = count_output(entry.findtext("system-out") or "")
    if status == "run" and entry.find("failure") is None:
        return max(passed, 1), failed
    # Not run, out of time, crashed, or a sanitizer's complaint after the last case.
    return passed, max(failed, 1)


def entries_of(report: Path) -> list[ElementTree.Element]:
    """The entries of a report; one that is cut short counts as an entry that failed."""
    try:
        return list(ElementTree.parse(report).getroot().iter("testcase"))
    except ElementTree.ParseError:
        return [ElementTree.Element("testcase", status="fail", name="the report is cut short")]


def main(folder: Path) -> int:
    passed = failed = 0
    bad: list[str] = []
    for report in sorted(folder.glob("*.xml")):
        for entry in entries_of(report):
            good_cases, bad_cases = count_entry(entry)
            passed += good_cases
            failed += bad_cases
            if bad_cases:
                bad.append(f"{report.stem}: {entry.get('name')}")
    checks = folder / "checks"
    for line in checks.read_text().splitlines() if checks.exists() else []:
        status, _, name = line.partition(" ")
        passed += status == "passed"
        failed += status == "failed"
        if status == "failed":
            bad.append(name)
    for name in bad:
        print(f"failed: {name}")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
