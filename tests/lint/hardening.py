"""Reads the built programs named on the command line and checks that compiler and linker hardened
them: position independent, relocations read-only and bound at start, no executable stack, stack
protector, and checked library calls.
"""

import re
import subprocess
import sys

import tree

# What is asked for, the readelf option that shows it, and how it looks there.
WANTED = (
    ("position independent code", "-hW", r"Type:\s+DYN"),
    ("a position independent executable", "-dW", r"FLAGS_1.*\bPIE\b"),
    ("read-only relocations", "-lW", r"GNU_RELRO"),
    ("relocations bound at start", "-dW", r"FLAGS_1.*\bNOW\b|BIND_NOW"),
    ("a stack that is not executable", "-lW", r"GNU_STACK(?:\s+0x[0-9a-f]+)+\s+RW\s"),
    ("the stack protector", "-sW", r"\b__stack_chk_fail\b"),
)
# The flags are the same for all, but a small program may call nothing that can be checked.
WANTED_OF_ONE = (("checked library calls", "-sW", r"\b__\w+_chk\b"),)


def shows(program: str, option: str, pattern: str) -> bool:
    shown = subprocess.run(["readelf", option, program], capture_output=True, text=True, check=True)
    return re.search(pattern, shown.stdout) is not None


def missing(programs: list[str]) -> list[str]:
    faults = [f"{program}: has not {what}" for program in programs
              for what, option, pattern in WANTED if not shows(program, option, pattern)]
    faults += [f"no program has {what}" for what, option, pattern in WANTED_OF_ONE
               if not any(shows(program, option, pattern) for program in programs)]
    return faults


if __name__ == "__main__":
    programs = sys.argv[1:]
    tree.report(len(programs) * len(WANTED) + len(WANTED_OF_ONE), missing(programs))
