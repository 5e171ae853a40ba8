"""Clients that need not behave: sockets from an address of one's choice, bytes as one likes, and an
end without goodbye. They share nothing with the clients of the well-behaved.
"""

import pathlib
import selectors
import socket
import ssl
import struct

from exchange_client import v1
from harness import PATIENCE
from scene import MALLORYS_NUMBER, MIB

ELSEWHERE = "127.0.0.2"
HOST = "127.0.0.1"  # where the broker listens
NO_LINGER = struct.pack("ii", 1, 0)


def mallorys_context(pki, **tls):
    return pki.context("mallory", MALLORYS_NUMBER, **tls)


def connect(port, source=ELSEWHERE, buffers=None, host=HOST):
    """A connection that says nothing yet. Small buffers make the broker's writes wait,
    and ours."""
    plain = socket.socket()
    plain.settimeout(PATIENCE)
    if buffers:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffers)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffers)
    plain.bind((source, 0))
    plain.connect((host, port))
    return plain


def hang_up(connection):
    """Gone, without goodbye of TLS or TCP, unless it has gone already."""
    if connection.fileno() < 0:
        return
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    finally:
        connection.close()


def kernel_bytes_max():
    """What the kernel keeps of a connection at most, both ways: it varies with the machine."""
    buffers = (pathlib.Path(f"/proc/sys/net/ipv4/{name}") for name in ("tcp_rmem", "tcp_wmem"))
    return sum(int(buffer.read_text().split()[-1]) for buffer in buffers)


def send_until_not_read(connections, data, *, quiet=3.0):
    """Sends `data` again and again on each of these behind their handshake, until the broker has
    read nothing from any of them for so many seconds: it must come to that before they have sent a
    multiple of what the broker and the kernel may keep. Nothing that comes back is read, so a slow
    machine, which takes more than a minute to come to that, may hang up on some: how many."""
    bytes_max = len(connections) * (64 * MIB + 8 * kernel_bytes_max())
    hung_up_on = 0
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            connection.setblocking(False)
            selector.register(connection, selectors.EVENT_WRITE)
        sent = 0
        while selector.get_map() and (ready := selector.select(quiet)):
            for key, _ in ready:
                try:
                    sent += key.fileobj.send(data)
                except ssl.SSLWantWriteError:
                    continue
                except OSError:
                    selector.unregister(key.fileobj)
                    hung_up_on += 1
            assert sent <= bytes_max, f"the broker reads on and on: {sent / MIB:.0f} MiB so far"
    assert sent > 0
    return hung_up_on


def framed(frame):
    body = frame if isinstance(frame, bytes) else frame.SerializeToString()
    return struct.pack(">I", len(body)) + body


HELLO = v1.Frame(hello=v1.Hello(version=1, software="mallory/1"))


class Intruder:
    """One connection behind a handshake, with or without Hello."""

    def __init__(self, port, context, source=ELSEWHERE, *, hello=True, buffers=None, host=HOST):
        plain = connect(port, source, buffers, host)
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
