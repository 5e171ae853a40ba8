"""How far a message is checked is the recipient's agreement: none, envelope or schema; and what it
accepts at all, by type, version and format.
"""

import tempfile

import pytest
from harness import (
    GP,
    HOSPITAL,
    MUNICIPALITY,
    STANDARDS,
    organisation,
    party,
    running,
    usual_parties,
)
from messages import codes, discharge_note

SCHEMAS = STANDARDS / "epikrise-1.2" / "schema"
NONE, ENVELOPE, SCHEMA = "4001", "4002", "4003"
OTHERS = "999000007"


@pytest.fixture(scope="module")
def levels(pki):
    directory = usual_parties() + organisation(OTHERS, [NONE, ENVELOPE, SCHEMA]) + "".join(
        party(her_id, OTHERS, extra=f'validation = "{level}"')
        for her_id, level in ((NONE, "none"), (ENVELOPE, "envelope"), (SCHEMA, "schema")))
    assert SCHEMAS.is_dir(), f"the official schemas are missing: {SCHEMAS}"
    with tempfile.TemporaryDirectory(prefix="budstikke-") as folder:
        with running(folder, pki, directory, schemas=SCHEMAS) as broker:
            yield broker


def note(recipient, flaw):
    good = discharge_note(HOSPITAL, recipient)
    flawed = {
        "good": good,
        "patient": good.replace(b"Eksempel, Oda Oppdiktet", b"").replace(b"15825000043", b""),
        "schema": good.replace(b"<MsgDescr>Sykehusepikrise</MsgDescr>", b""),
    }[flaw]
    assert flaw == "good" or flawed != good
    return flawed


@pytest.mark.parametrize(("recipient", "flaw", "found"), [
    (NONE, "good", []), (ENVELOPE, "good", []), (SCHEMA, "good", []),
    (NONE, "patient", []),
    (ENVELOPE, "patient", ["envelope.patient_insufficient"]),
    (NONE, "schema", []), (ENVELOPE, "schema", []),
    (SCHEMA, "schema", ["schema.invalid"]),
])
def test_the_level_decides_what_is_refused(levels, recipient, flaw, found):
    with levels.client(HOSPITAL) as hospital:
        receipt = hospital.submit(note(recipient, flaw))
        assert receipt.outcome == (receipt.REFUSED if found else receipt.ACCEPTED), receipt
        assert set(found) <= set(codes(receipt))
        if found:
            assert all(f.text_no and f.text_en for r in receipt.recipients for f in r.findings)


def test_one_message_may_be_good_enough_for_one_and_not_for_the_other(levels):
    both = discharge_note(HOSPITAL, NONE, [SCHEMA]).replace(
        b"<MsgDescr>Sykehusepikrise</MsgDescr>", b"")
    with levels.client(HOSPITAL) as hospital:
        refused = hospital.submit(both)
        assert refused.outcome == refused.REFUSED
        partial = hospital.submit(both, allow_partial=True)
        assert {r.her_id: r.accepted for r in partial.recipients} == {NONE: True, SCHEMA: False}


@pytest.mark.parametrize(("accepts", "code"), [
    ('type = "HENVISNING"', "recipient.refuses_type"),
    ('type = "EPIKRISE"\nversions = ["1.1"]', "recipient.refuses_version"),
    ('type = "*"\nformats = ["msghead"]', "recipient.refuses_format"),
])
def test_what_a_party_does_not_accept_is_refused(folder, pki, accepts, code):
    directory = usual_parties(h3001=f"[[party.accepts]]\n{accepts}")
    with running(folder, pki, directory) as broker, broker.client(HOSPITAL) as hospital:
        receipt = hospital.submit(discharge_note(HOSPITAL, GP))
        assert (receipt.outcome, codes(receipt)) == (receipt.REFUSED, [code])
        may = hospital.may_i_send(HOSPITAL, GP, "EPIKRISE", version="1.2", format="hcp")
        assert [f.code for f in may.findings] == [code]
        assert hospital.submit(
            discharge_note(HOSPITAL, MUNICIPALITY)).outcome == receipt.ACCEPTED


def test_without_a_pack_a_party_that_wants_schemas_is_told_so(folder, pki):
    with running(folder, pki, usual_parties(h3001='validation = "schema"')) as broker:
        with broker.client(HOSPITAL) as hospital:
            receipt = hospital.submit(discharge_note(HOSPITAL, GP))
            assert receipt.outcome == receipt.ACCEPTED
            assert "schema.missing" in codes(receipt)
        assert not broker.ctl("status")["schemas"]
