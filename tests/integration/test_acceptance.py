"""The official acceptance cases whose verdict is the directory's: the message itself is in order,
but names a receiver that does not exist. The table of tests/conformance says which, and whom the
directory must lack.
"""

import json
import subprocess
import sys

import pytest
from harness import BIN, PROJECT, organisation, party, running

sys.path.append(str(PROJECT / "tests" / "conformance"))
import acceptance  # noqa: E402  (lies in the folder named above)

SENDER = "999000006"
ROWS = [row for row in acceptance.rows() if row.by_directory]


def test_there_are_such_cases():
    assert len(ROWS) >= 4


def digits(her_id):
    return her_id.replace(".", "")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.case.path.stem)
def test_the_receiver_that_does_not_exist_is_found(folder, pki, row):
    told = subprocess.run([BIN / "budstikke", "inspect", "--json", row.case.path],
                          capture_output=True, text=True, check=True)
    facts = json.loads(told.stdout)
    named = [facts["sender"]["her_id"], *(r["her_id"] for r in facts["receivers"])]
    payload = row.case.path.read_bytes()
    for her_id in named:  # the cases are older than the rule that a HER-id is digits
        payload = payload.replace(her_id.encode(), digits(her_id).encode())
    unknown = {digits(her_id) for her_id in row.unknown}
    known = sorted({digits(her_id) for her_id in named} - unknown)
    directory = organisation(SENDER, known) + "".join(party(her_id, SENDER) for her_id in known)
    with running(folder, pki, directory) as broker, broker.client_of(SENDER) as client:
        receipt = client.submit(payload)
        assert receipt.outcome == receipt.REFUSED
        refused = {r.her_id: [(f.code, f.apprec_code) for f in r.findings]
                   for r in receipt.recipients if r.findings}
        assert refused == {her_id: [("recipient.unknown", "E21")] for her_id in unknown}, receipt
