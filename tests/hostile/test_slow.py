"""Slow and silent peers by the hundred, by hand by the thousand: bytes that drip into every phase
of a connection, answers that nobody reads, connections that are half closed or simply left. None of
them costs more than its socket and what it has sent, and those whose time is short are sent away.

The long deadlines (a payload that drips 30 s and more, a reader 60 s, silence 120 s) are waited for
with `run.sh --long`, and with short times in tests/unit/transport.
"""

import contextlib
import os
import socket

import pytest
from exchange_client import v1
from harness import HOSPITAL, PATIENCE
from intruder import (
    Intruder,
    connect,
    framed,
    hang_up,
    mallorys_context,
    send_until_not_read,
)
from messages import discharge_note
from scene import MALLORY, MALLORYS_NUMBER, MEMORY_FACTOR, MIB, QUARANTINE, SCALE, meanwhile
from test_frames import beginning

# Twice as many at most: an address and an organisation may have 2 500.
MANY = min(100 * SCALE, 1000)
ROOM_OF_A_CONNECTION = 128 * 1024
LONG = os.environ.get("BUDSTIKKE_HOSTILE_LONG") == "1"
HANDSHAKES_OF_AN_ADDRESS = 64
CLIENT_HELLO_BEGINS = bytes.fromhex("1603014000010000")
NOW_AND_THEN = 0.1  # seconds between the bytes that drip
# What drips, a byte at a time, into a connection that has come so far.
A_LONG_PING = framed(v1.Frame(ping=v1.Ping(number=7))) * 1000
A_PAYLOAD = b"<" * 4096
# Frames of nothing, of four bytes each: the answer, that this is no frame for the broker, takes
# many times as much.
FRAMES_OF_NOTHING = framed(b"") * 4000
OUTBOUND_TOTAL = 64 * MIB  # of all connections, whoever they are (limits.md)


def drip(connections, data, at):
    """The next byte on each connection that still lives."""
    def attack():
        for connection in list(connections):
            try:
                connection.send(data[at[0]:at[0] + 1])
            except OSError:
                connections.remove(connection)
                hang_up(connection)
        at[0] += 1
    return attack


def admitted(scene, count, hello=True):
    """Connections behind the handshake, of a party that may connect."""
    context = mallorys_context(scene.broker.pki)
    return [Intruder(scene.broker.port, context, hello=hello).tls for _ in range(count)]


def leave_all(connections):
    for connection in connections:
        hang_up(connection)


@contextlib.contextmanager
def left_at_the_end(connections):
    """Also where the test fails: what it holds open would look like what the broker keeps."""
    try:
        yield connections
    finally:
        leave_all(connections)


def bounded(scene, before, bytes_max):
    """A sanitizer keeps what was given back in quarantine, and shadows all that is there."""
    grown = scene.memory("VmRSS") - before
    assert grown < bytes_max * MEMORY_FACTOR + QUARANTINE, f"{grown / MIB:.0f} MiB more"


def test_who_comes_no_further_than_handshake_or_hello_is_sent_away(scene):
    """Ten seconds for each, silent or dripping, and 64 handshakes of an address: what is more is
    hung up on at once, and the pair connects meanwhile."""
    silent = admitted(scene, MANY, hello=False)
    in_hello = admitted(scene, MANY, hello=False)
    places = ("127.0.0.2", "127.0.0.3", "127.0.0.4")
    in_handshake = [connect(scene.broker.port, place)
                    for place in places for _ in range(HANDSHAKES_OF_AN_ADDRESS + 16)]
    everybody = silent + in_hello + in_handshake
    with meanwhile(drip(in_handshake, CLIENT_HELLO_BEGINS + bytes(10_000), [0]),
                   drip(in_hello, framed(bytes(4000)), [0]), pause=NOW_AND_THEN):
        scene.pair.come_anew()
        scene.pair.exchange(50)
        scene.broker.wait_counted(
            "handshake_refused_timeout", len(places) * HANDSHAKES_OF_AN_ADDRESS)
        scene.broker.wait_event("session_closed", 2 * MANY, reason="timeout")
        scene.pair.exchange(10)
    leave_all(everybody)
    scene.broker.wait_counted("connection_refused_address_handshakes", len(places) * 16)


@pytest.mark.parametrize(
    ("head", "data"), [(b"", A_LONG_PING), (beginning(MIB) + A_PAYLOAD, A_PAYLOAD)],
    ids=["frames", "payloads"])
def test_bytes_that_drip_hold_nobody_else_up(scene, head, data):
    """Of a payload, its beginning comes at once, and room for it is taken."""
    before = scene.memory("VmRSS")
    with left_at_the_end(admitted(scene, MANY)) as dripping:
        for connection in dripping:
            connection.sendall(head)
        with meanwhile(drip(dripping, data, [0]), pause=NOW_AND_THEN) as rounds:
            # Few: with them half a minute has room on the slowest machine, and a payload may not
            # be further behind its rate than that.
            while rounds[0] < 5:
                scene.pair.exchange(10)
            assert len(dripping) == MANY, "all of them still drip"
            if head:
                assert scene.broker.ctl("status")["bytes_in_flight"] >= MIB, "none came so far"
            bounded(scene, before, MANY * 256 * 1024 + 32 * MIB)
            if LONG and head:
                scene.broker.wait_event("session_closed", MANY, reason="timeout")


