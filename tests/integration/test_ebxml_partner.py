"""A broker against a partner that only has an ebXML message service, made of other software: what
is sent verifies and opens there, what comes is taken once, and signals that are late, doubled,
wrong or missing leave each delivery with exactly one outcome.
"""

import contextlib
import queue
import threading
import time

import pytest
from ebxml_partner import NAMES, Partner, acknowledgment, payload_message
from ebxml_scene import Keys, alone
from harness import HOSPITAL, MUNICIPALITY, ORGANISATIONS, PATIENCE, STANDARDS, run
from lxml import etree
from messages import apprec, discharge_note, new_id

STOP_TIME_MAX = 30.0
PATIENT_SETTINGS = 'retries = 50\nretry_interval = "1s"\n'


@contextlib.contextmanager
def hospital_and_partner(folder, pki, settings):
    keys = Keys(pki, ORGANISATIONS[MUNICIPALITY])
    with Partner(pki, keys) as partner, \
            alone(folder / "a", pki, HOSPITAL, settings=settings) as broker:
        broker.know(HOSPITAL, MUNICIPALITY, keys, partner.url)
        broker.reload()
        yield broker, partner


@pytest.fixture
def pair(folder, pki):
    with hospital_and_partner(folder, pki, PATIENT_SETTINGS) as both:
        yield both


def send_note(broker):
    message_id = new_id()
    note = discharge_note(HOSPITAL, MUNICIPALITY, message_id=message_id)
    with broker.client(HOSPITAL) as hospital:
        receipt = hospital.submit(note)
        assert receipt.outcome == receipt.ACCEPTED
    return receipt.broker_id, note


def wait_for_outcome(broker, broker_id, *states):
    """Follows until the delivery is in one of the states; its states and causes so far."""
    with broker.client(HOSPITAL) as hospital:
        hospital.follow(HOSPITAL)
        while True:
            event = hospital.event()
            if event.broker_id == broker_id and event.state in states:
                (delivery,) = hospital.status(broker_id=broker_id).deliveries
                return [(e.state, e.cause) for e in delivery.timeline]


def outcome(broker, broker_id):
    with broker.client(HOSPITAL) as hospital:
        (delivery,) = hospital.status(broker_id=broker_id).deliveries
        return [(e.state, e.cause) for e in delivery.timeline]


def test_what_is_sent_verifies_and_opens_elsewhere_and_its_receipt_counts(pair, folder):
    broker, partner = pair
    broker_id, note = send_note(broker)
    message = partner.take()
    message.verify(broker.keys_of.signing.with_suffix(".crt"))
    assert message.payload(partner.keys) == note
    assert (message.action, message.text("eb:Service")) == ("EPIKRISE", "S-EPIKRISE")
    assert message.text("eb:CPAId") == f"{MUNICIPALITY}_{HOSPITAL}"
    schema = STANDARDS / "ebms-2.0/schema/msg-header-2_0.xsd"
    if schema.exists():
        header = message.soap.find(".//{*}MessageHeader")
        (folder / "header.xml").write_bytes(etree.tostring(header))
        run("xmllint", "--nonet", "--noout", "--schema", schema, folder / "header.xml")
    partner.post(broker.ebxml_port, *acknowledgment(message, partner.keys))
    timeline = wait_for_outcome(broker, broker_id, "delivered")
    assert timeline[-1] == ("delivered", "transport_receipt")


def test_a_resend_repeats_the_bytes_and_late_and_doubled_receipts_change_nothing(pair):
    broker, partner = pair
    broker_id, _ = send_note(broker)
    first, second = partner.take(), partner.take()
    assert (first.content_type, first.body) == (second.content_type, second.body)
    receipt = acknowledgment(first, partner.keys)
    for _ in range(3):
        partner.post(broker.ebxml_port, *receipt)
    timeline = wait_for_outcome(broker, broker_id, "delivered")
    assert [state for state, _ in timeline].count("delivered") == 1
    partner.post(broker.ebxml_port, *acknowledgment(second, partner.keys))
    assert outcome(broker, broker_id) == timeline
    assert broker.ctl("ebxml", "waiting")["waiting"] == []


def test_a_receipt_in_the_same_exchange_counts(pair):
    broker, partner = pair
    partner.answer = lambda message: (200, *acknowledgment(message, partner.keys))
    broker_id, _ = send_note(broker)
    assert wait_for_outcome(broker, broker_id, "delivered")[-1] == (
        "delivered", "transport_receipt")


