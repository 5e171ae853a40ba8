"""Status events: pushed as they become durable, resumable from a position, also over a restart."""

from harness import GP, HOSPITAL
from messages import apprec, discharge_note, new_id


def hand_in(hospital):
    message_id = new_id()
    receipt = hospital.submit(discharge_note(HOSPITAL, GP, message_id=message_id))
    assert receipt.outcome == receipt.ACCEPTED
    return message_id, receipt.broker_id


def take(client, count):
    return [client.event() for _ in range(count)]


def test_events_come_by_themselves_in_order(broker):
    with broker.client(HOSPITAL) as hospital, broker.client(GP) as gp:
        hospital.follow(HOSPITAL)
        message_id, broker_id = hand_in(hospital)
        gp.subscribe(GP)
        gp.settle(gp.delivery())
        gp.submit(apprec(GP, HOSPITAL, message_id))
        events = take(hospital, 5)
        assert [(e.state, e.cause) for e in events] == [
            ("accepted", "committed"), ("queued", "routed"), ("in_flight", "offered"),
            ("delivered", "settled_accepted"), ("confirmed", "apprec_ok")]
        for event in events:
            assert (event.sender, event.recipient, event.message_id, event.broker_id) == (
                HOSPITAL, GP, message_id, broker_id)
        positions = [e.position for e in events]
        assert positions == sorted(set(positions))


def test_one_resumes_after_the_last_event_that_one_has_seen(broker):
    with broker.client(HOSPITAL) as hospital:
        hand_in(hospital)
        hospital.follow(HOSPITAL)
        first, second = take(hospital, 2)
    broker.restart()
    with broker.client(HOSPITAL) as hospital, broker.client(GP) as gp:
        gp.subscribe(GP)
        gp.settle(gp.delivery())
        hospital.follow(HOSPITAL, after=second.position)
        assert [e.state for e in take(hospital, 2)] == ["in_flight", "delivered"]
    with broker.client(HOSPITAL) as hospital:
        hospital.follow(HOSPITAL, after=0)
        again = take(hospital, 4)
        assert [e.position for e in again[:2]] == [first.position, second.position]


def test_a_long_feed_comes_whole(broker):
    with broker.client(HOSPITAL) as hospital:
        numbers = [hospital.start_submit(discharge_note(HOSPITAL, GP)) for _ in range(300)]
        for number in numbers:
            hospital.receipt(number)
        hospital.follow(HOSPITAL)
        events = take(hospital, 600)
        assert len({e.position for e in events}) == 600
        assert len({e.broker_id for e in events}) == 300
