"""Holds every C++ file against .clang-format. `clang-format-19 -i FILE` mends what it finds."""

import re
import subprocess

import tree

FAULT = re.compile(r"^(.*?:\d+):\d+: error: code should be clang-formatted", re.MULTILINE)


def main() -> None:
    sources = tree.files(".hpp", ".cpp")
    run = subprocess.run(
        ["clang-format-19", "--dry-run", "-Werror", "--style=file", *map(str, sources)],
        cwd=tree.ROOT, capture_output=True, text=True, check=False)
    first = {fault.rsplit(":", 1)[0]: fault for fault in reversed(FAULT.findall(run.stderr))}
    faults = [f"{fault.removeprefix(str(tree.ROOT) + '/')}: not as .clang-format has it"
              for fault in first.values()]
    if run.returncode and not faults:
        faults = [run.stderr.strip()]
    tree.report(len(sources), faults)


if __name__ == "__main__":
    main()
