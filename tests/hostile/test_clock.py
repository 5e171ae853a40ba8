"""The wall clock jumps under a running broker, an hour or ten years, either way, and back: order
does not follow it, timers do not follow it, nothing is lost, doubled or forgotten. Certificates do
follow it, as they must. The clock is that of the broker's process alone (clock_shift.cpp).
"""

import mmap
import os
import pathlib
import struct
import time

import pytest
from exchange_client import ConnectionEnded, v1
from harness import GP, HOSPITAL
from messages import discharge_note, new_id
from scene import SCALE, Pair, staged

HOUR = 3600
YEAR = 365 * 24 * HOUR
SHIM = os.environ["BUDSTIKKE_CLOCK_SHIFT_LIBRARY"]


# All certificates were made a moment ago: from here the clock can go back, too.
BASE = 2 * HOUR


class Clock:
    """The broker's wall clock."""

    def __init__(self, folder):
        self.path = folder / "clock"
        self.path.write_bytes(bytes(8))
        with self.path.open("r+b") as file:
            self._mapped = mmap.mmap(file.fileno(), 8)
        self.jump(0)

    def jump(self, seconds):
        """So far from where it began, which is two hours ahead of ours."""
        self._mapped[:8] = struct.pack("q", BASE + seconds)


@pytest.fixture
def clock(folder):
    return Clock(folder)


@pytest.fixture
def scene(folder, pki, clock):
    assert pathlib.Path(SHIM).exists()
    options = os.environ.get("ASAN_OPTIONS", "")
    environment = {
        "BUDSTIKKE_CLOCK_SHIFT": str(clock.path), "LD_PRELOAD": SHIM,
        # The sanitizer wants to be the first library; ours calls nothing that it replaces.
        "ASAN_OPTIONS": f"{options}:verify_asan_link_order=0".lstrip(":")}
    with staged(folder, pki, environment=environment) as scene:
        yield scene
        clock.jump(0)


def test_the_clock_is_the_brokers_own(scene, clock):
    """Or the tests below would prove nothing."""
    clock.jump(HOUR)
    receipt = scene.pair.sender.submit(discharge_note(HOSPITAL, GP))
    assert abs(receipt.accepted_at_ms / 1000 - time.time() - BASE - HOUR) < HOUR / 4
    taken(scene.pair.recipient)


@pytest.mark.parametrize("jumps", [(HOUR,), (-HOUR,), (-HOUR, HOUR, 0, -HOUR, 0)], ids=str)
def test_order_does_not_follow_the_clock(scene, clock, jumps):
    """A conversation whose parts were accepted at times that go forth and back comes as it was
    sent."""
    document = new_id()
    sent = []
    for jump in (*jumps, *jumps):
        clock.jump(jump)
        for _ in range(10 * SCALE):
            sent.append(new_id())
            receipt = scene.pair.sender.submit(
                discharge_note(HOSPITAL, GP, message_id=sent[-1], document_id=document))
            assert receipt.outcome == v1.Receipt.ACCEPTED
    for expected in sent:
        delivery = scene.pair.recipient.delivery()
        assert (delivery.message.message_id, delivery.redelivered) == (expected, False)
        scene.pair.recipient.settle(delivery)
    scene.pair.exchange(20)


def test_repetitions_are_known_at_any_time(scene, clock):
    """An hour before it was accepted, and an hour after."""
    note = discharge_note(HOSPITAL, GP)
    first = scene.pair.sender.submit(note)
    for jump in (-HOUR, HOUR, 0):
        clock.jump(jump)
        again = scene.pair.sender.submit(note)
        assert (again.outcome, again.repeated) == (v1.Receipt.ACCEPTED, True)
        assert again.broker_id == first.broker_id
    delivery = scene.pair.recipient.delivery()
    scene.pair.recipient.settle(delivery)
    scene.pair.exchange(5)


def test_sessions_outlive_a_jump(scene, clock):
    """Deadlines of a connection are of the monotonic clock: an hour forth does not end an idle one,
    an hour back does not keep one."""
    for jump in (HOUR, -HOUR, 0):
        clock.jump(jump)
        scene.pair.exchange(10)
        scene.pair.sender.ping()
    assert scene.broker.events("session_closed") == []


def test_who_restarts_with_a_clock_that_is_behind_loses_nothing(scene, clock):
    clock.jump(HOUR)
    waiting = [new_id() for _ in range(50 * SCALE)]
    for message_id in waiting:
        receipt = scene.pair.sender.submit(
            discharge_note(HOSPITAL, GP, message_id=message_id, document_id="one-conversation"))
        assert receipt.outcome == v1.Receipt.ACCEPTED
    clock.jump(-HOUR)
    scene.pair.sender.close()
    scene.pair.recipient.close()
    scene.broker.restart()
    back = Pair(scene.broker)
    back.accepted, back.settled = scene.pair.accepted, scene.pair.settled
    scene.pair = back
    assert [taken(back.recipient) for _ in waiting] == waiting
    scene.pair.exchange(20)


def taken(recipient):
    delivery = recipient.delivery()
    recipient.settle(delivery)
    return delivery.message.message_id


def test_in_ten_years_no_certificate_and_no_list_is_good(scene, clock):
    """Fails closed, says why, and lets everybody in again once the clock is right."""
    clock.jump(10 * YEAR)
    with pytest.raises(ConnectionEnded):
        scene.broker.client(HOSPITAL)
    scene.broker.wait_event(("handshake_refused_expired", "handshake_refused_crl_stale"))
    clock.jump(0)
    with scene.broker.client(HOSPITAL) as client:
        client.leave()
