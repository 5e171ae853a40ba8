"""A disk that fails under the running broker: it acknowledges nothing more and ends at once, with
the exit status that lets a supervisor start it again; what it had acknowledged is there then.
"""

import pytest
from exchange_client import ConnectionEnded
from harness import GP, HOSPITAL
from messages import discharge_note

STORE_FAILED = 70  # EX_SOFTWARE of sysexits.h


def test_it_ends_with_70_and_keeps_what_it_acknowledged(broker):
    with broker.client(HOSPITAL) as hospital:
        note = discharge_note(HOSPITAL, GP)
        receipt = hospital.submit(note)
        assert receipt.outcome == receipt.ACCEPTED
        broker.fail_writes()
        with pytest.raises(ConnectionEnded):
            hospital.submit(discharge_note(HOSPITAL, GP))
    assert broker.wait_for_exit() == STORE_FAILED
    assert len(broker.events("store_failed")) == 1
    assert broker.events("stopped") == []

    broker.start()
    with broker.client(HOSPITAL) as hospital, broker.client(GP) as gp:
        again = hospital.submit(note)
        assert (again.repeated, again.broker_id) == (True, receipt.broker_id)
        last = discharge_note(HOSPITAL, GP)
        assert hospital.submit(last).outcome == receipt.ACCEPTED
        gp.subscribe(GP)
        first = gp.delivery()
        assert first.payload == note
        gp.settle(first)
        assert gp.delivery().payload == last, "what was not acknowledged was never stored"


def test_a_command_that_cannot_be_recorded_ends_it_too(broker):
    broker.fail_writes()
    done = broker.ctl_raw("party", "hold", GP, "--reason", "test")
    assert done.returncode != 0
    assert broker.wait_for_exit() == STORE_FAILED
    broker.start()
    assert broker.ctl("status")["held_parties"] == []
