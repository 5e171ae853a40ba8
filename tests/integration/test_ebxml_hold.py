"""An ebXML partner that operations hold and release while messages are on their way to it: the
broker lives, every message arrives once, and each delivery has its outcome.
"""

import pytest
from ebxml_relay import two_brokers_apart
from ebxml_steps import submit, take_one, wait_for_outcome
from harness import HOSPITAL, MUNICIPALITY
from messages import discharge_note, new_id

# So many that a busy machine does not make a message expire.
PATIENT = 'retries = 100\nretry_interval = "1s"\n'
UNACKNOWLEDGED_MAX = 256  # limits::ebxml_unacknowledged_max
REST_SECONDS = 30  # how long a message to a held party is left alone


def lost(message, hand_on):
    """Nothing arrives."""


def whole(message, hand_on):
    return hand_on()


def only_acknowledgements(message, hand_on):
    return hand_on() if message.action == "Acknowledgment" else None


@pytest.fixture
def apart(folder, pki):
    """Nothing arrives on either side, until a test lets it."""
    with two_brokers_apart(folder, pki, settings=PATIENT) as all_of_it:
        _, to_a, to_b = all_of_it
        to_a.pass_on = to_b.pass_on = lost
        yield all_of_it


def note(sender, recipient):
    return discharge_note(sender, recipient, message_id=new_id())


def let_seconds_pass(broker, count):
    """By what the other broker does: it tries once a second to reach a partner that is not there.
    """
    seen = len(broker.events("ebxml_attempt_failed"))
    broker.wait_event("ebxml_attempt_failed", count=seen + count)


def test_what_came_due_during_a_hold_arrives_once_and_the_broker_lives(apart):
    scene, to_a, to_b = apart
    note_id = submit(scene.a, HOSPITAL, note(HOSPITAL, MUNICIPALITY))
    submit(scene.b, MUNICIPALITY, note(MUNICIPALITY, HOSPITAL))
    scene.a.wait_event("ebxml_attempt_failed")
    scene.a.change("party", "hold", MUNICIPALITY)
    let_seconds_pass(scene.b, 4)
    to_b.pass_on = whole
    to_a.pass_on = only_acknowledgements  # B's note goes on telling the time
    scene.a.change("party", "release", MUNICIPALITY)
    take_one(scene.b, MUNICIPALITY)
    states = wait_for_outcome(scene.a, HOSPITAL, note_id, "delivered")
    assert states == ["accepted", "queued", "in_flight", "queued", "in_flight", "delivered"]
    let_seconds_pass(scene.b, REST_SECONDS)
    assert scene.a.ctl("ebxml", "waiting")["waiting"] == []


def test_a_released_partner_gets_all_that_waits_for_it(apart):
    scene, to_a, to_b = apart
    count = UNACKNOWLEDGED_MAX + 1
    with scene.a.client(HOSPITAL) as hospital:
        hospital.follow(HOSPITAL)
        receipts = [hospital.submit(note(HOSPITAL, MUNICIPALITY)) for _ in range(count)]
        assert all(receipt.outcome == receipt.ACCEPTED for receipt in receipts)
        offered = set()
        while len(offered) < UNACKNOWLEDGED_MAX:
            event = hospital.event()
            if event.state == "in_flight":
                offered.add(event.broker_id)
        scene.a.change("party", "hold", MUNICIPALITY)
        to_a.pass_on = to_b.pass_on = whole
        scene.a.change("party", "release", MUNICIPALITY)
        left = {receipt.broker_id for receipt in receipts}
        while left:
            event = hospital.event()
            if event.state == "delivered":
                left.remove(event.broker_id)
    with scene.b.client(MUNICIPALITY) as municipality:
        municipality.subscribe(MUNICIPALITY, credit=count)
        arrived = {municipality.delivery().message.message_id for _ in range(count)}
        assert len(arrived) == count
        assert municipality.ping().number > 0
        assert not municipality.deliveries
