"""What a submission is answered: duplicates, conflicts, explicit and unreachable recipients, opaque
payloads, dry runs.
"""

import pytest
from exchange_client import v1
from harness import GP, HOSPITAL, MUNICIPALITY, party, running, usual_parties
from messages import apprec, codes, discharge_note, new_id

UNREACHABLE, NOBODY = "3009", "7777"


@pytest.fixture
def broker(folder, pki):
    directory = usual_parties() + party(UNREACHABLE, "999000004", endpoint="")
    with running(folder, pki, directory) as broker:
        yield broker


@pytest.fixture
def hospital(broker):
    with broker.client(HOSPITAL) as client:
        yield client


def stored(broker):
    status = broker.ctl("status")
    return status["counters"]["accepted"], status["open_deliveries"]


def test_a_repetition_gets_the_same_answer_and_is_delivered_once(broker, hospital):
    note = discharge_note(HOSPITAL, GP, [MUNICIPALITY])
    first, second = hospital.submit(note), hospital.submit(note)
    assert not first.repeated
    assert second.repeated
    assert second.outcome == first.outcome == first.ACCEPTED
    assert second.broker_id == first.broker_id
    assert second.recipients == first.recipients
    assert stored(broker) == (1, 2)


def test_the_same_message_from_two_connections_at_once_is_one_message(broker):
    with broker.client(HOSPITAL) as one, broker.client(HOSPITAL) as other:
        for _ in range(20):
            note = discharge_note(HOSPITAL, GP)
            numbers = one.start_submit(note), other.start_submit(note)
            receipts = one.receipt(numbers[0]), other.receipt(numbers[1])
            assert {r.outcome for r in receipts} == {v1.Receipt.ACCEPTED}
            assert len({r.broker_id for r in receipts}) == 1
            assert sorted(r.repeated for r in receipts) == [False, True]
    assert stored(broker) == (20, 20)


def test_the_same_identity_with_other_content_is_a_conflict(broker, hospital):
    message_id = new_id()
    hospital.submit(discharge_note(HOSPITAL, GP, message_id=message_id, text="en"))
    other = hospital.submit(discharge_note(HOSPITAL, GP, message_id=message_id, text="to"))
    assert other.outcome == other.REFUSED
    assert codes(other) == ["submission.identity_conflict"]
    assert not other.broker_id
    assert broker.ctl("status")["counters"]["conflicts"] == 1


def test_a_known_message_for_a_new_recipient_adds_that_delivery(broker, hospital):
    note = discharge_note(HOSPITAL, GP, [MUNICIPALITY])
    first = hospital.submit(note, recipients=[GP])
    assert [r.her_id for r in first.recipients] == [GP]
    second = hospital.submit(note, recipients=[MUNICIPALITY])
    assert second.broker_id == first.broker_id
    status = hospital.status(broker_id=first.broker_id)
    assert {d.her_id for d in status.deliveries} == {GP, MUNICIPALITY}
    assert stored(broker)[1] == 2


def test_an_unroutable_recipient_refuses_the_whole_submission(broker, hospital):
    receipt = hospital.submit(discharge_note(HOSPITAL, GP, [NOBODY]))
    assert receipt.outcome == receipt.REFUSED
    assert [(r.her_id, r.accepted, [f.code for f in r.findings]) for r in receipt.recipients] == [
        (GP, False, []), (NOBODY, False, ["recipient.unknown"])]
    assert receipt.recipients[1].findings[0].apprec_code == "E21"
    assert receipt.recipients[1].findings[0].text_no
    assert stored(broker) == (0, 0)


def test_with_allow_partial_the_others_get_it(broker, hospital):
    receipt = hospital.submit(
        discharge_note(HOSPITAL, GP, [NOBODY, UNREACHABLE]), allow_partial=True)
    assert receipt.outcome == receipt.ACCEPTED
    assert {r.her_id: r.accepted for r in receipt.recipients} == {
        GP: True, NOBODY: False, UNREACHABLE: False}
    assert codes(receipt) == ["recipient.unknown", "recipient.unreachable"]
    assert stored(broker) == (1, 1)


def test_with_allow_partial_and_nobody_left_it_is_refused(broker, hospital):
    receipt = hospital.submit(discharge_note(HOSPITAL, NOBODY), allow_partial=True)
    assert receipt.outcome == receipt.REFUSED
    assert stored(broker) == (0, 0)


def test_explicit_recipients_must_be_named_by_the_message(broker, hospital):
    receipt = hospital.submit(discharge_note(HOSPITAL, GP), recipients=[MUNICIPALITY])
    assert receipt.outcome == receipt.REFUSED
    assert "submission.recipient_not_named" in codes(receipt)
    assert stored(broker) == (0, 0)


def declared(**changes):
    facts = {"message_id": new_id(), "sender": HOSPITAL, "type": "EPIKRISE", "version": "1.2",
             "recipients": [v1.DeclaredRecipient(her_id=GP)], "conversation": "samtale"}
    return v1.DeclaredFacts(**{**facts, **changes})


def opaque(client, payload=b"\x30\x82\x01\x00 not for us to read", **changes):
    return client.submit(payload, content_type="application/pkcs7-mime",
                         declared=declared(**changes))


def test_an_opaque_payload_passes_with_the_facts_that_are_declared(broker, hospital):
    receipt = opaque(hospital)
    assert receipt.outcome == receipt.ACCEPTED
    with broker.client(GP) as gp:
        gp.subscribe(GP)
        delivery = gp.delivery()
        assert delivery.payload == b"\x30\x82\x01\x00 not for us to read"
        facts = delivery.message
        assert facts.opaque
        assert (facts.content_type, facts.type, facts.version, facts.conversation) == (
            "application/pkcs7-mime", "EPIKRISE", "1.2", "samtale")


