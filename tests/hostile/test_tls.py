"""Tricks with TLS itself: new keys and new handshakes without end, records of one byte, a
ClientHello in pieces or as long as it may be, data before the handshake. Whatever OpenSSL makes of
them, it costs the one connection.
"""

import contextlib
import os
import ssl
import struct
import subprocess
import threading

from exchange_client import v1
from harness import HOSPITAL, PATIENCE
from intruder import HELLO, Intruder, connect, framed, hang_up, mallorys_context
from messages import discharge_note
from scene import MALLORY, MALLORYS_NUMBER, SCALE, meanwhile, staged

RECORD_MAX = 16 * 1024
CLIENT_HELLO_MAX = 131_396  # of OpenSSL
ALERT, HANDSHAKE, CLIENT_HELLO = 21, 22, 1
UNKNOWN_EXTENSION = 65_000


@contextlib.contextmanager
def s_client(scene, *options):
    """OpenSSL's own client, to whom a letter on a line of its own is a command. It takes what one
    read gives it as one line, so each write goes through the pipe as a packet."""
    certificate, key = scene.broker.pki.issue("mallory", MALLORYS_NUMBER)
    commands, into = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
    with subprocess.Popen(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{scene.broker.port}",
             "-alpn", "budstikke/1", "-cert", certificate, "-key", key, "-CAfile",
             scene.broker.pki.folder / "ca.crt", *options],
            stdin=commands, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as client:
        os.close(commands)
        try:
            yield client, into
        finally:
            os.close(into)
            client.wait(PATIENCE)


def letters(into, letter, count):
    """So many of them, unless the client has gone, and then that it shall go."""
    with contextlib.suppress(BrokenPipeError):
        for command in [letter] * count + [b"Q"]:
            os.write(into, command + b"\n")


def flood_with(scene, letter, count, *options):
    """What the client said of it. Writes from a thread, since its output must be read meanwhile."""
    with s_client(scene, *options) as (client, into):
        writer = threading.Thread(target=letters, args=(into, letter, count))
        writer.start()
        said = client.stdout.read()
        writer.join(PATIENCE)
    return said


def test_new_keys_without_end(scene):
    """KeyUpdate of TLS 1.3, each of which asks for an answer: taken, answered, and the thread's
    other sessions have their turn."""
    said = []
    with meanwhile(lambda: said.append(flood_with(scene, b"K", 2000 * SCALE, "-tls1_3"))):
        scene.pair.exchange(100)
    assert max(one.count(b"KEYUPDATE") for one in said) >= 1000 * SCALE


def test_a_new_handshake_is_refused(folder, pki):
    """Renegotiation of TLS 1.2, where the listener admits that version."""
    with staged(folder, pki, tls="tls12 = true") as scene:
        said = []
        with meanwhile(lambda: said.append(flood_with(scene, b"R", 3, "-tls1_2"))):
            scene.pair.exchange(50)
        assert any(b"no renegotiation" in one for one in said), said[0][-500:]


def test_no_data_is_taken_before_the_handshake(scene, folder):
    """A ticket allows none; a client that has one sends its early data in vain."""
    ticket, early = folder / "ticket", folder / "early"
    early.write_bytes(framed(HELLO))
    with s_client(scene, "-tls1_3", "-sess_out", ticket, "-ign_eof") as (client, into):
        os.write(into, framed(HELLO))
        # It says so once the ticket is written.
        while b"New Session Ticket arrived" not in (line := client.stdout.readline()):
            assert line != b""
        client.terminate()
    text = subprocess.run(["openssl", "sess_id", "-in", ticket, "-noout", "-text"],
                          capture_output=True, text=True, check=True, timeout=PATIENCE).stdout
    assert "Max Early Data: 0" in text
    with s_client(scene, "-tls1_3", "-sess_in", ticket, "-early_data", early) as (client, _):
        said = b""
        while b"Early data was" not in said:
            line = client.stdout.readline()
            assert line, said
            said += line
        client.terminate()
    assert b"Early data was accepted" not in said


def test_records_of_one_byte(scene):
    """A whole submission, a byte a record: slow for its sender, and right."""
    context = mallorys_context(scene.broker.pki)

    def attack():
        note = discharge_note(MALLORY, HOSPITAL)
        with Intruder(scene.broker.port, context) as intruder:
            data = framed(v1.Frame(submit=v1.Submit(
                submission=1, content_type="application/xml", size=len(note), payload=note)))
            for at in range(len(data)):
                intruder.tls.send(data[at:at + 1])
            assert intruder.read().receipt.outcome == v1.Receipt.ACCEPTED

    with meanwhile(attack, attack):
        scene.pair.exchange(200 * SCALE)


