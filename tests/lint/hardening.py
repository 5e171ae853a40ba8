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
    ("checked library calls", "-sW", r"\b__\w+_chk\b"),
)


def missing(program: str) -> list[str]:
    shown = {option: subprocess.run(["readelf", option, program], capture_output=True,
                                    text=True, check=True).stdout
             for option in {option for _, option, _ in WANTED}}
    return [f"{program}: has not {what}" for what, option, pattern in WANTED
            if not re.search(pattern, shown[option])]


if __name__ == "__main__":
    programs = sys.argv[1:]
    faults = [fault for name in programs for fault in missing(name)]
    tree.report(len(programs) * len(WANTED), faults)