def store_for_mallory(scene, count, size):
    """Messages that wait in the queue of the one who will not read them."""
    for _ in range(count):
        receipt = scene.pair.sender.submit(discharge_note(HOSPITAL, MALLORY, text="x" * size))
        assert receipt.outcome == v1.Receipt.ACCEPTED


def test_readers_who_do_not_read_hold_nobody_else_up(scene):
    """Deliveries, feeds and answers wait for them: four MiB a connection at most, which would be
    too much of all of them, and so no more than a share of the memory for all. Then the broker
    reads nothing more from them; what others of their organisation ask is answered."""
    store_for_mallory(scene, 40, MIB // 2)
    context = mallorys_context(scene.broker.pki)
    before = scene.memory("VmRSS")
    readers = [Intruder(scene.broker.port, context, buffers=4096) for _ in range(MANY)]
    with left_at_the_end([reader.tls for reader in readers]) as connections:
        for reader in readers:
            reader.send(v1.Frame(subscribe=v1.Subscribe(request=1, her_id=MALLORY, credit=4096)),
                        v1.Frame(follow=v1.Follow(request=2, sender=MALLORY)))
        hung_up_on = send_until_not_read(connections, FRAMES_OF_NOTHING)
        for which in range(hung_up_on):  # for that, and for nothing else
            scene.broker.wait_event("session_write_stalled", which + 1)
        bounded(scene, before, 3 * OUTBOUND_TOTAL + MANY * ROOM_OF_A_CONNECTION)
        scene.pair.exchange(100)
        scene.pair.exchange(4, text="x" * 2 * MIB)
        scene.pair.come_anew()
        scene.pair.exchange(20)
        with scene.broker.client_of(MALLORYS_NUMBER) as colleague:
            for _ in range(100):
                colleague.ping()
            colleague.leave()
        bounded(scene, before, 3 * OUTBOUND_TOTAL + MANY * ROOM_OF_A_CONNECTION)
        if LONG:
            scene.broker.wait_event("session_write_stalled", MANY)
            scene.pair.exchange(10)
    take_what_waits(scene, 40)


def take_what_waits(scene, count):
    """Nothing was lost with those who would not read it: their queue comes, whole, to one who
    does."""
    with scene.broker.client_of(MALLORYS_NUMBER) as mallory:
        mallory.subscribe(MALLORY)
        seen = set()
        for _ in range(count):
            delivery = mallory.delivery()
            assert len(delivery.payload) == delivery.size
            seen.add(delivery.message.message_id)
            mallory.settle(delivery)
        assert len(seen) == count
        mallory.leave()


def half_close(connection):
    try:
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        return False
    return True


@pytest.mark.parametrize("phase", ["connected", "handshake", "hello", "served", "in_a_frame"])
def test_half_closed_connections_are_ended(scene, phase):
    """The peer says that nothing more comes, and stays: the broker does not stay with it."""
    if phase in ("connected", "handshake"):
        connections = [connect(scene.broker.port) for _ in range(HANDSHAKES_OF_AN_ADDRESS // 2)]
    else:
        connections = admitted(scene, MANY // 2, hello=phase != "hello")
    for connection in connections:
        if phase == "handshake":
            connection.send(CLIENT_HELLO_BEGINS)
        if phase == "in_a_frame":
            connection.sendall(beginning(MIB) + A_PAYLOAD)
        half_close(connection)
    scene.pair.exchange(20)
    scene.wait_for_calm()
    leave_all(connections)


def test_who_comes_and_says_nothing_leaves_room(scene):
    """Idle, each behind its handshake: what one costs is bounded, and the pair does not notice."""
    before = scene.memory("VmRSS")
    with left_at_the_end(admitted(scene, 2 * MANY)) as idle:
        scene.pair.exchange(100)
        bounded(scene, before, len(idle) * ROOM_OF_A_CONNECTION + 32 * MIB)


@pytest.mark.skipif(not LONG, reason="takes two minutes: run.sh --long")
def test_who_says_nothing_for_two_minutes_is_sent_away(scene):
    def stay():
        scene.pair.sender.ping()
        scene.pair.recipient.ping()

    context = mallorys_context(scene.broker.pki)
    silent = [Intruder(scene.broker.port, context) for _ in range(MANY)]
    with left_at_the_end([one.tls for one in silent]), meanwhile(stay, pause=5):
        for one in silent:
            one.tls.settimeout(2 * PATIENCE)
            assert one.last_words()[-1].go_away.reason == v1.GoAway.IDLE
    scene.pair.exchange(10)
