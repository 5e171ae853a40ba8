"""Malformed and oversize frames, lying lengths, frames in the wrong place: each has one stated
answer, costs its sender at most its own connection, and leaves the neighbours alone.
"""

import random
import socket
import struct

import pytest
from exchange_client import v1
from intruder import HELLO, Intruder, connect, framed, hang_up, mallorys_context
from scene import MEMORY_FACTOR, MIB, SCALE, meanwhile

FRAME_MAX = MIB + 64 * 1024
SMALL_MAX = 64 * 1024


def length(count):
    return struct.pack(">I", count)


def submit(number=1, size=10, payload=b"0123456789", **fields):
    return v1.Frame(submit=v1.Submit(
        submission=number, content_type="application/xml", size=size, payload=payload, **fields))


def chunk(number=1, payload=b"0"):
    return v1.Frame(chunk=v1.PayloadChunk(submission=number, payload=payload))


def together(*frames):
    return b"".join(framed(frame) for frame in frames)


def nested(depth):
    """A Check in whose Submit lies a group in a group: unknown fields, as deep as one likes."""
    inner = b"\xa3\x06" * depth + b"\xa4\x06" * depth  # field 100, start and end of a group
    submission = b"\x0a" + varint(len(inner)) + inner
    return b"\xa2\x01" + varint(len(submission)) + submission  # Frame.check = 20


def varint(number):
    coded = b""
    while number > 127:
        coded += bytes([number % 128 + 128])
        number //= 128
    return coded + bytes([number])


def beginning(size):
    """The first bytes of the frame of a Submit with `size` bytes, of which no more comes."""
    fields = v1.Submit(submission=1, content_type="application/xml", size=size).SerializeToString()
    fields += b"\x22" + varint(size)
    return length(size + 32) + b"\x5a" + varint(size + len(fields)) + fields


# Bytes behind Welcome -> the reason with which the broker ends the connection.
ENDED = {
    "four_gib": (length(0xFFFFFFFF), "LIMIT_EXCEEDED"),
    "above_the_limit": (length(FRAME_MAX + 1), "LIMIT_EXCEEDED"),
    "long_without_payload": (length(SMALL_MAX + 1) + b"\x0a\xff\xff\x03" * 2000,
                             "LIMIT_EXCEEDED"),
    "long_and_unknown": (length(FRAME_MAX) + b"\xc2\x3e\xff\xff\x3f" * 2000, "LIMIT_EXCEEDED"),
    "no_protobuf": (length(4) + b"\xff\xff\xff\xff", "PROTOCOL_ERROR"),
    "field_beyond_its_frame": (length(3) + b"\x72\xff\x01", "PROTOCOL_ERROR"),
    "no_utf8": (framed(b"\x6a\x04\x22\x02\xff\xfe"), "PROTOCOL_ERROR"),  # Withdraw.reason
    "nested_ten_thousand_deep": (framed(nested(10_000)), "PROTOCOL_ERROR"),
    "more_than_declared_at_once": (together(submit(size=9)), "PROTOCOL_ERROR"),
    "more_than_declared_later": (together(submit(size=20), chunk(payload=b"0" * 11)),
                                 "PROTOCOL_ERROR"),
    "a_chunk_too_many": (together(submit(), chunk()), "PROTOCOL_ERROR"),
    "a_chunk_of_nothing": (together(submit(size=20), chunk(payload=b"")), "PROTOCOL_ERROR"),
    "a_chunk_of_another": (together(submit(size=20), chunk(number=2)), "PROTOCOL_ERROR"),
    "a_chunk_of_none": (together(chunk()), "PROTOCOL_ERROR"),
    "two_payloads_at_once": (together(submit(size=20), submit(2, size=20)), "PROTOCOL_ERROR"),
    "a_chunk_above_its_limit": (together(submit(size=3 * MIB), chunk(payload=b"0" * (MIB + 1))),
                                "PROTOCOL_ERROR"),
}
# Bytes behind Welcome -> the answer, after which the connection still answers a ping.
ANSWERED = {
    "an_empty_frame": (length(0), "problem"),
    "an_unknown_kind": (length(3) + b"\xc2\x3e\x00", "problem"),
    "a_frame_of_the_broker": (together(v1.Frame(welcome=v1.Welcome(version=1))), "problem"),
    "hello_again": (together(HELLO), "problem"),
    "two_to_the_63": (together(submit(size=1 << 63)), "receipt"),
    "two_to_the_64": (together(submit(size=(1 << 64) - 1)), "receipt"),
    "nothing_at_all": (together(submit(size=0, payload=b"")), "receipt"),
    "a_thousand_recipients": (together(submit(recipients=["3001"] * 1000)), "receipt"),
    "recipients_that_are_none": (together(submit(recipients=["../../etc", "", "9" * 500])),
                                 "receipt"),
    "expires_before_time": (together(submit(expires_at_ms=-(1 << 63))), "receipt"),
    "settles_what_is_not_here": (together(v1.Frame(settle=v1.Settle(
        request=5, delivery_id="x" * 1000, outcome=v1.Settle.ACCEPTED))), "problem"),
    "settles_with_no_outcome": (together(v1.Frame(settle=v1.Settle(request=5, outcome=77))),
                                "problem"),
    "credit_for_nobody": (together(v1.Frame(credit=v1.Credit(her_id="", add=(1 << 32) - 1))),
                          "problem"),
    "asks_for_nothing": (together(v1.Frame(status_request=v1.StatusRequest(request=5))), "problem"),
}


