"""What a recipient or a sender may decide of a delivery: release, reject, withdraw, let it expire;
and what operations does with a dead letter.
"""

import pytest
from exchange_client import Problem, v1
from harness import GP, HOSPITAL, MUNICIPALITY, running
from messages import discharge_note, submit_for


@pytest.fixture
def broker(folder, pki):
    settings = '[delivery]\nretry = ["1s"]\njitter_percent = 0\nattempts_max = 2\n'
    with running(folder, pki, extra=settings) as broker:
        yield broker


def hand_in(broker, copies=(), **fields):
    with broker.client(HOSPITAL) as hospital:
        receipt = hospital.submit(discharge_note(HOSPITAL, GP, copies), **fields)
        assert receipt.outcome == receipt.ACCEPTED
        return receipt


def states(client, receipt):
    status = client.status(broker_id=receipt.broker_id)
    return {d.her_id: d.state for d in status.deliveries}


def test_released_it_comes_again_until_the_attempts_are_exhausted(broker):
    receipt = hand_in(broker)
    with broker.client(GP) as gp:
        gp.subscribe(GP)
        for attempt in (1, 2):
            delivery = gp.delivery()
            assert delivery.attempt == attempt
            state = gp.settle(delivery, v1.Settle.RELEASED, reason="fullt").state
        assert state == "dead_lettered"
        timeline = gp.status(broker_id=receipt.broker_id).deliveries[0].timeline
        assert [e.cause for e in timeline][-1] == "attempts_exhausted"


def test_rejected_it_is_a_dead_letter_that_operations_can_retry(broker):
    receipt = hand_in(broker)
    with broker.client(GP) as gp:
        gp.subscribe(GP)
        settled = gp.settle(gp.delivery(), v1.Settle.REJECTED, "T99", "kan ikke lese vedlegget")
        assert settled.state == "dead_lettered"
        (letter,) = broker.ctl("deadletter", "list")["dead_letters"]
        assert letter["delivery"] == f"{receipt.broker_id}/{GP}"
        assert letter["cause"] == "settled_rejected"
        with broker.client(HOSPITAL) as hospital:
            event = hospital.status(broker_id=receipt.broker_id).deliveries[0].timeline[-1]
            assert (event.cause, event.detail) == (
                "settled_rejected", "T99: kan ikke lese vedlegget")
        broker.change("deadletter", "retry", letter["delivery"])
        again = gp.delivery()
        assert again.delivery_id == letter["delivery"]
        assert again.redelivered
        assert gp.settle(again).state == "delivered"
        assert broker.ctl("deadletter", "list")["dead_letters"] == []


def test_a_discarded_dead_letter_is_cancelled_for_good(broker):
    receipt = hand_in(broker)
    with broker.client(GP) as gp:
        gp.subscribe(GP)
        gp.settle(gp.delivery(), v1.Settle.REJECTED, "T99")
        broker.change("deadletter", "discard", f"{receipt.broker_id}/{GP}")
        assert states(gp, receipt) == {GP: "cancelled"}
    assert broker.ctl("deadletter", "list")["dead_letters"] == []


def test_a_dead_letter_frees_its_conversation(broker):
    with broker.client(HOSPITAL) as hospital:
        notes = [discharge_note(HOSPITAL, GP, document_id="samtale", text=str(n)) for n in (1, 2)]
        for note in notes:
            hospital.submit(note)
    with broker.client(GP) as gp:
        gp.subscribe(GP)
        gp.settle(gp.delivery(), v1.Settle.REJECTED, "T99")
        assert gp.delivery().payload == notes[1]


def test_withdrawn_before_it_left_it_never_comes(broker):
    receipt = hand_in(broker, [MUNICIPALITY])
    with broker.client(HOSPITAL) as hospital, broker.client(GP) as gp:
        some = hospital.withdraw("feil mottaker", [GP], broker_id=receipt.broker_id)
        assert [(r.her_id, r.cancelled, r.state) for r in some.recipients] == [
            (GP, True, "cancelled")]
        assert states(hospital, receipt) == {GP: "cancelled", MUNICIPALITY: "queued"}
        gp.subscribe(GP)
        other = hospital.submit(discharge_note(HOSPITAL, GP))
        assert gp.delivery().message.broker_id == other.broker_id


def test_what_has_left_cannot_be_withdrawn(broker):
    receipt = hand_in(broker)
    with broker.client(HOSPITAL) as hospital, broker.client(GP) as gp:
        gp.subscribe(GP)
        delivery = gp.delivery()
        late = hospital.withdraw("angret", broker_id=receipt.broker_id)
        assert [(r.cancelled, r.state) for r in late.recipients] == [(False, "in_flight")]
        assert gp.settle(delivery).state == "delivered"


def test_only_the_sender_withdraws(broker):
    receipt = hand_in(broker)
    with broker.client(GP) as gp:
        with pytest.raises(Problem) as refused:
            gp.withdraw("vil ikke ha den", broker_id=receipt.broker_id)
        assert refused.value.code == "not_found"


def test_a_message_expires_when_its_sender_said(broker):
    with broker.client(HOSPITAL) as hospital:
        hospital.follow(HOSPITAL)
        receipt, soon = submit_for(hospital, 3, lambda: discharge_note(HOSPITAL, GP))
        while (event := hospital.event()).state != "expired":
            assert event.broker_id == receipt.broker_id
        assert event.cause == "time_to_live_ended"
        assert event.at_ms >= soon
        assert states(hospital, receipt) == {GP: "expired"}


def test_an_expiry_in_the_past_is_refused(broker):
    with broker.client(HOSPITAL) as hospital:
        receipt = hospital.submit(discharge_note(HOSPITAL, GP), expires_at_ms=1)
        assert receipt.outcome == receipt.REFUSED
        assert [f.code for f in receipt.findings] == ["submission.expiry_invalid"]


def test_a_delivery_can_be_settled_once_and_by_its_consumer_only(broker):
    hand_in(broker)
    with broker.client(GP) as gp, broker.client(GP) as other:
        gp.subscribe(GP)
        delivery = gp.delivery()
        with pytest.raises(Problem) as refused:
            other.settle(delivery)
        assert refused.value.code == "not_found"
        gp.settle(delivery)
        with pytest.raises(Problem) as refused:
            gp.settle(delivery)
        assert refused.value.code == "not_found"


def test_a_paused_queue_keeps_what_it_gets_until_it_is_resumed(broker):
    broker.change("queue", "pause", GP)
    with broker.client(GP) as gp:
        gp.subscribe(GP)
        receipt = hand_in(broker)
        assert states(gp, receipt) == {GP: "queued"}
        assert broker.ctl("queue", "show", GP)["paused"]
        broker.change("queue", "resume", GP)
        assert gp.delivery().message.broker_id == receipt.broker_id
