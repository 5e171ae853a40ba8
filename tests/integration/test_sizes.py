"""Sizes at their limits: payloads, chunks, frames; the connection lives or ends as documented."""

import struct

import pytest
from exchange_client import ConnectionEnded, v1
from harness import GP, HOSPITAL
from messages import codes, discharge_note

MIB = 1024 * 1024
PAYLOAD_MAX = 35 * MIB
CHUNK_MAX = 1 * MIB


def padded(size):
    """A good message of exactly that many bytes."""
    note = discharge_note(HOSPITAL, GP, text="@@")
    return note.replace(b"@@", b"x" * (size - len(note) + 2))


def deliver(broker):
    with broker.client(GP) as gp:
        gp.subscribe(GP)
        delivery = gp.delivery()
        gp.settle(delivery)
        return delivery


def test_the_largest_payload_passes_byte_for_byte(broker):
    note = padded(PAYLOAD_MAX)
    assert len(note) == PAYLOAD_MAX
    with broker.client(HOSPITAL) as hospital:
        assert hospital.submit(note).outcome == v1.Receipt.ACCEPTED
    assert deliver(broker).payload == note


def test_one_byte_more_is_refused_and_the_connection_lives(broker):
    with broker.client(HOSPITAL) as hospital:
        receipt = hospital.submit(padded(PAYLOAD_MAX + 1))
        assert receipt.outcome == receipt.REFUSED
        assert codes(receipt) == ["payload.too_large"]
        assert hospital.submit(discharge_note(HOSPITAL, GP)).outcome == receipt.ACCEPTED


@pytest.mark.parametrize("size", [CHUNK_MAX - 1, CHUNK_MAX, CHUNK_MAX + 1, 2 * CHUNK_MAX])
def test_chunk_boundaries_are_invisible(broker, size):
    note = padded(size)
    with broker.client(HOSPITAL) as hospital:
        assert hospital.submit(note).outcome == v1.Receipt.ACCEPTED
    assert deliver(broker).payload == note


def begin(client, number, note, first=10):
    client.send(v1.Frame(submit=v1.Submit(
        submission=number, content_type="application/xml", size=len(note), payload=note[:first])))


def test_chunks_may_be_as_small_as_one_likes(broker):
    note = discharge_note(HOSPITAL, GP)
    with broker.client(HOSPITAL) as hospital:
        begin(hospital, 1001, note)
        for at in range(10, len(note), 7):
            chunk = v1.PayloadChunk(submission=1001, payload=note[at:at + 7])
            hospital.send(v1.Frame(chunk=chunk))
        assert hospital.receipt(1001).outcome == v1.Receipt.ACCEPTED
    assert deliver(broker).payload == note


def test_a_payload_that_begins_before_another_is_complete_ends_the_connection(broker):
    with broker.client(HOSPITAL) as hospital:
        for number in (1001, 1002):
            begin(hospital, number, discharge_note(HOSPITAL, GP))
        assert hospital.wait_for_end().reason == "PROTOCOL_ERROR"
    assert broker.ctl("status")["counters"]["accepted"] == 0


def test_more_bytes_than_were_announced_end_the_connection(broker):
    note = discharge_note(HOSPITAL, GP)
    with broker.client(HOSPITAL) as hospital:
        begin(hospital, 1001, note)
        hospital.send(v1.Frame(chunk=v1.PayloadChunk(submission=1001, payload=note)))
        assert hospital.wait_for_end().reason == "PROTOCOL_ERROR"
    assert broker.ctl("status")["counters"]["accepted"] == 0


def test_a_frame_at_the_limit_is_read_and_a_longer_one_ends_the_connection(broker):
    with broker.client(HOSPITAL) as hospital:
        frame = v1.Frame(ping=v1.Ping(number=4711))
        hospital.send(frame)
        hospital.send_bytes(struct.pack(">I", hospital.welcome.frame_bytes_max + 1))
        ended = hospital.wait_for_end()
        assert ended.reason == "LIMIT_EXCEEDED"


def test_bytes_that_are_no_frame_end_the_connection(broker):
    with broker.client(HOSPITAL) as hospital:
        hospital.send_bytes(struct.pack(">I", 4) + b"\xff\xff\xff\xff")
        assert hospital.wait_for_end().reason == "PROTOCOL_ERROR"


def test_an_unknown_kind_of_frame_is_a_problem_and_the_connection_lives(broker):
    with broker.client(HOSPITAL) as hospital:
        hospital.send_bytes(struct.pack(">I", 3) + b"\xc2\x3e\x00")  # field 1000, empty
        hospital.ping()
        assert [problem.code for problem in hospital.unasked] == ["unknown_frame"]


def test_another_version_of_the_protocol_is_refused(broker):
    with pytest.raises(ConnectionEnded) as ended:
        broker.client(HOSPITAL, version=2)
    assert ended.value.reason == "UNSUPPORTED_VERSION"
