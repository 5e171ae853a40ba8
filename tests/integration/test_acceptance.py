"""The official acceptance cases whose verdict is the directory's: the message itself is in order, but
names a receiver that does not exist. The table of tests/conformance says which, and whom the directory
must lack.
"""

import json
import subprocess
import sys

import pytest
from harness import BIN, PROJECT, organisation, party, running
from messages import codes

sys.path.append(str(PROJECT / "tests" / "conformance"))
import acceptance  # noqa: E402  (lies in the folder named above)

SENDER = "999000006"
ROWS = [row for row in acceptance.rows() if row.by_directory]


def test_there_are_such_cases():
    assert len(ROWS) >= 4


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.case.path.stem)
def test_the_receiver_that_does_not_exist_is_found(folder, pki, row):
    told = subprocess.run([BIN / "budstikke", "inspect", "--json", row.case.path],
                          capture_output=True, text=True, check=True)
    facts = json.loads(told.stdout)
    sender = facts["sender"]["her_id"]
    known = {sender} | {r["her_id"] for r in facts["receivers"]} - set(row.unknown) - {None}
    directory = organisation(SENDER, sorted(known)) + "".join(
        party(her_id, SENDER) for her_id in sorted(known))
    with running(folder, pki, directory) as broker, broker.client_of(SENDER) as client:
        receipt = client.submit(row.case.path.read_bytes())
        assert receipt.outcome == receipt.REFUSED
        refused = {r.her_id: [f.apprec_code for f in r.findings]
                   for r in receipt.recipients if not r.accepted}
        assert refused == {her_id: ["E21"] for her_id in row.unknown}, codes(receipt)
