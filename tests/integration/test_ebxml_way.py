"""A sender is told before its message is accepted what the broker knows of the way to an ebXML
partner, and operations are told the same; what is only down is waited for.
"""

import pytest
from ebxml_scene import two_brokers
from ebxml_steps import take_one, wait_for_outcome
from exchange_client import v1
from harness import HOSPITAL, MUNICIPALITY
from messages import apprec, codes, discharge_note, new_id

# So many that a busy machine does not make a message expire.
QUICK = 'retries = 100\nretry_interval = "1s"\n'


@pytest.fixture
def scene(folder, pki):
    with two_brokers(folder, pki, settings=QUICK) as two:
        yield two


def note():
    return discharge_note(HOSPITAL, MUNICIPALITY, message_id=new_id())


def change_directory(broker, old, new):
    parties = broker.folder / "directory" / "parties.toml"
    text = parties.read_text(encoding="utf-8")
    assert old in text
    broker.write_directory(text.replace(old, new))
    broker.reload()


def answers(client):
    """Of the question, the check and the submission: whether yes, and the codes."""
    verdict = client.may_i_send(HOSPITAL, MUNICIPALITY, "EPIKRISE")
    checked, sent = client.check(note()), client.submit(note())
    return [(verdict.allowed, [f.code for f in verdict.findings])] + [
        (receipt.outcome == receipt.ACCEPTED, codes(receipt)) for receipt in (checked, sent)]


def test_without_a_certificate_all_say_no_until_it_is_there(scene):
    certificate = f'encryption_certificate = "partner-{MUNICIPALITY}.crt"\n'
    place = 'endpoint = "ebxml"\n'
    with scene.a.client(HOSPITAL) as hospital:
        assert answers(hospital) == [(True, [])] * 3
        change_directory(scene.a, certificate, "")
        assert answers(hospital) == [(False, ["recipient.no_certificate"])] * 3
        way = scene.a.ctl("ebxml", "way", HOSPITAL, MUNICIPALITY, "EPIKRISE")
        assert (way["may"], way["code"]) == (False, "no_certificate")
        change_directory(scene.a, place, place + certificate)
        assert answers(hospital) == [(True, [])] * 3


def test_a_sender_without_an_address_for_mail_has_no_way_and_operations_learn_it(scene):
    def move(**own):
        scene.a.know(HOSPITAL, MUNICIPALITY, scene.b.keys_of, mail="post@edi.example", **own)
        scene.a.reload()
        return scene.a.ctl("ebxml", "way", HOSPITAL, MUNICIPALITY, "EPIKRISE")

    way = move()
    assert (way["may"], way["code"]) == (False, "no_mail_address")
    assert "edi_address" in way["text_en"] and "edi_address" in way["text_no"]
    with scene.a.client(HOSPITAL) as hospital:
        assert answers(hospital) == [(False, ["recipient.no_way"])] * 3
        way = move(our_mail="sykehus@edi.example")
        assert (way["may"], way["endpoint_host"]) == (True, "edi.example")
        assert hospital.may_i_send(HOSPITAL, MUNICIPALITY, "EPIKRISE").allowed


def test_a_type_that_ebxml_does_not_carry_is_refused_with_the_reason(scene):
    with scene.a.client(HOSPITAL) as hospital:
        verdict = hospital.may_i_send(HOSPITAL, MUNICIPALITY, "BOGUS")
        assert not verdict.allowed
        assert [f.code for f in verdict.findings] == ["recipient.no_service"]
        receipt = hospital.submit(
            b"\x30\x82\x01\x00 not for us to read", content_type="application/pkcs7-mime",
            declared=v1.DeclaredFacts(
                message_id=new_id(), type="BOGUS", sender=HOSPITAL,
                recipients=[v1.DeclaredRecipient(her_id=MUNICIPALITY)]))
        assert receipt.outcome == receipt.REFUSED
        assert codes(receipt) == ["recipient.no_service"]
    assert scene.a.events("ebxml_no_route") == []


def test_a_partner_that_is_down_is_waited_for(scene):
    scene.b.stop()
    with scene.a.client(HOSPITAL) as hospital:
        assert hospital.may_i_send(HOSPITAL, MUNICIPALITY, "EPIKRISE").allowed
        receipt = hospital.submit(note())
        assert (receipt.outcome, codes(receipt)) == (receipt.ACCEPTED, [])
    scene.a.wait_event("ebxml_attempt_failed")
    scene.b.start()
    take_one(scene.b, MUNICIPALITY)
    wait_for_outcome(scene.a, HOSPITAL, receipt.broker_id, "delivered")


def test_a_receipt_waits_for_the_way_that_a_message_is_refused_without(scene):
    certificate = f'encryption_certificate = "partner-{MUNICIPALITY}.crt"\n'
    change_directory(scene.a, certificate, "")
    with scene.a.client(HOSPITAL) as hospital:
        receipt = hospital.submit(apprec(HOSPITAL, MUNICIPALITY, new_id()))
        assert receipt.outcome == receipt.ACCEPTED
        assert codes(receipt) == ["recipient.way_not_open"]
        asked = hospital.may_i_send(HOSPITAL, MUNICIPALITY, "APPREC")
        assert asked.allowed
        assert [f.code for f in asked.findings] == ["recipient.way_not_open"]
