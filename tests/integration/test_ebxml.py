"""A hospital whose system speaks the exchange protocol, and a municipality that does too, each with
a broker of its own and ebXML between them: neither client notices.
"""

import socket

import pytest
from ebxml_scene import alone, two_brokers
from ebxml_steps import wait_for_state
from harness import HOSPITAL, MUNICIPALITY, PATIENCE
from messages import apprec, discharge_note, new_id

# So many that a busy machine does not make a message expire.
QUICK = 'retries = 100\nretry_interval = "1s"\n'


@pytest.fixture
def scene(folder, pki):
    with two_brokers(folder, pki, settings=QUICK) as two:
        yield two


def take(client, note, message_id):
    """The municipality's part: takes the note."""
    client.subscribe(MUNICIPALITY)
    delivery = client.delivery()
    assert delivery.payload == note
    assert (delivery.message.sender, delivery.message.message_id) == (HOSPITAL, message_id)
    client.settle(delivery)
    return delivery


def answer(client, message_id):
    receipt = client.submit(apprec(MUNICIPALITY, HOSPITAL, message_id))
    assert receipt.outcome == receipt.ACCEPTED
    return receipt.broker_id


def test_a_note_goes_over_and_its_receipt_comes_back(scene):
    message_id = new_id()
    note = discharge_note(HOSPITAL, MUNICIPALITY, message_id=message_id)
    with scene.a.client(HOSPITAL) as hospital, scene.b.client(MUNICIPALITY) as municipality:
        hospital.follow(HOSPITAL)
        municipality.follow(MUNICIPALITY)
        receipt = hospital.submit(note)
        assert receipt.outcome == receipt.ACCEPTED
        delivery = take(municipality, note, message_id)
        # Its receipt is on its way; an AppRec could overtake it.
        wait_for_state(hospital, receipt.broker_id, "delivered")
        apprec_id = answer(municipality, message_id)

        timeline = wait_for_state(hospital, receipt.broker_id, "confirmed")
        assert timeline == [
            ("accepted", "committed"), ("queued", "routed"), ("in_flight", "offered"),
            ("delivered", "transport_receipt"), ("confirmed", "apprec_ok")]
        hospital.subscribe(HOSPITAL)
        apprec_delivery = hospital.delivery()
        assert apprec_delivery.message.type == "APPREC"
        hospital.settle(apprec_delivery)

        there = municipality.status(broker_id=delivery.message.broker_id).deliveries[0]
        assert there.state == "confirmed"
        timeline = wait_for_state(municipality, apprec_id, "delivered")
        assert timeline[-1] == ("delivered", "transport_receipt")
    for broker in (scene.a, scene.b):
        assert broker.ctl("ebxml", "waiting")["waiting"] == []


def test_operations_see_the_way_and_what_is_wrong_with_it(scene):
    way = scene.a.ctl("ebxml", "way", HOSPITAL, MUNICIPALITY, "EPIKRISE")
    assert way["may"] and way["endpoint_host"] == "localhost"
    assert (way["service"], way["action"]) == ("S-EPIKRISE", "EPIKRISE")
    back = scene.b.ctl("ebxml", "way", MUNICIPALITY, HOSPITAL, "EPIKRISE", "--apprec")
    assert back["may"] and back["action"] == "APPREC"
    inward = scene.a.ctl("ebxml", "way", MUNICIPALITY, HOSPITAL, "EPIKRISE")
    assert inward["may"] and inward["direction"] == "in" and "endpoint_host" not in inward
    closed = scene.a.ctl("ebxml", "way", HOSPITAL, HOSPITAL, "EPIKRISE")
    assert (closed["may"], closed["code"]) == (False, "recipient_not_ebxml")
    assert scene.a.ctl("ebxml", "agreements")["agreements"] == []
    assert [p["her_id"] for p in scene.a.ctl("ebxml", "partners")["partners"]] == [MUNICIPALITY]


@pytest.mark.parametrize("killed", ["a", "b"])
def test_killed_after_acceptance_the_note_arrives_once(scene, killed):
    message_id = new_id()
    note = discharge_note(HOSPITAL, MUNICIPALITY, message_id=message_id)
    with scene.a.client(HOSPITAL) as hospital:
        receipt = hospital.submit(note)
        assert receipt.outcome == receipt.ACCEPTED
    getattr(scene, killed).restart()
    with scene.b.client(MUNICIPALITY) as municipality:
        take(municipality, note, message_id)
        answer(municipality, message_id)
        with scene.a.client(HOSPITAL) as hospital:
            hospital.follow(HOSPITAL)
            timeline = wait_for_state(hospital, receipt.broker_id, "confirmed")
            # The AppRec may overtake the transport receipt.
            states = [state for state, _ in timeline]
            assert states.count("delivered") <= 1 and states[-1] == "confirmed"
        assert not municipality.deliveries
        assert municipality.ping().number > 0
        assert not municipality.deliveries


def test_the_ports_file_names_the_port_where_mail_comes(folder, pki):
    lmtp = '[ebxml.lmtp]\naddress = "127.0.0.1"\nport = 0\n'
    with alone(folder / "a", pki, HOSPITAL, ways=lmtp) as broker:
        lines = (broker.folder / "ports").read_text(encoding="utf-8").splitlines()
        assert [line.split()[0] for line in lines] == ["exchange", "ebxml", "lmtp"]
        _, address, port = lines[-1].split()
        with socket.create_connection((address, int(port)), timeout=PATIENCE) as server:
            assert server.recv(1000).startswith(b"220 ")
