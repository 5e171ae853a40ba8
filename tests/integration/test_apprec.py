"""Application receipts that come as they do in life: early, late, twice, against each other,
foreign, from a copy recipient, or from the broker on behalf of a party that delegated it
(HITS 1168).
"""

import pytest
from exchange_client import v1
from harness import GP, HOSPITAL, MUNICIPALITY, running, usual_parties
from messages import apprec, discharge_note, new_id, submit_for


class Exchange:
    """A note from the hospital to the GP and the municipality, seen from all three."""

    def __init__(self, broker, life_seconds=None):
        self.broker = broker
        self.message_id = new_id()
        self.hospital = broker.client(HOSPITAL)
        self.gp = broker.client(GP)
        note = discharge_note(HOSPITAL, GP, [MUNICIPALITY], message_id=self.message_id)
        if life_seconds:
            self.receipt, _ = submit_for(self.hospital, life_seconds, lambda: note)
        else:
            self.receipt = self.hospital.submit(note)
        assert self.receipt.outcome == v1.Receipt.ACCEPTED

    def deliver(self):
        self.gp.subscribe(GP)
        return self.gp.delivery()

    def answer(self, status=1, error="", original=None):
        receipt = self.gp.submit(
            apprec(GP, HOSPITAL, original or self.message_id, status=status, error=error))
        assert receipt.outcome == v1.Receipt.ACCEPTED, receipt

    def of(self, her_id=GP):
        status = self.hospital.status(broker_id=self.receipt.broker_id)
        (delivery,) = [d for d in status.deliveries if d.her_id == her_id]
        return delivery.state, [e.cause for e in delivery.timeline], delivery.timeline[-1].detail

    def incidents(self):
        return self.broker.ctl("status")["counters"]["apprec_incidents"]

    def close(self):
        self.hospital.close()
        self.gp.close()


@pytest.fixture
def exchange(broker):
    exchange = Exchange(broker)
    yield exchange
    exchange.close()


@pytest.mark.parametrize(("status", "error", "state", "cause"), [
    (1, "", "confirmed", "apprec_ok"),
    (2, "E10", "rejected", "apprec_rejected"),
    (3, "X99", "confirmed", "apprec_ok_error_in_part"),
])
def test_the_status_decides_and_the_codes_are_told(exchange, status, error, state, cause):
    exchange.gp.settle(exchange.deliver())
    exchange.answer(status, error)
    assert exchange.of() == (state, ["committed", "routed", "offered", "settled_accepted", cause],
                             error)
    assert exchange.of(MUNICIPALITY)[0] == "queued"  # its own receipt is still to come
    assert exchange.incidents() == 0


def test_a_receipt_overtakes_the_settlement(exchange):
    delivery = exchange.deliver()
    exchange.answer()
    assert exchange.of()[0] == "confirmed"
    assert exchange.gp.settle(delivery).state == "confirmed"
    assert exchange.of()[0] == "confirmed"


def test_a_receipt_for_what_is_queued_again_waits_for_the_settlement(exchange):
    delivery = exchange.deliver()
    exchange.gp.settle(delivery, v1.Settle.RELEASED)
    exchange.answer()
    state, causes, _ = exchange.of()
    assert (state, causes[-1]) == ("queued", "apprec_early")


def test_the_same_receipt_again_changes_nothing(exchange):
    exchange.gp.settle(exchange.deliver())
    exchange.answer()
    exchange.answer()
    state, causes, _ = exchange.of()
    assert (state, causes[-2:]) == ("confirmed", ["apprec_ok", "apprec_repeated"])
    assert exchange.incidents() == 0


def test_the_first_receipt_is_final_and_a_contradiction_an_incident(exchange):
    exchange.gp.settle(exchange.deliver())
    exchange.answer(1)
    exchange.answer(2, "E10")
    state, causes, _ = exchange.of()
    assert (state, causes[-1]) == ("confirmed", "apprec_contradicts")
    assert exchange.incidents() == 1


def test_a_foreign_receipt_is_carried_and_closes_nothing(exchange):
    exchange.gp.settle(exchange.deliver())
    exchange.answer(original=new_id())
    assert exchange.of()[0] == "delivered"
    assert exchange.incidents() == 1
    exchange.hospital.subscribe(HOSPITAL)
    assert exchange.hospital.delivery().message.type == "APPREC"


def test_a_late_positive_receipt_closes_a_dead_letter(exchange):
    exchange.gp.settle(exchange.deliver(), v1.Settle.REJECTED, "T99")
    assert exchange.of()[0] == "dead_lettered"
    exchange.answer()
    assert exchange.of()[0] == "confirmed"
    assert exchange.broker.ctl("deadletter", "list")["dead_letters"] == []


def test_a_late_positive_receipt_closes_what_has_expired(broker):
    exchange = Exchange(broker, life_seconds=3)
    exchange.hospital.follow(HOSPITAL)
    while exchange.hospital.event().state != "expired":
        pass
    exchange.answer()
    assert exchange.of()[0] == "confirmed"
    exchange.close()


def test_a_copy_recipients_receipt_closes_its_own_delivery_only(exchange):
    with exchange.broker.client(MUNICIPALITY) as municipality:
        municipality.subscribe(MUNICIPALITY)
        municipality.settle(municipality.delivery())
        municipality.submit(apprec(MUNICIPALITY, HOSPITAL, exchange.message_id, role="COP"))
    assert exchange.of(MUNICIPALITY)[0] == "confirmed"
    assert exchange.of(GP)[0] == "queued"


@pytest.mark.parametrize(("outcome", "status", "state"), [
    (v1.Settle.ACCEPTED, b'Status V="1"', "confirmed"),
    (v1.Settle.REJECTED, b'Status V="2"', "rejected"),
])
def test_the_broker_gives_the_receipt_where_that_is_delegated(folder, pki, outcome, status, state):
    with running(folder, pki, usual_parties(h3001='apprec = "broker"')) as broker:
        exchange = Exchange(broker)
        exchange.gp.settle(exchange.deliver(), outcome, reason="kan ikke leses")
        exchange.hospital.subscribe(HOSPITAL)
        delivery = exchange.hospital.delivery()
        assert (delivery.message.type, delivery.message.sender) == ("APPREC", GP)
        assert status in delivery.payload
        assert exchange.message_id.encode() in delivery.payload
        exchange.hospital.settle(delivery)
        assert exchange.of()[0] == state
        exchange.close()


def test_the_broker_gives_no_receipt_where_it_is_not_delegated(exchange):
    exchange.gp.settle(exchange.deliver())
    assert exchange.of()[0] == "delivered"
    assert exchange.broker.ctl("status")["counters"]["accepted"] == 1
