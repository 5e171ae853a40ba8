"""Payloads that are promised and do not come, more of them than there is room for. One party's
promises are that party's loss: what is small passes, what is large of others has its turn.
"""

from exchange_client import v1
from intruder import Intruder, mallorys_context
from scene import MIB, SCALE
from test_frames import beginning, submit

PAYLOAD_MAX = 35 * MIB


def test_payloads_that_never_come_hold_nobody_else_up(scene):
    """35 MiB promised by each of twenty, where there is room for one: a thousand bytes come."""
    context = mallorys_context(scene.broker.pki)
    uploads = []
    for _ in range(20 * SCALE):
        intruder = Intruder(scene.broker.port, context)
        intruder.send(submit(size=PAYLOAD_MAX, payload=b"<" * 1000))
        uploads.append(intruder)
    scene.pair.exchange(20)
    scene.pair.come_anew()
    scene.pair.exchange(20)
    for intruder in uploads:
        intruder.hang_up()
    scene.pair.exchange(2, text="x" * 2 * MIB)


def test_frames_that_never_end_hold_nobody_else_up(scene):
    """The same with a first frame of a megabyte, of which half comes."""
    context = mallorys_context(scene.broker.pki)
    uploads = []
    for _ in range(20 * SCALE):
        intruder = Intruder(scene.broker.port, context)
        intruder.send_bytes(beginning(MIB) + b"<" * (MIB // 2))
        uploads.append(intruder)
    scene.pair.exchange(40)
    for intruder in uploads:
        intruder.hang_up()


def test_room_comes_back_from_those_who_leave_in_the_middle(scene):
    """Again and again, with a part of the payload here: nothing of the room is lost."""
    context = mallorys_context(scene.broker.pki)
    for _ in range(20 * SCALE):
        with Intruder(scene.broker.port, context) as intruder:
            intruder.send(submit(size=PAYLOAD_MAX, payload=b"<" * MIB))
            intruder.send(v1.Frame(chunk=v1.PayloadChunk(submission=1, payload=b"<" * MIB)))
    scene.wait_for_calm()
    scene.pair.exchange(2, text="x" * 20 * MIB)
