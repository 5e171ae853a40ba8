"""Runs `budstikke inspect --json` over many files and hands back what it said of each.

Promises one object per file, in the order given, and exit status 1 exactly where some file has a
finding of severity error. A few processes work at a time. Knows the command line, not the messages.
"""

import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys

BATCH_FILES_MAX = 40
SECONDS_MAX = 120


def run(program, files, schemas):
    """One process: the objects by path. Ends the test where the command breaks its contract."""
    command = [*program, "--json"] + (["--schemas", str(schemas)] if schemas else [])
    command += [str(path) for path in files]
    done = subprocess.run(command, capture_output=True, timeout=SECONDS_MAX, check=False)
    shown = " ".join(shlex.quote(word) for word in command[:6])
    lines = done.stdout.decode("utf-8").splitlines()
    if done.returncode not in (0, 1) or len(lines) != len(files):
        raise SystemExit(
            f"{shown} ...: status {done.returncode}, {len(lines)} lines for {len(files)} files\n"
            + done.stderr.decode("utf-8", "replace")
        )
    answers = [json.loads(line) for line in lines]
    if [answer["file"] for answer in answers] != [str(path) for path in files]:
        raise SystemExit(f"{shown} ...: the lines are not in the order of the files")
    errors = any(f["severity"] == "error" for answer in answers for f in answer["findings"])
    if done.returncode != int(errors):
        raise SystemExit(f"{shown} ...: status {done.returncode}, errors found: {errors}")
    return dict(zip(files, answers, strict=True))


def inspect(program, jobs):
    """All jobs (files, schema folder or None), split into batches, a few at a time."""
    batches = [
        (files[start : start + BATCH_FILES_MAX], schemas)
        for files, schemas in jobs
        for start in range(0, len(files), BATCH_FILES_MAX)
    ]
    answers = {}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for batch in pool.map(lambda batch: run(program, *batch), batches):
            answers.update(batch)
    return answers


def program_of(arguments):
    """The command from the test's own command line: the program and its leading words."""
    if not arguments or not pathlib.Path(arguments[0]).is_file():
        raise SystemExit(f"usage: {sys.argv[0]} PROGRAM [WORD...]; there is no such program")
    return arguments


def report(name, checked, faults):
    """The end of every test here: all faults, one per line, then the sum."""
    for fault in faults:
        print(fault)
    print(f"{name}: {checked} cases, {len(faults)} faults")
    return 1 if faults else 0
