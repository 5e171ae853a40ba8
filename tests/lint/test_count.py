"""The count that closes a test run must never say that a run passed which did not."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

COUNT = Path(__file__).resolve().parents[1] / "lib" / "count.py"


def closing_line(entries: str, checks: str = "") -> tuple[str, int]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "release.xml").write_text(f"<testsuite>{entries}</testsuite>")
        Path(folder, "checks").write_text(checks)
        run = subprocess.run([sys.executable, COUNT, folder], capture_output=True, text=True,
                             check=False)
        return run.stdout.splitlines()[-1], run.returncode


def entry(output: str, status: str = "run", extra: str = "") -> str:
    return (f'<testcase name="a" status="{status}">{extra}'
            f"<system-out>{output}</system-out></testcase>")


class Counting(unittest.TestCase):
    def test_cases_of_googletest_are_counted(self):
        output = "[  PASSED  ] 12 tests.\n"
        self.assertEqual(closing_line(entry(output)), ("12 passed, 0 failed", 0))

    def test_failed_cases_of_googletest_are_counted(self):
        output = "[  PASSED  ] 3 tests.\n[  FAILED  ] 2 tests, listed below:\n"
        self.assertEqual(closing_line(entry(output, "fail")), ("3 passed, 2 failed", 1))

    def test_the_last_summary_of_pytest_counts(self):
        output = "1 failed in a quoted line\n== 5 passed, 1 skipped in 0.1s ==\n"
        self.assertEqual(closing_line(entry(output)), ("5 passed, 0 failed", 0))

    def test_a_sanitizer_report_after_the_last_case_fails(self):
        output = "[  PASSED  ] 12 tests.\nLeakSanitizer: detected memory leaks\n"
        self.assertEqual(closing_line(entry(output, "fail")), ("12 passed, 1 failed", 1))

    def test_a_crash_fails(self):
        failure = '<failure message="SEGFAULT"/>'
        self.assertEqual(closing_line(entry("", "fail", failure)), ("0 passed, 1 failed", 1))

    def test_a_program_that_was_not_built_fails(self):
        self.assertEqual(closing_line(entry("", "notrun")), ("0 passed, 1 failed", 1))

    def test_a_test_that_skipped_itself_does_not_count(self):
        skipped = '<skipped message="SKIP_RETURN_CODE=77"/>'
        entries = entry("", "notrun", skipped) + entry("[  PASSED  ] 1 test.\n")
        self.assertEqual(closing_line(entries), ("1 passed, 0 failed", 0))

    def test_a_report_that_is_cut_short_fails(self):
        self.assertEqual(closing_line(entry("") + "<testcase"), ("0 passed, 1 failed", 1))

    def test_a_failed_build_fails(self):
        closing = closing_line(entry("[  PASSED  ] 1 test.\n"), "failed build asan\n")
        self.assertEqual(closing, ("1 passed, 1 failed", 1))

    def test_nothing_run_fails(self):
        self.assertEqual(closing_line(""), ("0 passed, 0 failed", 1))


if __name__ == "__main__":
    unittest.main()
