"""Holds `budstikke ebxml` to the independent reader, for every official ebMS 2.0 example, and to
the list of rules.

usage: check_ebxml.py PROGRAM
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import ebxml_reader
import inspector
import standards

KEYS = {
    "file", "kind", "from", "to", "cpa_id", "conversation_id", "service", "action", "message_id",
    "ref_to_message_id", "timestamp", "signature", "not_checked", "response", "violations",
}  # fmt: skip
VIOLATION_KEYS = {"rule", "severity", "location", "text_no", "text_en"}
# What was captured on its way is signed as it stands; what was made as an example is not.
CAPTURES = ("-smtp-multipart.msg", "-response.mime", "-envelope.xml")
DIRECTORY_RULES = {29, 30, 44, 54, 79, 110, 111, 112, 113, 114}
# What cannot be said of an envelope whose attachment was not given.
OF_PARTS = {23, 27, 50, 259, 260, 263}
RULES = 124
EXAMPLES = 11


def run(program, *words):
    done = subprocess.run([program, "ebxml", *words], capture_output=True, check=False, timeout=120)
    return done.returncode, done.stdout.decode("utf-8")


def signature_of(path, reading):
    if path.name.endswith(CAPTURES):
        return "valid"
    return "invalid" if reading.has_signature() else "absent"


def compare(path, reading, answer, status):
    if set(answer) != KEYS:
        yield f"keys {sorted(answer)}"
    for key, value in reading.facts().items():
        if answer[key] != value:
            yield f"{key}: expected {value!r}, got {answer[key]!r}"
    if answer["signature"]["status"] != signature_of(path, reading):
        yield f"signature: {answer['signature']}"
    found = {violation["rule"] for violation in answer["violations"]}
    broken = reading.broken_rules()
    if found & ebxml_reader.JUDGED != broken:
        yield f"rules: expected {sorted(broken)}, got {sorted(found & ebxml_reader.JUDGED)}"
    for violation in answer["violations"]:
        if set(violation) != VIOLATION_KEYS or not all(violation.values()):
            yield f"violation {violation}"
    missing = set() if reading.kind == "fault" else DIRECTORY_RULES
    if not missing <= set(answer["not_checked"]):
        yield f"not_checked: {answer['not_checked']}"
    if found & set(answer["not_checked"]):
        yield "a rule is both broken and not checked"
    errors = any(violation["severity"] == "error" for violation in answer["violations"])
    if status != int(errors):
        yield f"exit status {status}, errors found: {errors}"


def check_envelope(program, folder, name, data):
    path = pathlib.Path(folder) / f"{name}.xml"
    path.write_bytes(data)
    _, out = run(program, "check", "--json", path)
    return json.loads(out)


def bare_faults(program, paths):
    """The envelopes of the captures, kept without their attachments: they hold, and what asks for
    the attachment is not checked; one other character, and they do not."""
    for path in paths:
        if not path.name.endswith(CAPTURES):
            continue
        envelope = ebxml_reader.soap_bytes(path)
        with tempfile.TemporaryDirectory() as folder:
            whole = check_envelope(program, folder, "whole", envelope)
            action = whole["action"].encode()
            spoiled = check_envelope(
                program, folder, "spoiled",
                envelope.replace(b">" + action + b"<", b">" + action.swapcase() + b"<", 1))
        if whole["signature"]["status"] != "valid" or not OF_PARTS <= set(whole["not_checked"]):
            yield f"{path.name}, envelope alone: {whole}"
        if any(violation["rule"] in OF_PARTS for violation in whole["violations"]):
            yield f"{path.name}, envelope alone: a rule of the attachment is broken"
        broken = {violation["rule"] for violation in spoiled["violations"]}
        if spoiled["signature"]["status"] != "invalid" or 50 not in broken:
            yield f"{path.name}, envelope changed: {spoiled}"


def rule_faults(program):
    status, out = run(program, "rules", "--json")
    rules = json.loads(out)
    if status != 0 or len(rules) != RULES or len({rule["rule"] for rule in rules}) != RULES:
        yield f"rules: status {status}, {len(rules)} of them"
    for rule in rules:
        if set(rule) != {"rule", "response", "tests"} or len(rule["tests"]) < 2:
            yield f"rule {rule}"
        if rule["response"] not in ("log_only", "warning", "error", "fault"):
            yield f"rule {rule['rule']}: {rule['response']}"


def main(arguments):
    program = inspector.program_of(arguments)[0]
    folder = standards.folder() / "ebms-2.0"
    examples = (folder / "examples").iterdir()
    paths = sorted(path for path in examples if path.suffix in (".xml", ".msg", ".mime"))
    faults = list(rule_faults(program))
    if len(paths) < EXAMPLES:
        faults.append(f"only {len(paths)} examples")
    for path in paths:
        reading = ebxml_reader.Reading(path)
        status, out = run(program, "check", "--json", "--schemas", folder / "schema", path)
        answer = json.loads(out)
        faults += [f"{path.name}: {fault}" for fault in compare(path, reading, answer, status)]
    faults += bare_faults(program, paths)
    return inspector.report("ebxml", len(paths), faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
