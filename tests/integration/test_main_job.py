"""The main job: a discharge note goes to the GP with a copy to the municipality, both answer, and
the hospital knows what became of it for each.
"""

from harness import GP, HOSPITAL, MUNICIPALITY
from messages import apprec, discharge_note, new_id


def states(status):
    return {d.her_id: d.state for d in status.deliveries}


def test_a_note_reaches_both_recipients_and_their_receipts_confirm_it(broker):
    message_id = new_id()
    note = discharge_note(HOSPITAL, GP, [MUNICIPALITY], message_id=message_id)
    with broker.client(HOSPITAL) as hospital:
        receipt = hospital.submit(note)
        assert receipt.outcome == receipt.ACCEPTED
        assert receipt.message_id == message_id
        assert [(r.her_id, r.copy, r.accepted) for r in receipt.recipients] == [
            (GP, False, True), (MUNICIPALITY, True, True)]
        assert states(hospital.status(broker_id=receipt.broker_id)) == {
            GP: "queued", MUNICIPALITY: "queued"}

        for her_id in (GP, MUNICIPALITY):
            with broker.client(her_id) as recipient:
                recipient.subscribe(her_id)
                delivery = recipient.delivery()
                assert delivery.payload == note
                assert (delivery.attempt, delivery.redelivered) == (1, False)
                facts = delivery.message
                assert (facts.sender, facts.recipient, facts.message_id) == (
                    HOSPITAL, her_id, message_id)
                assert (facts.format, facts.standard, facts.version, facts.type) == (
                    "hcp", "epikrise", "1.2", "EPIKRISE")
                assert facts.copy == (her_id == MUNICIPALITY)
                assert recipient.settle(delivery).state == "delivered"
                answer = recipient.submit(apprec(her_id, HOSPITAL, message_id))
                assert answer.outcome == answer.ACCEPTED
                recipient.leave()

        hospital.subscribe(HOSPITAL)
        for giver in (GP, MUNICIPALITY):
            delivery = hospital.delivery()
            assert (delivery.message.type, delivery.message.sender) == ("APPREC", giver)
            assert hospital.settle(delivery).state == "delivered"  # a receipt gets no receipt

        status = hospital.status(broker_id=receipt.broker_id)
        assert states(status) == {GP: "confirmed", MUNICIPALITY: "confirmed"}
        for delivery in status.deliveries:
            assert [(e.state, e.cause) for e in delivery.timeline] == [
                ("accepted", "committed"), ("queued", "routed"), ("in_flight", "offered"),
                ("delivered", "settled_accepted"), ("confirmed", "apprec_ok")]
            times = [e.at_ms for e in delivery.timeline]
            assert times == sorted(times)
        hospital.leave()


def test_a_recipient_sees_its_own_part_of_a_message_only(broker):
    with broker.client(HOSPITAL) as hospital:
        receipt = hospital.submit(discharge_note(HOSPITAL, GP, [MUNICIPALITY]))
        everything = hospital.status(message_id=receipt.message_id, sender=HOSPITAL)
        assert states(everything) == {GP: "queued", MUNICIPALITY: "queued"}
    with broker.client(GP) as gp:
        assert states(gp.status(broker_id=receipt.broker_id)) == {GP: "queued"}


def test_the_vendors_program_does_the_same(broker, folder):
    note = discharge_note(HOSPITAL, GP)
    (folder / "note.xml").write_bytes(note)
    (folder / "inbox").mkdir()
    sent = broker.vendor("999000002", "send", folder / "note.xml")
    assert sent.returncode == 0, sent.stderr
    taken = broker.vendor("999000004", "receive", "--her", GP, "--count", "1", "--wait", "60",
                          "--apprec", "ok", "--out", folder / "inbox")
    assert taken.returncode == 0, taken.stderr
    assert [path.read_bytes() for path in (folder / "inbox").iterdir()] == [note]
    broker_id = sent.stdout.split("accepted ", 1)[1].split()[0]
    status = broker.vendor("999000002", "status", broker_id, "--watch-until", "confirmed")
    assert status.returncode == 0, status.stderr
    assert status.stdout.splitlines()[-1] == "confirmed by all recipients"


def test_hello_names_the_limits_and_whom_one_acts_for(broker):
    with broker.client(GP) as gp:
        assert gp.welcome.organisation == "999000004"
        assert list(gp.welcome.acts_for) == [GP]
        assert gp.welcome.payload_bytes_max == 35 * 1024 * 1024
        assert gp.ping().number > 0
        gp.leave()


def test_submissions_are_pipelined_and_each_gets_its_answer(broker):
    with broker.client(HOSPITAL) as hospital:
        notes = [discharge_note(HOSPITAL, GP, message_id=new_id()) for _ in range(50)]
        numbers = [hospital.start_submit(note) for note in notes]
        receipts = [hospital.receipt(number) for number in reversed(numbers)]
        assert all(r.outcome == r.ACCEPTED for r in receipts)
        assert len({r.broker_id for r in receipts}) == 50
        hospital.leave()
