"""What is acknowledged survives SIGKILL, and what is not settled comes again, marked as such."""

from exchange_client import v1
from harness import GP, HOSPITAL, MUNICIPALITY
from messages import apprec, discharge_note, new_id


def hand_in(broker, count, **fields):
    with broker.client(HOSPITAL) as hospital:
        notes = [discharge_note(HOSPITAL, GP, **fields) for _ in range(count)]
        receipts = [hospital.submit(note) for note in notes]
        assert all(r.outcome == r.ACCEPTED for r in receipts)
    return notes, receipts


def test_killed_between_acceptance_and_delivery_it_delivers_after_restart(broker):
    notes, _ = hand_in(broker, 5, document_id="one-conversation")
    broker.restart()
    with broker.client(GP) as gp:
        gp.subscribe(GP, credit=1)
        for note in notes:
            delivery = gp.delivery()
            assert delivery.payload == note
            assert not delivery.redelivered
            gp.settle(delivery)


def test_killed_between_offer_and_settlement_the_same_delivery_comes_again_marked(broker):
    hand_in(broker, 1)
    with broker.client(GP) as gp:
        gp.subscribe(GP)
        first = gp.delivery()
        broker.restart()
    with broker.client(GP) as gp:
        gp.subscribe(GP)
        second = gp.delivery()
        assert second.delivery_id == first.delivery_id
        assert second.payload == first.payload
        assert second.redelivered
        assert second.attempt == 2
        timeline = gp.status(broker_id=first.message.broker_id).deliveries[0].timeline
        assert [e.cause for e in timeline] == ["committed", "routed", "offered", "restarted",
                                               "offered"]


def test_after_a_confirmed_settlement_it_never_comes_again(broker):
    _, (receipt, _) = hand_in(broker, 2, document_id="one-conversation")
    with broker.client(GP) as gp:
        gp.subscribe(GP, credit=1)
        first = gp.delivery()
        assert gp.settle(first).state == "delivered"
        broker.restart()
    with broker.client(GP) as gp:
        gp.subscribe(GP)
        second = gp.delivery()
        assert second.delivery_id != first.delivery_id
        gp.settle(second)
        assert gp.status(broker_id=receipt.broker_id).deliveries[0].state == "delivered"
        assert not gp.deliveries


def test_a_connection_that_dies_gives_its_deliveries_back(broker):
    hand_in(broker, 1)
    gp = broker.client(GP)
    gp.subscribe(GP)
    first = gp.delivery()
    gp.close()  # without a word
    with broker.client(GP) as gp:
        gp.subscribe(GP)
        second = gp.delivery()
        assert (second.delivery_id, second.redelivered) == (first.delivery_id, True)


def test_repetition_conflict_and_receipts_are_remembered_over_a_restart(broker):
    message_id = new_id()
    note = discharge_note(HOSPITAL, GP, [MUNICIPALITY], message_id=message_id)
    with broker.client(HOSPITAL) as hospital:
        before = hospital.submit(note)
    broker.restart()
    with broker.client(HOSPITAL) as hospital, broker.client(GP) as gp:
        again = hospital.submit(note)
        assert again.repeated
        assert (again.outcome, again.broker_id, again.accepted_at_ms) == (
            before.outcome, before.broker_id, before.accepted_at_ms)
        other = hospital.submit(note.replace("Oppdiktet forløp".encode(), b"Noe annet"))
        assert [f.code for f in other.findings] == ["submission.identity_conflict"]
        gp.subscribe(GP)
        gp.settle(gp.delivery())
        gp.submit(apprec(GP, HOSPITAL, message_id))
    broker.restart()
    with broker.client(HOSPITAL) as hospital:
        status = hospital.status(broker_id=before.broker_id)
        assert {d.her_id: d.state for d in status.deliveries} == {
            GP: "confirmed", MUNICIPALITY: "queued"}


def test_stopped_in_order_it_says_goodbye_and_keeps_everything(broker):
    notes, _ = hand_in(broker, 1)
    with broker.client(GP) as gp:
        gp.subscribe(GP)
        delivery = gp.delivery()
        broker.ask_to_stop()
        while gp.go_away is None:
            gp.ping()
        assert gp.go_away.reason == v1.GoAway.DRAINING
        # What one has begun may be finished, its receipt included; nothing new is accepted.
        refused = gp.submit(discharge_note(GP, HOSPITAL))
        assert (refused.outcome, refused.retry_later) == (refused.REFUSED, True)
        answer = gp.submit(apprec(GP, HOSPITAL, delivery.message.message_id))
        assert answer.outcome == answer.ACCEPTED
        assert gp.settle(delivery).state == "confirmed"
        gp.leave()
    broker.stop()
    broker.start()
    with broker.client(GP) as gp:
        (status,) = gp.status(broker_id=delivery.message.broker_id).deliveries
        assert status.state == "confirmed"
        assert delivery.payload == notes[0]
