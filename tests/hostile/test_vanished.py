"""Peers that vanish: the cable is pulled, and nothing that they still say arrives, neither a FIN
nor an RST. Whatever they were about, the broker frees what they hold within its stated limits, long
before the kernel gives up, and hands what they had not settled to the next consumer, marked. Nobody
else notices.

Takes the two minutes after which a connection that says nothing is ended.
"""

import pathlib

import pytest
from cable import HERE, THERE, OtherMachine, inside, run_inside, what_is_missing
from exchange_client import v1
from harness import HOSPITAL
from intruder import HELLO, Intruder, connect, hang_up, kernel_bytes_max, mallorys_context
from messages import discharge_note, new_id
from scene import MALLORYS_NUMBER, MIB, meanwhile, staged
from test_frames import beginning
from test_slow import CLIENT_HELLO_BEGINS

# The queue of one who has read all that came, and of one who reads nothing.
READ, UNREAD = "9001", "9002"
IN_HAND = 3
LISTENER = """
[[listener]]
address = "{address}"
port = 0

[listener.tls]
certificate = "{pki}/server.crt"
key = "{pki}/server.key"
client_ca = ["{pki}/ca.crt"]
crl = ["{pki}/root-ca.crl", "{pki}/issuing-ca.crl"]
"""


@pytest.mark.skipif(inside(), reason="this is the inside")
def test_in_a_network_of_its_own():
    if missing := what_is_missing():
        pytest.skip(f"no network of its own: {missing}")
    assert run_inside(pathlib.Path(__file__))


@pytest.fixture
def scene(folder, pki):
    extra = LISTENER.format(address=HERE, pki=pki.folder)
    with OtherMachine() as machine, \
            staged(folder, pki, mallorys=(READ, UNREAD), extra=extra) as staged_scene:
        staged_scene.machine = machine
        yield staged_scene


def hand_in(scene, recipient, count, text):
    """The ids of so many notes, accepted."""
    ids = [new_id() for _ in range(count)]
    for message_id in ids:
        receipt = scene.pair.sender.submit(
            discharge_note(HOSPITAL, recipient, message_id=message_id, text=text))
        assert receipt.outcome == v1.Receipt.ACCEPTED
    return ids


class Vanishing:
    """Peers on the other machine, each where it costs the broker something else."""

    def __init__(self, scene):
        self._scene = scene
        ports = (scene.broker.folder / "ports").read_text(encoding="utf-8").splitlines()
        (self._port,) = (int(line.split()[2]) for line in ports if line.split()[1] == HERE)
        self._context = mallorys_context(scene.broker.pki)
        self.in_handshake = self._there(connect, THERE, host=HERE)
        self.in_handshake.sendall(CLIENT_HELLO_BEGINS)
        self.in_hello = self._intruder(hello=False)
        self.uploader = self._intruder()
        self.uploader.send_bytes(beginning(MIB) + b"<" * 4096)
        self.reader = self._consumer(READ)
        self.deaf = self._consumer(UNREAD, buffers=4096)

    def speak_in_vain(self, in_hand):
        """What would keep each of them here, or settle what it holds, did it arrive; and goes."""
        self.in_handshake.sendall(bytes(100))
        self.in_hello.send(HELLO)
        self.uploader.send_bytes(b"<" * 4096)
        self.deaf.send(v1.Frame(ping=v1.Ping(number=1)))
        self.reader.send(*(
            v1.Frame(settle=v1.Settle(request=number, delivery_id=delivery.delivery_id,
                                      outcome=v1.Settle.ACCEPTED))
            for number, delivery in enumerate(in_hand, 2)))
        for intruder in (self.in_hello, self.uploader, self.deaf, self.reader):
            intruder.hang_up()
        hang_up(self.in_handshake)

    def _there(self, make, *arguments, **options):
        return self._scene.machine.do(make, self._port, *arguments, **options)

    def _intruder(self, **options):
        return self._there(Intruder, self._context, THERE, host=HERE, **options)

    def _consumer(self, her_id, **options):
        consumer = self._intruder(**options)
        consumer.send(v1.Frame(subscribe=v1.Subscribe(request=1, her_id=her_id, credit=4096)))
        assert consumer.read().WhichOneof("kind") == "subscribed"
        return consumer


@pytest.mark.skipif(not inside(), reason="test_in_a_network_of_its_own makes the network")
def test_who_vanishes_is_let_go_and_loses_what_it_had_to_the_next(scene):
    vanishing = Vanishing(scene)
    in_hand = hand_in(scene, READ, IN_HAND, "x")
    deliveries = [vanishing.reader.read().delivery for _ in in_hand]
    assert [delivery.message.message_id for delivery in deliveries] == in_hand
    # More than the sockets between take.
    on_the_way = hand_in(scene, UNREAD, kernel_bytes_max() // (2 * MIB) + 8, "x" * 2 * MIB)
    assert vanishing.deaf.read().WhichOneof("kind") == "delivery"
    assert scene.broker.ctl("status")["bytes_in_flight"] >= MIB, "the upload has its room"
    scene.machine.unplug()
    vanishing.speak_in_vain(deliveries)
    too_late = hand_in(scene, READ, IN_HAND, "x")  # sent after those who are gone
    let_go(scene)
    take_again(scene, READ, in_hand + too_late)
    take_again(scene, UNREAD, on_the_way)


def let_go(scene):
    """Waits for the broker to end each for its own reason. The kernel would take a quarter of an
    hour."""
    def stay():
        scene.pair.sender.ping()
        scene.pair.recipient.ping()

    with meanwhile(stay, pause=5):
        scene.broker.wait_event("handshake_refused_timeout")
        scene.broker.wait_event("session_closed", 2, reason="timeout")  # in Hello, in a payload
        scene.broker.wait_event("session_write_stalled")
        scene.broker.wait_event("session_closed", reason="idle")


def take_again(scene, her_id, ids):
    """All of them, each once and marked, come to the next consumer and are settled by it."""
    with scene.broker.client_of(MALLORYS_NUMBER) as heir:
        heir.subscribe(her_id, credit=len(ids))
        left = set(ids)
        while left:
            delivery = heir.delivery()
            assert delivery.redelivered
            left.remove(delivery.message.message_id)
            heir.settle(delivery)
        heir.leave()
