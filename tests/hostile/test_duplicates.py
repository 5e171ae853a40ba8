"""Repetitions that are sent on purpose: after the answer, before it, from many connections at once,
over a crash, with another body. Whatever a sender does, the recipient gets each message once, and a
message under a used name is refused.
"""

import random
import threading

from exchange_client import ConnectionEnded, v1
from harness import GP, HOSPITAL
from messages import codes, discharge_note, new_id
from scene import SCALE

CONFLICT = "submission.identity_conflict"


def take(client, count):
    """The payloads of the next deliveries, settled, by MsgId; each is there once."""
    taken = {}
    for _ in range(count):
        delivery = client.delivery()
        assert delivery.message.message_id not in taken
        taken[delivery.message.message_id] = delivery.payload
        client.settle(delivery)
    return taken


def nothing_more_comes(scene):
    """What the pair sends now is what comes next."""
    scene.pair.exchange(5)


def test_again_after_the_answer_and_again_while_it_is_delivered(scene):
    sender, recipient = scene.pair.sender, scene.pair.recipient
    notes = {(name := new_id()): discharge_note(HOSPITAL, GP, message_id=name)
             for _ in range(30 * SCALE)}
    first = {name: sender.submit(note).broker_id for name, note in notes.items()}
    for moment in ("waiting", "delivered"):
        for name, note in notes.items():
            again = sender.submit(note)
            assert (again.outcome, again.repeated) == (v1.Receipt.ACCEPTED, True), moment
            assert again.broker_id == first[name]
        if moment == "waiting":
            assert take(recipient, len(notes)) == notes
    nothing_more_comes(scene)


def test_many_at_once_from_many_connections_are_one(scene):
    """Eight connections send the same hundred messages, each in an order of its own, each twice."""
    notes = {(name := new_id()): discharge_note(HOSPITAL, GP, message_id=name)
             for _ in range(100 * SCALE)}
    ids = {name: set() for name in notes}
    new = {name: 0 for name in notes}
    lock = threading.Lock()

    def send(seed):
        order = list(notes) * 2
        random.Random(seed).shuffle(order)
        with scene.broker.client(HOSPITAL) as client:
            asked = [(name, client.start_submit(notes[name])) for name in order]
            for name, number in asked:
                receipt = client.receipt(number)
                with lock:
                    ids[name].add(receipt.broker_id)
                    new[name] += not receipt.repeated
            client.leave()

    threads = [threading.Thread(target=send, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    assert take(scene.pair.recipient, len(notes)) == notes
    for thread in threads:
        thread.join()
    assert {len(one) for one in ids.values()} == {1}
    assert set(new.values()) == {1}
    nothing_more_comes(scene)


def test_another_body_under_a_used_name_is_refused_at_every_moment(scene):
    sender, recipient = scene.pair.sender, scene.pair.recipient
    name = new_id()
    note = discharge_note(HOSPITAL, GP, message_id=name)
    other = discharge_note(HOSPITAL, GP, message_id=name, text="Et annet forløp.")
    numbers = [sender.start_submit(one) for one in (note, other, note, other)]
    receipts = [sender.receipt(number) for number in numbers]
    assert [one.outcome for one in receipts] == [
        v1.Receipt.ACCEPTED, v1.Receipt.REFUSED, v1.Receipt.ACCEPTED, v1.Receipt.REFUSED]
    assert CONFLICT in codes(receipts[1])
    assert take(recipient, 1) == {name: note}
    assert CONFLICT in codes(sender.submit(other))
    assert scene.broker.ctl("status")["counters"]["conflicts"] == 3
    nothing_more_comes(scene)


def test_again_after_a_crash_whether_it_was_answered_or_not(scene):
    """The sender that had no answer sends again, as it must; what was stored is repeated, and what
    was not is new. Either way it comes once."""
    notes = {(name := new_id()): discharge_note(HOSPITAL, GP, message_id=name)
             for _ in range(200 * SCALE)}
    sender = scene.pair.sender
    asked = [(name, sender.start_submit(note)) for name, note in notes.items()]
    answered = {name: sender.receipt(number).broker_id for name, number in asked[:20]}
    scene.broker.restart()
    try:
        for name, number in asked[20:]:
            answered[name] = sender.receipt(number).broker_id
    except ConnectionEnded as ended:
        assert ended.go_away is None
    scene.pair.sender.close()
    scene.pair.recipient.close()
    with scene.broker.client(HOSPITAL) as again, scene.broker.client(GP) as recipient:
        for name, note in notes.items():
            receipt = again.submit(note)
            assert receipt.outcome == v1.Receipt.ACCEPTED
            assert receipt.repeated or name not in answered
            assert answered.setdefault(name, receipt.broker_id) == receipt.broker_id
        recipient.subscribe(GP)
        assert take(recipient, len(notes)) == notes
        again.leave()
        recipient.leave()
    scene.pair.connect()
    nothing_more_comes(scene)