AGREEMENT = """<tp:CollaborationProtocolAgreement tp:cpaid="{low}_{high}"
 xmlns:tp="http://www.oasis-open.org/committees/ebxml-cppa/schema/cpp-cpa-2_0.xsd">{parties}
</tp:CollaborationProtocolAgreement>"""
PARTY = """<tp:PartyInfo><tp:PartyId tp:type="HER">{her_id}</tp:PartyId>
<tp:CollaborationRole><tp:Role tp:name="EPIKRISE{role}"/><tp:ServiceBinding>
<tp:Service>S-EPIKRISE</tp:Service>{bindings}</tp:ServiceBinding></tp:CollaborationRole>
<tp:DeliveryChannel tp:channelId="c"><tp:MessagingCharacteristics tp:ackRequested="never"
 tp:syncReplyMode="signalsAndResponse"/></tp:DeliveryChannel></tp:PartyInfo>"""
BINDING = """<tp:Can{side}><tp:ThisPartyActionBinding tp:action="{action}">
<tp:BusinessTransactionCharacteristics tp:isNonRepudiationRequired="true"/>
<tp:ChannelId>c</tp:ChannelId></tp:ThisPartyActionBinding></tp:Can{side}>"""


def agree_on_no_acknowledgements(broker):
    """The hospital sends, the municipality answers with an AppRec; nobody acknowledges."""
    def bindings(first, second):
        return (BINDING.format(side=first, action="EPIKRISE")
                + BINDING.format(side=second, action="APPREC"))
    parties = (PARTY.format(her_id=HOSPITAL, role="sender", bindings=bindings("Send", "Receive"))
               + PARTY.format(her_id=MUNICIPALITY, role="receiver",
                              bindings=bindings("Receive", "Send")))
    low, high = sorted((HOSPITAL, MUNICIPALITY), key=int)
    (broker.folder / "directory/agreement.xml").write_text(
        AGREEMENT.format(low=low, high=high, parties=parties), encoding="utf-8")
    broker.reload()


def test_what_a_partner_without_acknowledgements_takes_is_delivered_and_not_sent_again(pair):
    broker, partner = pair
    agree_on_no_acknowledgements(broker)
    partner.answer = lambda message: (503, "", b"")
    broker_id, _ = send_note(broker)
    refused = partner.take()
    assert outcome(broker, broker_id)[-1][0] == "in_flight"
    partner.answer = lambda message: (200, "", b"")
    timeline = wait_for_outcome(broker, broker_id, "delivered")
    assert timeline[-1] == ("delivered", "transport_receipt")
    copies = [refused]
    while not partner.received.empty():
        copies.append(partner.take())
    assert len({message.body for message in copies}) == 1
    assert all(message.soap.find(".//eb:AckRequested", NAMES) is None for message in copies)
    assert broker.ctl("ebxml", "waiting")["waiting"] == []


def test_an_application_receipt_in_the_answer_arrives_as_any_message(pair):
    broker, partner = pair
    agree_on_no_acknowledgements(broker)
    message_id = new_id()

    def answer(message):
        receipt = apprec(MUNICIPALITY, HOSPITAL, message_id)
        return 200, *payload_message(
            MUNICIPALITY, HOSPITAL, receipt, partner.keys, broker.keys_of, answers="EPIKRISE",
            ack=False, sync=True)

    partner.answer = answer
    with broker.client(HOSPITAL) as hospital:
        hospital.subscribe(HOSPITAL)
        sent = hospital.submit(discharge_note(HOSPITAL, MUNICIPALITY, message_id=message_id))
        assert sent.outcome == sent.ACCEPTED
        delivery = hospital.delivery()
        assert b"AppRec" in delivery.payload
        hospital.settle(delivery)
    timeline = wait_for_outcome(broker, sent.broker_id, "confirmed")
    assert [cause for _, cause in timeline].count("transport_receipt") <= 1
    partner.take()
    assert partner.received.empty()


def test_a_partner_that_never_answers_lets_the_delivery_expire(folder, pki):
    settings = 'retries = 2\nretry_interval = "1s"\n'
    with hospital_and_partner(folder, pki, settings) as (broker, partner):
        broker_id, _ = send_note(broker)
        bodies = {partner.take().body for _ in range(3)}
        assert len(bodies) == 1
        timeline = wait_for_outcome(broker, broker_id, "expired")
        assert timeline[-1][0] == "expired"
        broker.wait_event("ebxml_unacknowledged")
        assert partner.received.empty()


