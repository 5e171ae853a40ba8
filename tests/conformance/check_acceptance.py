"""Holds `budstikke inspect` to the table of the official acceptance cases (acceptance.toml).

usage: check_acceptance.py PROGRAM [WORD...]
Where the table says `application decides`, the broker must find no error in the message.
"""

import sys

import acceptance
import expected
import inspector
import standards


def compare(row, answer):
    said = expected.codes_of(answer)
    if said != row.codes:
        yield f"the table has {sorted(row.codes)} ({row.because}), found {sorted(map(str, said))}"
    if answer["well_formed"] == ("T01" in row.codes):
        yield f"well_formed is {answer['well_formed']}"
    if answer["schema_valid"] == bool(row.codes & {"T01", "T02"}):
        yield f"schema_valid is {answer['schema_valid']}"
    named = {receiver["her_id"] for receiver in answer["receivers"]}
    if not set(row.unknown) <= named:
        yield f"does not name the receivers {row.unknown} that the directory must not know"


def main(arguments):
    program = inspector.program_of(arguments)
    rows = acceptance.rows()
    answers = inspector.inspect(
        program, [([row.case.path for row in rows], standards.schema_folder("_all"))]
    )
    faults = [
        f"{row.case.name}: {fault}"
        for row in rows
        for fault in compare(row, answers[row.case.path])
    ]
    return inspector.report("acceptance", len(rows), faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
