"""What time does in the running broker: receipts that do not come are overdue, payloads and
timelines go after the configured times. The times are seconds here; as nothing tells when a record
is removed, a message that expires later than the record must serve as the clock: a tick of the
broker ends lives before it removes what is old.
"""

import time

import pytest
from exchange_client import Problem, v1
from harness import GP, HOSPITAL, MUNICIPALITY, running
from messages import apprec, codes, discharge_note, new_id, submit_for

# Seconds enough between the two for what a test does there, however busy the machine is.
PAYLOAD_SECONDS, EVENT_SECONDS = 2, 20
SHORT = f"""
[delivery]
retry = ["1s"]
time_to_live = "2s"

[retention]
payload = "{PAYLOAD_SECONDS}s"
events = "{EVENT_SECONDS}s"
duplicates = "{EVENT_SECONDS}s"

[apprec]
deadline = "{EVENT_SECONDS}s"
"""


def in_seconds(seconds):
    return int((time.time() + seconds) * 1000)


def hand_in(broker, copies=(), **fields):
    """A note that the GP takes at once: its bytes, its receipt."""
    note = discharge_note(HOSPITAL, GP, copies)
    with broker.client(HOSPITAL) as hospital, broker.client(GP) as gp:
        receipt = hospital.submit(note, expires_at_ms=in_seconds(60), **fields)
        assert receipt.outcome == v1.Receipt.ACCEPTED, receipt
        gp.subscribe(GP)
        assert gp.settle(gp.delivery()).state == "delivered"
    return note, receipt


def wait_for_tick_in(hospital, seconds):
    """Until the tick in which a message for nobody who fetches it expires."""
    clock, _ = submit_for(hospital, seconds, lambda: discharge_note(HOSPITAL, MUNICIPALITY))
    while True:
        event = hospital.event()
        if (event.broker_id, event.state) == (clock.broker_id, "expired"):
            return


def test_payloads_go_first_and_timelines_with_the_memory_of_duplicates_later(folder, pki):
    with running(folder, pki, extra=SHORT) as broker:
        note, receipt = hand_in(broker, [MUNICIPALITY], recipients=[GP])
        with broker.client(HOSPITAL) as hospital:
            hospital.follow(HOSPITAL)
            wait_for_tick_in(hospital, PAYLOAD_SECONDS + 0.1)
            # It is known, but there is nothing left to give to anybody else.
            too_late = hospital.submit(note, recipients=[MUNICIPALITY])
            assert codes(too_late) == ["submission.identity_conflict"]
            assert [f.path for f in too_late.findings] == ["payload/erased"]
            assert hospital.submit(note, recipients=[GP]).repeated
            (delivery,) = hospital.status(broker_id=receipt.broker_id).deliveries
            assert delivery.state == "delivered"

            # A clock that runs for all of that time would be removed in the tick that ends it.
            wait_for_tick_in(hospital, EVENT_SECONDS - PAYLOAD_SECONDS + 0.1)
            with pytest.raises(Problem):
                hospital.status(broker_id=receipt.broker_id)
            again = hospital.submit(note, recipients=[GP])
            assert again.outcome == v1.Receipt.ACCEPTED
            assert not again.repeated
            assert again.broker_id != receipt.broker_id


def test_a_receipt_that_does_not_come_is_overdue_and_may_still_come(folder, pki):
    with running(folder, pki, extra='[apprec]\ndeadline = "1s"\n') as broker:
        message_id = new_id()
        with broker.client(HOSPITAL) as hospital, broker.client(GP) as gp:
            hospital.follow(HOSPITAL)
            receipt = hospital.submit(discharge_note(HOSPITAL, GP, message_id=message_id))
            gp.subscribe(GP)
            gp.settle(gp.delivery())
            while hospital.event().cause != "apprec_overdue":
                pass
            assert broker.ctl("status")["counters"]["apprec_incidents"] == 1
            late = gp.submit(apprec(GP, HOSPITAL, message_id))
            assert late.outcome == v1.Receipt.ACCEPTED
            (delivery,) = hospital.status(broker_id=receipt.broker_id).deliveries
            assert delivery.state == "confirmed"
            assert [e.cause for e in delivery.timeline].count("apprec_overdue") == 1
