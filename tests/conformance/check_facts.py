"""Holds `budstikke inspect` to the independent reader, for every official example and every key.

usage: check_facts.py own|all|none PROGRAM [WORD...]
`own` validates each example with the schemas of its own standard, `all` with the pack of all
standards at once, `none` without schemas.
"""

import sys

import expected
import inspector
import reader
import standards

PATIENT_PARTS = ("OffId", "FamilyName", "MiddleName", "GivenName", "Name")
# Shorter names may stand in the answer for other reasons.
PATIENT_STRING_MIN = 5
UNROUTABLE = "envelope.address_unroutable"
FINDING_KEYS = {"code", "severity", "location", "text_no", "text_en", "apprec_code"}


def compare_facts(answer, facts):
    for key, value in facts.items():
        if key not in answer:
            yield f"{key}: missing"
        elif answer[key] != value:
            yield f"{key}: expected {value!r}, got {answer[key]!r}"


def compare_broken(answer, recovered):
    """A broken file: what is said must stand in it, and nothing more is asked."""
    for key, value in recovered.items():
        said = answer[key]
        if key == "receivers":
            wrong = [r for r in said if r["her_id"] is not None and r not in value]
        elif key == "sender":
            wrong = said["her_id"] is not None and said != value
        elif key == "attachments":
            wrong = said > value
        else:
            wrong = said is not None and said != value
        if wrong:
            yield f"{key}: expected nothing or {value!r}, got {said!r}"


def compare_findings(answer):
    for finding in answer["findings"]:
        if set(finding) != FINDING_KEYS:
            yield f"finding {finding.get('code')}: keys {sorted(finding)}"
            continue
        if finding["severity"] not in ("info", "warning", "error"):
            yield f"finding {finding['code']}: severity {finding['severity']!r}"
        if not finding["text_no"] or not finding["text_en"]:
            yield f"finding {finding['code']}: a text is missing"


def lines_of(answer, code):
    return [f["location"]["line"] for f in answer["findings"] if f["code"] == code]


def compare_places(case, answer, schema_lines):
    """Where the errors are. An element that lacks something is known to at its end tag, so a
    line may lie after the one that lxml states, which is that of the start tag."""
    broken = reader.broken_line(case.path)
    said = lines_of(answer, "xml.not_well_formed")
    if said != ([] if broken is None else [broken]):
        yield f"xml.not_well_formed: expected line {broken}, got {said}"
    said = lines_of(answer, "schema.invalid")
    if len(said) != len(schema_lines) or any(a < b for a, b in zip(said, schema_lines)):
        yield f"schema.invalid: expected lines {schema_lines}, got {said}"


def patient_strings(root):
    """Numbers and names of patients: none of them may be in an answer."""
    for patient in (e for e in root.iter() if reader.local(e) == "Patient"):
        parts = [part for part in patient if reader.local(part) in PATIENT_PARTS]
        for ident in reader.children(patient, "Ident") + reader.children(patient, "AdditionalId"):
            parts += reader.children(ident, "Id")
        for part in parts:
            value = reader.text(part) or ""
            if len(value) >= PATIENT_STRING_MIN:
                yield reader.local(part), value


def compare_privacy(answer, root):
    shown = repr({key: value for key, value in answer.items() if key != "file"})
    for name, value in patient_strings(root):
        if value in shown:
            yield f"a patient's {name} is in the answer"


def compare(case, answer, schemas, pack):
    root = reader.parse(case.path)
    valid = None if pack is None else schemas.valid(pack, root)
    known = answer["format"] is not None and root is not None
    lines = schemas.lines(pack, root) if known and pack is not None else []
    if root is None:
        yield from compare_broken(answer, reader.facts(reader.broken_root(case.path)))
    else:
        yield from compare_facts(answer, reader.facts(root))
        yield from compare_privacy(answer, root)
    yield from compare_facts(answer, {"well_formed": root is not None, "schema_valid": valid})
    yield from compare_findings(answer)
    yield from compare_places(case, answer, lines)
    codes = expected.apprec_codes(root, valid is not False)
    if expected.codes_of(answer) != codes:
        found = sorted({f["code"] for f in answer["findings"] if f["severity"] == "error"})
        got = sorted(map(str, expected.codes_of(answer)))
        yield f"AppRec codes of the errors: expected {sorted(codes)}, got {got} by {found}"
    warned = any(f["code"] == UNROUTABLE for f in answer["findings"])
    if root is not None and warned != expected.unroutable(root):
        yield f"{UNROUTABLE}: {warned}"


def main(arguments):
    if not arguments or arguments[0] not in ("own", "all", "none"):
        raise SystemExit(__doc__)
    mode, program = arguments[0], inspector.program_of(arguments[1:])
    cases = standards.cases()
    by_pack = {}
    for case in cases:
        pack = {"own": case.standard, "all": "_all", "none": None}[mode]
        by_pack.setdefault(pack, []).append(case)
    answers = inspector.inspect(
        program,
        [
            ([case.path for case in group], pack and standards.schema_folder(pack))
            for pack, group in by_pack.items()
        ],
    )
    schemas = reader.Schemas(standards.schema_folder)
    faults = [
        f"{case.name}: {fault}"
        for pack, group in by_pack.items()
        for case in group
        for fault in compare(case, answers[case.path], schemas, pack)
    ]
    return inspector.report(f"facts ({mode})", len(cases), faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
