"""A hospital's client and a municipality's, each with a broker of its own and nothing but mail
between them: neither client notices. Mail is lost, doubled and returned, and brokers are killed.
"""

import pytest
from ebxml_partner import Message
from ebxml_steps import wait_for_state
from harness import HOSPITAL, MUNICIPALITY
from mail_scene import by_mail
from messages import apprec, discharge_note, new_id


class Note:
    """A note on its way from the hospital to the municipality, and what each side sees of it."""

    def __init__(self, scene):
        self.scene = scene
        self.message_id = new_id()
        self.payload = discharge_note(HOSPITAL, MUNICIPALITY, message_id=self.message_id)
        self.broker_id = b""

    def submit(self):
        with self.scene.a.client(HOSPITAL) as hospital:
            receipt = hospital.submit(self.payload)
            assert receipt.outcome == receipt.ACCEPTED
        self.broker_id = receipt.broker_id
        return self

    def wait_for(self, *states):
        """Until the hospital is told one of those states. The delivery's whole timeline."""
        with self.scene.a.client(HOSPITAL) as hospital:
            hospital.follow(HOSPITAL)
            return wait_for_state(hospital, self.broker_id, *states)

    def take(self, municipality):
        """The municipality's part: takes the note, and is given nothing else."""
        municipality.subscribe(MUNICIPALITY)
        delivery = municipality.delivery()
        assert delivery.payload == self.payload
        message = delivery.message
        assert (message.sender, message.message_id) == (HOSPITAL, self.message_id)
        municipality.settle(delivery)
        return delivery

    def finish(self):
        """To the end: taken once, confirmed by an AppRec, and nothing is left anywhere."""
        with self.scene.b.client(MUNICIPALITY) as municipality:
            self.take(municipality)
            # Else the AppRec could overtake it.
            self.wait_for("delivered")
            receipt = municipality.submit(apprec(MUNICIPALITY, HOSPITAL, self.message_id))
            assert receipt.outcome == receipt.ACCEPTED
            *way, delivered, confirmed = self.wait_for("confirmed")
            assert delivered == ("delivered", "transport_receipt")
            assert confirmed == ("confirmed", "apprec_ok")
            # A broker that was killed queues and offers anew.
            assert {state for state, _ in way} == {"accepted", "queued", "in_flight"}
            municipality.follow(MUNICIPALITY)
            wait_for_state(municipality, receipt.broker_id, "delivered")
            self.scene.wait_until_quiet()
            assert municipality.ping().number > 0
            assert not municipality.deliveries
        with self.scene.a.client(HOSPITAL) as hospital:
            hospital.subscribe(HOSPITAL)
            delivery = hospital.delivery()
            assert delivery.message.type == "APPREC"
            hospital.settle(delivery)
            assert hospital.ping().number > 0
            assert not hospital.deliveries


def ebxml(mail):
    return Message(mail.headers, mail.body)


@pytest.mark.parametrize("scene", ["pop3s", "imaps", "lmtp"], indirect=True)
def test_a_note_goes_over_and_its_receipt_comes_back(scene):
    Note(scene).submit().finish()


def test_a_lost_mail_is_sent_again_with_the_same_bytes_under_a_new_mail_id(scene):
    scene.b.stop()
    note = Note(scene).submit()
    lost = scene.box_b.wait_for(1)[0]
    scene.box_b.remove_all()
    again = scene.box_b.wait_for(1)[0]
    assert again.package == lost.package
    assert again.message_id != lost.message_id
    scene.b.start()
    note.finish()


def test_a_doubled_mail_is_delivered_once_and_gets_the_very_same_acknowledgement(scene):
    scene.b.stop()
    note = Note(scene).submit()
    mail = scene.box_b.wait_for(1)[0]
    # What it sends from now on would be acknowledged too.
    scene.a.kill()
    scene.box_b.remove_all()
    scene.box_b.put(mail)
    scene.box_b.put(mail)
    scene.b.start()
    scene.box_b.wait_until_empty()
    first, second, *_ = scene.box_a.wait_for(2)
    assert ebxml(first).action == "Acknowledgment"
    assert ebxml(first).ref == ebxml(mail).message_id
    assert second.package == first.package
    assert second.message_id != first.message_id
    scene.a.start()
    note.finish()


def test_a_lost_acknowledgement_is_had_by_sending_again(scene):
    scene.b.stop()
    note = Note(scene).submit()
    scene.box_b.wait_for(1)
    scene.a.kill()
    scene.b.start()
    lost = scene.box_a.wait_for(1)[0]
    assert ebxml(lost).action == "Acknowledgment"
    scene.box_a.remove_all()
    scene.a.start()
    note.finish()
    scene.b.wait_event("ebxml_duplicate")


def test_what_comes_back_as_undeliverable_is_a_dead_letter(scene):
    scene.address_b = "gone@edi.example"
    scene.introduce()
    note = Note(scene).submit()
    timeline = note.wait_for("dead_lettered")
    assert timeline[-1] == ("dead_lettered", "settled_rejected")
    refused = scene.a.wait_event("ebxml_refused")
    assert refused["code"] == "Bounced"
    scene.wait_until_quiet()


def test_what_no_mail_server_takes_expires(folder, pki, servers):
    few = 'retries = 1\nretry_interval = "1s"\n'
    with by_mail(folder, pki, servers, "pop3s", settings=few) as scene:
        scene.address_b = "nobody@edi.example"
        scene.introduce()
        note = Note(scene).submit()
        assert note.wait_for("expired")[-1] == ("expired", "time_to_live_ended")
        failed = scene.a.wait_event("ebxml_attempt_failed", count=2)
        assert (failed["fault"], failed["attempt"]) == ("refused", "2")
        assert scene.a.wait_event("ebxml_unacknowledged")["attempts"] == "2"
        scene.wait_until_quiet()


@pytest.mark.parametrize("killed", ["a", "b"])
def test_killed_after_acceptance_the_note_arrives_once(scene, killed):
    note = Note(scene).submit()
    getattr(scene, killed).restart()
    note.finish()


@pytest.mark.parametrize("killed", ["a", "b"])
def test_killed_when_the_mail_is_in_the_mailbox_the_note_arrives_once(scene, killed):
    scene.b.kill()
    note = Note(scene).submit()
    scene.box_b.wait_for(1)
    if killed == "a":
        scene.a.restart()
    scene.b.start()
    note.finish()


def test_killed_while_it_takes_the_mail_the_note_arrives_once(scene):
    note = Note(scene).submit()
    # Stored, while its acknowledgement and the removal of the mail are under way.
    scene.b.wait_event("ebxml_received")
    scene.b.restart()
    note.finish()


@pytest.mark.parametrize("killed", ["a", "b"])
def test_killed_between_delivery_and_acknowledgement_the_note_arrives_once(scene, killed):
    scene.b.stop()
    note = Note(scene).submit()
    scene.box_b.wait_for(1)
    scene.a.kill()
    scene.b.start()
    # It lies there, unread.
    scene.box_a.wait_for(1)
    if killed == "b":
        scene.b.restart()
    scene.a.start()
    note.finish()