def test_a_receipt_for_other_digests_or_by_others_changes_nothing(pair):
    broker, partner = pair
    broker_id, _ = send_note(broker)
    message = partner.take()
    partner.post(broker.ebxml_port, *acknowledgment(message, partner.keys, references=[]))
    partner.post(broker.ebxml_port, *acknowledgment(message, broker.keys_of))
    assert outcome(broker, broker_id)[-1][0] == "in_flight"
    partner.post(broker.ebxml_port, *acknowledgment(message, partner.keys))
    assert wait_for_outcome(broker, broker_id, "delivered")[-1][1] == "transport_receipt"


def test_killed_while_it_waits_it_sends_the_same_bytes_and_takes_the_receipt(pair):
    broker, partner = pair
    broker_id, _ = send_note(broker)
    before = partner.take()
    broker.restart()
    after = partner.take()
    assert (before.content_type, before.body) == (after.content_type, after.body)
    partner.post(broker.ebxml_port, *acknowledgment(before, partner.keys))
    broker.restart()
    timeline = wait_for_outcome(broker, broker_id, "delivered")
    assert [state for state, _ in timeline].count("delivered") == 1


def test_a_partner_that_never_answers_does_not_hold_up_a_stop_and_gets_it_after_the_start(pair):
    broker, partner = pair
    asked, answered = queue.Queue(), threading.Event()

    def answer(message):
        asked.put(message)
        assert answered.wait(PATIENCE)
        return 200, "", b""

    partner.answer = answer
    broker_id, _ = send_note(broker)
    before = asked.get(timeout=PATIENCE)
    began = time.monotonic()
    broker.stop()
    # Less than the minute that an attempt may take, and than the ten seconds for clients.
    assert time.monotonic() - began < STOP_TIME_MAX
    (interrupted,) = broker.events("ebxml_attempt_failed")
    assert interrupted["fault"] == "interrupted"
    partner.answer = lambda message: (200, *acknowledgment(message, partner.keys))
    answered.set()
    broker.start()
    timeline = wait_for_outcome(broker, broker_id, "delivered")
    assert [state for state, _ in timeline].count("delivered") == 1
    assert {partner.take().body, partner.take().body} == {before.body}


def test_what_a_partner_sends_arrives_once_however_often_it_comes(pair):
    broker, partner = pair
    message_id = new_id()
    note = discharge_note(MUNICIPALITY, HOSPITAL, message_id=message_id)
    package = payload_message(MUNICIPALITY, HOSPITAL, note, partner.keys, broker.keys_of, sync=True)
    answers = [partner.post(broker.ebxml_port, *package) for _ in range(3)]
    broker.restart()
    answers.append(partner.post(broker.ebxml_port, *package))
    for status, answer in answers:
        assert (status, answer.action) == (200, "Acknowledgment")
        answer.verify(broker.keys_of.signing.with_suffix(".crt"))
    assert len({answer.body for _, answer in answers}) == 1
    with broker.client(HOSPITAL) as hospital:
        hospital.subscribe(HOSPITAL)
        delivery = hospital.delivery()
        assert delivery.payload == note
        hospital.settle(delivery)
        assert hospital.ping().number > 0
        assert not hospital.deliveries
        answered = hospital.submit(apprec(HOSPITAL, MUNICIPALITY, message_id))
        assert answered.outcome == answered.ACCEPTED
    receipt = partner.take()
    assert (receipt.action, receipt.text("eb:Service")) == ("APPREC", "S-EPIKRISE")
    receipt.verify(broker.keys_of.signing.with_suffix(".crt"))


def test_the_same_id_with_other_bytes_is_refused_and_told(pair):
    broker, partner = pair
    ids = dict(message_id=new_id(), sync=True)
    for expected in ("Acknowledgment", "MessageError"):
        note = discharge_note(MUNICIPALITY, HOSPITAL)
        package = payload_message(
            MUNICIPALITY, HOSPITAL, note, partner.keys, broker.keys_of, **ids)
        _, answer = partner.post(broker.ebxml_port, *package)
        assert answer.action == expected
    broker.wait_event("ebxml_false_duplicate")
