"""Two brokers with a bad way between them: what is doubled, lost, late and too late leaves each
delivery with one stated outcome, and each recipient with one message.
"""

import threading

import pytest
from ebxml_relay import two_brokers_apart
from ebxml_steps import has_nothing, submit, take_one, wait_for_outcome
from harness import HOSPITAL, MUNICIPALITY, PATIENCE
from messages import apprec, discharge_note, new_id

# So many that a busy machine does not make a message expire.
PATIENT = 'retries = 100\nretry_interval = "1s"\n'
SIGNAL = "Acknowledgment"


@pytest.fixture
def apart(folder, pki):
    with two_brokers_apart(folder, pki, settings=PATIENT) as all_of_it:
        yield all_of_it


def send_note(broker):
    message_id = new_id()
    note = discharge_note(HOSPITAL, MUNICIPALITY, message_id=message_id)
    return submit(broker, HOSPITAL, note), message_id


def states_of(client, broker_id):
    (delivery,) = client.status(broker_id=broker_id).deliveries
    return [event.state for event in delivery.timeline]


def twice_at_once(message, hand_on):
    answers = []
    copies = [threading.Thread(target=lambda: answers.append(hand_on())) for _ in range(2)]
    for copy in copies:
        copy.start()
    for copy in copies:
        copy.join()
    return answers[0]


class Losing:
    """Loses the first `count` of each action: before they arrive, or only the answer."""

    def __init__(self, count, *, answers=False):
        self._left = {}
        self._count = count
        self._answers = answers

    def __call__(self, message, hand_on):
        left = self._left.setdefault(message.action, self._count)
        if left > 0:
            self._left[message.action] = left - 1
            if self._answers:
                hand_on()
            return None
        return hand_on()


class Holding:
    """Acknowledgements wait until they are released; what else comes goes on."""

    def __init__(self):
        self._held = []
        self._changed = threading.Condition()
        self._released = threading.Event()
        self._done = threading.Semaphore(0)

    def __call__(self, message, hand_on):
        if message.action != SIGNAL:
            return hand_on()
        with self._changed:
            self._held.append(message)
            self._changed.notify_all()
        self._released.wait()
        answer = hand_on()
        self._done.release()
        return answer

    def wait_for(self, count):
        with self._changed:
            assert self._changed.wait_for(lambda: len(self._held) >= count, PATIENCE)

    def release(self, count):
        """All, and waits until so many have gone on."""
        self._released.set()
        for _ in range(count):
            assert self._done.acquire(timeout=PATIENCE)


def over_and_back(scene):
    """A note, its AppRec, and what each sender is told in the end."""
    note_id, message_id = send_note(scene.a)
    assert take_one(scene.b, MUNICIPALITY).message.message_id == message_id
    receipt_id = new_id()
    answer = apprec(MUNICIPALITY, HOSPITAL, message_id, receipt_id=receipt_id)
    apprec_id = submit(scene.b, MUNICIPALITY, answer)
    assert take_one(scene.a, HOSPITAL).message.message_id == receipt_id
    # The AppRec may overtake the transport receipt.
    states = wait_for_outcome(scene.a, HOSPITAL, note_id, "confirmed")
    assert states.count("delivered") <= 1 and states.count("confirmed") == 1
    assert states[-1] == "confirmed"
    states = wait_for_outcome(scene.b, MUNICIPALITY, apprec_id, "delivered")
    assert states.count("delivered") == 1 and states[-1] == "delivered"
    assert has_nothing(scene.a, HOSPITAL)
    assert has_nothing(scene.b, MUNICIPALITY)


def test_everything_doubled_arrives_once(apart):
    scene, to_a, to_b = apart
    to_a.pass_on = to_b.pass_on = twice_at_once
    over_and_back(scene)
    scene.b.wait_event(("ebxml_duplicate", "ebxml_copy_joined"))
    # The doubled acknowledgement finds its delivery settled, or the record of it erased already.
    scene.a.wait_event(("ebxml_signal_late", "ebxml_signal_unknown"))


@pytest.mark.parametrize("answers", [False, True], ids=["before_they_arrive", "after_they_arrived"])
def test_what_is_lost_on_the_way_comes_again_and_arrives_once(apart, answers):
    scene, to_a, to_b = apart
    to_a.pass_on, to_b.pass_on = Losing(2, answers=answers), Losing(2, answers=answers)
    over_and_back(scene)


def test_acknowledgements_that_come_after_the_resends_count_once(apart):
    scene, to_a, _ = apart
    to_a.pass_on = late = Holding()
    note_id, message_id = send_note(scene.a)
    assert take_one(scene.b, MUNICIPALITY).message.message_id == message_id
    late.wait_for(3)
    late.release(3)
    states = wait_for_outcome(scene.a, HOSPITAL, note_id, "delivered")
    scene.a.wait_event(("ebxml_signal_late", "ebxml_signal_unknown"), count=2)
    with scene.a.client(HOSPITAL) as hospital:
        assert states_of(hospital, note_id) == states
    assert states.count("delivered") == 1
    assert has_nothing(scene.b, MUNICIPALITY)


def test_an_acknowledgement_after_the_end_brings_nothing_back(folder, pki):
    settings = 'retries = 1\nretry_interval = "1s"\n'
    with two_brokers_apart(folder, pki, settings=settings) as (scene, to_a, _):
        to_a.pass_on = late = Holding()
        note_id, message_id = send_note(scene.a)
        assert take_one(scene.b, MUNICIPALITY).message.message_id == message_id
        states = wait_for_outcome(scene.a, HOSPITAL, note_id, "expired")
        assert states[-1] == "expired"
        scene.a.wait_event("ebxml_unacknowledged")
        # On a slow machine the resend may find the first still at work, and be answered with it.
        late.release(1)
        scene.a.wait_event(("ebxml_signal_late", "ebxml_signal_unknown"))
        with scene.a.client(HOSPITAL) as hospital:
            assert states_of(hospital, note_id) == states
        # What its recipient says itself counts, late as it is.
        submit(scene.b, MUNICIPALITY, apprec(MUNICIPALITY, HOSPITAL, message_id))
        states = wait_for_outcome(scene.a, HOSPITAL, note_id, "confirmed")
        assert states[-2:] == ["expired", "confirmed"]
        assert has_nothing(scene.b, MUNICIPALITY)