def ended_as_stated(port, context):
    for name, (data, reason) in ENDED.items():
        with Intruder(port, context) as intruder:
            intruder.send_bytes(data)
            words = intruder.last_words()
            assert words, name
            assert words[-1].WhichOneof("kind") == "go_away", name
            assert v1.GoAway.Reason.Name(words[-1].go_away.reason) == reason, name


def answered_as_stated(port, context):
    for name, (data, kind) in ANSWERED.items():
        with Intruder(port, context) as intruder:
            intruder.send_bytes(data + framed(v1.Frame(ping=v1.Ping(number=7))))
            frames = [intruder.read(), intruder.read()]
            kinds = {frame.WhichOneof("kind") for frame in frames if frame}
            assert kinds == {kind, "pong"}, (name, frames)
            assert all(f.receipt.outcome != v1.Receipt.ACCEPTED for f in frames), name


def test_each_malformed_frame_has_its_answer(scene):
    context = mallorys_context(scene.broker.pki)
    attacks = (lambda: ended_as_stated(scene.broker.port, context),
               lambda: answered_as_stated(scene.broker.port, context))
    with meanwhile(*attacks) as rounds:
        for _ in range(5 * SCALE):
            scene.pair.exchange(20)
    assert scene.broker.ctl("status")["counters"]["accepted"] == len(scene.pair.accepted), rounds


def test_noise_is_no_frame(scene):
    """Random bytes, and good frames with random bits changed: whatever they are, they are answered
    or end the connection, and nothing of them is accepted."""
    context = mallorys_context(scene.broker.pki)
    dice = random.Random(20261122)
    good = together(submit(), v1.Frame(subscribe=v1.Subscribe(request=1, her_id="9001", credit=1)),
                    v1.Frame(status_request=v1.StatusRequest(request=2)),
                    v1.Frame(ping=v1.Ping(number=1)))

    def attack():
        data = bytearray(good if dice.random() < 0.7 else dice.randbytes(dice.randrange(1, 5000)))
        for _ in range(dice.randrange(1, 9)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        with Intruder(scene.broker.port, context) as intruder:
            intruder.send_bytes(bytes(data))
            if dice.random() < 0.5:
                intruder.say_no_more()
                intruder.last_words()

    with meanwhile(attack):
        for _ in range(10 * SCALE):
            scene.pair.exchange(20)
    assert scene.broker.ctl("status")["counters"]["accepted"] == len(scene.pair.accepted)


def test_a_frame_that_never_ends_costs_what_has_come(scene):
    """Whoever announces a megabyte and sends a byte has a byte: no memory for promises."""
    context = mallorys_context(scene.broker.pki)
    before = scene.memory("VmRSS")
    promises = []
    for _ in range(60 * SCALE):
        intruder = Intruder(scene.broker.port, context)
        intruder.send_bytes(beginning(MIB) + b"<")
        promises.append(intruder)
    scene.pair.exchange(50)
    # A sanitizer keeps for a while what was given back.
    assert scene.memory("VmRSS") - before < (len(promises) * MIB / 4 + 16 * MIB) * MEMORY_FACTOR
    for intruder in promises:
        intruder.hang_up()


HELLO_NEVER = {
    "http": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a_length_above_that_before_hello": length(4 * 1024 + 1),
    "another_frame_first": together(v1.Frame(ping=v1.Ping(number=1))),
    "a_long_name": framed(v1.Frame(hello=v1.Hello(version=1, software="x" * 101))),
}


@pytest.mark.parametrize("name", HELLO_NEVER)
def test_who_does_not_begin_with_hello_is_sent_away(scene, name):
    context = mallorys_context(scene.broker.pki)

    def attack():
        with Intruder(scene.broker.port, context, hello=False) as intruder:
            intruder.send_bytes(HELLO_NEVER[name])
            words = intruder.last_words()
            assert [frame.WhichOneof("kind") for frame in words] == ["go_away"]

    with meanwhile(attack):
        scene.pair.exchange(20 * SCALE)


PLAIN = {
    "http": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "ssl_2": bytes.fromhex("802e0100020015000000100700c00300800100800600400400800200804141414141"),
    "a_record_of_64_kib": b"\x16\x03\x01\xff\xff" + b"\x01" * 70_000,
    "alerts_without_end": b"\x15\x03\x03\x00\x02\x01\x00" * 10_000,
    "records_of_nothing": b"\x16\x03\x03\x00\x00" * 10_000,
    "a_frame_without_tls": framed(HELLO),
    "noise": random.Random(1).randbytes(20_000),
}


def test_what_is_no_tls_is_hung_up_on_without_a_word(scene):
    """At most an alert of TLS comes back: no banner, no reason, no limit."""
    def attack():
        for name, data in PLAIN.items():
            plain = connect(scene.broker.port)
            try:
                plain.sendall(data)
                plain.shutdown(socket.SHUT_WR)
                answer = plain.recv(4096)
            except (BrokenPipeError, ConnectionResetError, OSError):
                answer = b""
            assert len(answer) <= 7, name
            assert answer[:1] in (b"", b"\x15"), name
            hang_up(plain)

    with meanwhile(attack):
        scene.pair.exchange(50 * SCALE)
