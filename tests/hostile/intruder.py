"""Clients that need not behave: sockets from an address of one's choice, bytes as one likes, and an
end without goodbye. They share nothing with the clients of the well-behaved.
"""

import contextlib
import selectors
import socket
import ssl
import struct

from exchange_client import v1
from harness import PATIENCE
from scene import MALLORYS_NUMBER, MIB

ELSEWHERE = "127.0.0.2"
NO_LINGER = struct.pack("ii", 1, 0)


def mallorys_context(pki, **tls):
    return pki.context("mallory", MALLORYS_NUMBER, **tls)


def connect(port, source=ELSEWHERE, buffers=None):
    """A connection that says nothing yet. Small buffers make the broker's writes wait,
    and ours."""
    plain = socket.socket()
    plain.settimeout(PATIENCE)
    if buffers:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffers)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffers)
    plain.bind((source, 0))
    plain.connect(("127.0.0.1", port))
    return plain


def hang_up(connection):
    """Gone, without goodbye of TLS or TCP, unless it has gone already."""
    if connection.fileno() < 0:
        return
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    finally:
        connection.close()


def send_until_not_read(connections, data, *, quiet=3.0, bytes_max=64 * MIB):
    """Sends `data` again and again on each of these behind their handshake, until the broker has
    read nothing from any of them for so many seconds: it must come to that, with all of them still
    there, before they have sent `bytes_max` together. Nothing that comes back is read."""
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            connection.setblocking(False)
            selector.register(connection, selectors.EVENT_WRITE)
        sent = 0
        while ready := selector.select(quiet):
            for key, _ in ready:
                # An error is the test's: nobody may be hung up on for this.
                with contextlib.suppress(ssl.SSLWantWriteError):
                    sent += key.fileobj.send(data)
            assert sent <= bytes_max, f"the broker reads on and on: {sent / MIB:.0f} MiB so far"
    assert sent > 0


def framed(frame):
    body = frame if isinstance(frame, bytes) else frame.SerializeToString()
    return struct.pack(">I", len(body)) + body


HELLO = v1.Frame(hello=v1.Hello(version=1, software="mallory/1"))


class Intruder:
    """One connection behind a handshake, with or without Hello."""

    def __init__(self, port, context, source=ELSEWHERE, *, hello=True, buffers=None):
        plain = connect(port, source, buffers)
        try:
            self.tls = context.wrap_socket(plain, server_hostname="localhost")
        except OSError:
            plain.close()
            raise
        if hello:
            self.send(HELLO)
            self.welcome = self.read().welcome

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hang_up()

    def send(self, *frames):
        self.send_bytes(b"".join(framed(frame) for frame in frames))

    def send_bytes(self, data):
        """What the broker does not take any more is no matter: it shows in what it says."""
        try:
            self.tls.sendall(data)
        except (ssl.SSLError, BrokenPipeError, ConnectionResetError):
            return False
        return True

    def read(self):
        """The next frame; None at the end, however it came."""
        try:
            return self._read()
        except TimeoutError:
            raise
        except (ssl.SSLError, OSError, EOFError):
            return None

    def last_words(self):
        """All frames up to the end: the broker ends this connection."""
        return list(iter(self.read, None))

    def say_no_more(self):
        """Half closed: the broker may go on talking."""
        try:
            self.tls.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        return True

    def hang_up(self):
        hang_up(self.tls)

    def _read(self):
        (length,) = struct.unpack(">I", self._exactly(4))
        return v1.Frame.FromString(self._exactly(length))

    def _exactly(self, count):
        data = b""
        while len(data) < count:
            piece = self.tls.recv(count - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data
