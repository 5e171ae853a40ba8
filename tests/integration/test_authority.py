"""A certificate names an organisation, and it acts for its own HER-ids only: sending, receiving,
giving receipts, asking. It learns nothing of the others.
"""

import pytest
from exchange_client import Problem
from harness import GP, HOSPITAL, MUNICIPALITY, ORGANISATIONS, organisation, running, usual_parties
from messages import apprec, codes, discharge_note, new_id

VENDOR = "999000009"
NOBODYS = "00000000-0000-7000-8000-000000000000"


def denials(broker, count, action, of=MUNICIPALITY):
    """The HER-ids that as many events of refused questions name; every one is of that party."""
    broker.wait_event("message_denied", count, organisation=ORGANISATIONS[of], action=action,
                      code="denied")
    events = broker.events("message_denied")
    assert len(events) == count
    return [event["her_id"] for event in events]


def test_sending_as_somebody_else_is_refused(broker):
    with broker.client(HOSPITAL) as hospital:
        for sender in (GP, "7777"):  # one that exists, one that does not: the same answer
            receipt = hospital.submit(discharge_note(sender, MUNICIPALITY))
            assert receipt.outcome == receipt.REFUSED
            assert codes(receipt) == ["submission.sender_not_allowed"]
            assert not receipt.recipients
        broker.wait_event("submission_refused_sender", 2, organisation=ORGANISATIONS[HOSPITAL])
    assert broker.ctl("status")["counters"]["accepted"] == 0


def test_receiving_for_somebody_else_is_refused(broker):
    with broker.client(HOSPITAL) as hospital:
        answers = set()
        for her_id in (GP, "7777"):
            with pytest.raises(Problem) as refused:
                hospital.subscribe(her_id)
            answers.add(str(refused.value))
        assert answers == {"denied: this organisation may not act for the HER-id"}
        broker.wait_event("subscription_denied", 2, organisation=ORGANISATIONS[HOSPITAL])


def test_a_receipt_in_the_name_of_another_is_refused_and_changes_nothing(broker):
    message_id = new_id()
    with broker.client(HOSPITAL) as hospital, broker.client(MUNICIPALITY) as municipality:
        receipt = hospital.submit(discharge_note(HOSPITAL, GP, message_id=message_id))
        forged = municipality.submit(apprec(GP, HOSPITAL, message_id))
        assert codes(forged) == ["submission.sender_not_allowed"]
        (delivery,) = hospital.status(broker_id=receipt.broker_id).deliveries
        assert delivery.state == "queued"


def test_asking_for_the_message_of_others_finds_nothing(broker):
    with broker.client(HOSPITAL) as hospital, broker.client(MUNICIPALITY) as municipality:
        receipt = hospital.submit(discharge_note(HOSPITAL, GP))
        for question in ({"broker_id": receipt.broker_id},
                         {"message_id": receipt.message_id, "sender": HOSPITAL},
                         {"message_id": new_id(), "sender": HOSPITAL},
                         {"broker_id": NOBODYS}):
            with pytest.raises(Problem) as refused:
                municipality.status(**question)
            assert refused.value.code == "not_found"
        with pytest.raises(Problem) as refused:
            municipality.follow(HOSPITAL)
        assert refused.value.code == "denied"
        assert denials(broker, 3, "status") == ["none", HOSPITAL, HOSPITAL]
        broker.wait_event("follow_denied", organisation=ORGANISATIONS[MUNICIPALITY])
        assert receipt.broker_id not in str(broker.events("message_denied"))
        assert receipt.message_id not in str(broker.events("message_denied"))


def test_withdrawing_the_message_of_others_finds_nothing_and_changes_nothing(broker):
    with broker.client(HOSPITAL) as hospital, broker.client(GP) as gp:
        receipt = hospital.submit(discharge_note(HOSPITAL, GP))
        for message in ({"broker_id": receipt.broker_id},  # its recipient may ask, not withdraw
                        {"message_id": receipt.message_id, "sender": HOSPITAL},
                        {"broker_id": NOBODYS}):
            with pytest.raises(Problem) as refused:
                gp.withdraw("sent by mistake", **message)
            assert refused.value.code == "not_found"
        assert denials(broker, 2, "withdraw", of=GP) == ["none", HOSPITAL]
        (delivery,) = gp.status(broker_id=receipt.broker_id).deliveries
        assert delivery.state == "queued"
        hospital.withdraw("sent by mistake", broker_id=receipt.broker_id)
    assert len(broker.events("message_denied")) == 2


def test_a_vendor_acts_for_the_parties_that_the_directory_gives_it(folder, pki):
    directory = usual_parties() + organisation(VENDOR, [GP, MUNICIPALITY])
    with running(folder, pki, directory) as broker:
        with broker.client(HOSPITAL) as hospital:
            hospital.submit(discharge_note(HOSPITAL, GP, [MUNICIPALITY]))
        with broker.client_of(VENDOR) as vendor:
            assert sorted(vendor.welcome.acts_for) == [MUNICIPALITY, GP]
            for her_id in (GP, MUNICIPALITY):
                vendor.subscribe(her_id)
                assert vendor.delivery().her_id == her_id
            receipt = vendor.submit(discharge_note(HOSPITAL, GP))
            assert codes(receipt) == ["submission.sender_not_allowed"]