class Handshake:
    """One in memory, whose bytes can be changed on their way."""

    def __init__(self, context):
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._in, self._out, server_hostname="localhost")

    def next_flight(self, received=b""):
        """What the client says next; empty once it is done."""
        self._in.write(received)
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            return self._out.read() or b""
        return self._out.read()


def record(kind, data):
    return struct.pack(">BHH", kind, 0x0301, len(data)) + data


def records(data, size):
    return b"".join(record(HANDSHAKE, data[at:at + size]) for at in range(0, len(data), size))


def client_hello(context):
    """The message, without its record."""
    return Handshake(context).next_flight()[5:]


def padded(hello, count):
    """With one extension more, `count` bytes long, that nobody knows."""
    at = 4 + 2 + 32  # behind the head, the version and the random
    at += 1 + hello[at]  # the session id
    at += 2 + int.from_bytes(hello[at:at + 2], "big")  # the ciphers
    at += 1 + hello[at]  # the compressions
    extensions = hello[at + 2:] + struct.pack(">HH", UNKNOWN_EXTENSION, count) + bytes(count)
    body = hello[4:at] + struct.pack(">H", len(extensions)) + extensions
    return bytes([CLIENT_HELLO]) + len(body).to_bytes(3, "big") + body


def announced(count, sent):
    """A ClientHello that says to be `count` bytes long."""
    return bytes([CLIENT_HELLO]) + count.to_bytes(3, "big") + bytes(sent)


def answer_to(scene, data):
    """The kind of the first record that comes back; 0 where none does."""
    plain = connect(scene.broker.port)
    try:
        plain.sendall(data)
        return (plain.recv(5) or b"\0")[0]
    except (BrokenPipeError, ConnectionResetError):
        return 0
    finally:
        hang_up(plain)


def test_a_client_hello_of_every_shape(scene):
    """Of 64 KB, in pieces of one byte, longer than there are: read up to OpenSSL's limit, refused
    above it as soon as its length is known."""
    context = mallorys_context(scene.broker.pki)
    hello = client_hello(context)
    large = padded(hello, 60_000)

    def attack():
        assert answer_to(scene, records(hello, RECORD_MAX)) == HANDSHAKE
        assert answer_to(scene, records(hello, 1)) == HANDSHAKE
        assert answer_to(scene, records(large, RECORD_MAX)) == HANDSHAKE
        assert answer_to(scene, records(large, 64)) == HANDSHAKE
        assert answer_to(scene, records(announced(CLIENT_HELLO_MAX + 1, 4), RECORD_MAX)) == ALERT
        assert answer_to(scene, records(announced(0xFFFFFF, 4), RECORD_MAX)) == ALERT
        assert answer_to(scene, record(HANDSHAKE, b"") * 100) in (ALERT, 0)

    with meanwhile(attack, attack):
        scene.pair.exchange(100 * SCALE)


def test_client_hellos_that_promise_as_much_as_they_may(scene):
    """Nearly as many as four addresses may have in a handshake, each with room for a whole hello:
    the cap on memory is above that."""
    held = []
    for place in ("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"):
        for _ in range(60):
            plain = connect(scene.broker.port, place)
            plain.sendall(records(announced(CLIENT_HELLO_MAX, RECORD_MAX), RECORD_MAX))
            held.append(plain)
    scene.pair.come_anew()
    scene.pair.exchange(50)
    for plain in held:
        hang_up(plain)


def test_a_handshake_in_pieces_is_a_handshake(scene):
    """What arrives is TLS, however it was cut: refusing it would refuse the slow and the far."""
    handshake = Handshake(mallorys_context(scene.broker.pki))
    plain = connect(scene.broker.port)
    flight = handshake.next_flight()
    flight = records(flight[5:], 1)
    while flight:
        for at in range(0, len(flight), 7):
            plain.send(flight[at:at + 7])
        flight = b""
        while not flight and handshake.tls.version() is None:
            received = plain.recv(RECORD_MAX)
            assert received
            flight = handshake.next_flight(received)
    assert handshake.tls.version() == "TLSv1.3"
    hang_up(plain)