@pytest.mark.parametrize("missing", ["message_id", "sender", "type", "recipients"])
def test_an_opaque_payload_without_its_facts_is_refused(broker, hospital, missing):
    receipt = opaque(hospital, **{missing: [] if missing == "recipients" else ""})
    assert receipt.outcome == receipt.REFUSED
    assert codes(receipt) == ["submission.declared_missing"]


def test_an_opaque_payload_for_another_sender_is_refused(broker, hospital):
    receipt = opaque(hospital, sender=GP)
    assert receipt.outcome == receipt.REFUSED
    assert codes(receipt) == ["submission.sender_not_allowed"]


@pytest.mark.parametrize("wrong", [
    {"sender": MUNICIPALITY}, {"message_id": "en annen"}, {"type": "HENVISNING"},
    {"version": "1.1"}, {"recipients": [v1.DeclaredRecipient(her_id=MUNICIPALITY)]},
    {"recipients": [v1.DeclaredRecipient(her_id=GP, copy=True)]}, {"conversation": "en annen"},
])
def test_declared_facts_that_disagree_with_the_message_are_refused(broker, hospital, wrong):
    message_id = new_id()
    facts = declared(**{"message_id": message_id, "conversation": "", **wrong})
    receipt = hospital.submit(discharge_note(HOSPITAL, GP, message_id=message_id), declared=facts)
    assert receipt.outcome == receipt.REFUSED
    assert "submission.declared_mismatch" in codes(receipt)
    assert stored(broker) == (0, 0)


def test_declared_facts_that_agree_do_no_harm(hospital):
    message_id = new_id()
    facts = declared(message_id=message_id, conversation="")
    receipt = hospital.submit(discharge_note(HOSPITAL, GP, message_id=message_id), declared=facts)
    assert receipt.outcome == receipt.ACCEPTED


@pytest.mark.parametrize(("payload", "content_type", "code"), [
    (b"", "application/xml", "payload.empty"),
    (b"<a><b></a>", "application/xml", "xml.not_well_formed"),
    (b"<a/>", "application/xml", "format.unknown"),
    (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "application/xml", "xml.doctype"),
    (b"<a/>", "text/plain", "payload.content_type_unsupported"),
])
def test_what_is_no_message_is_refused_with_its_finding(hospital, payload, content_type, code):
    receipt = hospital.submit(payload, content_type=content_type)
    assert receipt.outcome == receipt.REFUSED
    (found,) = [f for f in receipt.findings if f.code == code]
    assert found.text_no
    assert found.text_en


def test_a_check_answers_as_a_submit_would_and_stores_nothing(broker, hospital):
    good = hospital.check(discharge_note(HOSPITAL, GP, [MUNICIPALITY]))
    assert good.outcome == good.ACCEPTED
    assert not good.broker_id
    assert [(r.her_id, r.accepted) for r in good.recipients] == [(GP, True), (MUNICIPALITY, True)]
    bad = hospital.check(discharge_note(HOSPITAL, NOBODY))
    assert (bad.outcome, codes(bad)) == (bad.REFUSED, ["recipient.unknown"])
    not_ours = hospital.check(discharge_note(GP, HOSPITAL))
    assert codes(not_ours) == ["submission.sender_not_allowed"]
    assert stored(broker) == (0, 0)
    with broker.client(GP) as gp:
        gp.subscribe(GP)
        receipt = hospital.submit(discharge_note(HOSPITAL, GP))
        assert gp.delivery().message.broker_id == receipt.broker_id


def test_may_i_send_says_why_not_and_stores_nothing(broker, hospital):
    assert hospital.may_i_send(HOSPITAL, GP, "EPIKRISE", version="1.2", format="hcp").allowed
    no = hospital.may_i_send(HOSPITAL, NOBODY, "EPIKRISE")
    assert not no.allowed
    assert [f.code for f in no.findings] == ["recipient.unknown"]
    unreachable = hospital.may_i_send(HOSPITAL, UNREACHABLE, "EPIKRISE")
    assert [f.code for f in unreachable.findings] == ["recipient.unreachable"]
    others = hospital.may_i_send(GP, NOBODY, "EPIKRISE")
    assert not others.allowed
    assert [f.code for f in others.findings] == ["submission.sender_not_allowed"]
    assert stored(broker) == (0, 0)


def test_a_receipt_is_a_message_like_any_other(broker, hospital):
    with broker.client(GP) as gp:
        note_id = new_id()
        hospital.submit(discharge_note(HOSPITAL, GP, message_id=note_id))
        answer = apprec(GP, HOSPITAL, note_id)
        first, second = gp.submit(answer), gp.submit(answer)
        assert second.repeated
        assert second.broker_id == first.broker_id


def test_while_draining_it_says_try_later_and_delivers_on(broker, hospital):
    receipt = hospital.submit(discharge_note(HOSPITAL, GP))
    broker.change("drain")
    later = hospital.submit(discharge_note(HOSPITAL, GP))
    assert (later.outcome, later.retry_later) == (later.REFUSED, True)
    assert codes(later) == ["broker.draining"]
    with broker.client(GP) as gp:
        gp.subscribe(GP)
        assert gp.delivery().message.broker_id == receipt.broker_id
    broker.change("drain", "--off")
    assert hospital.submit(discharge_note(HOSPITAL, GP)).outcome == receipt.ACCEPTED
