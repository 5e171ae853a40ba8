"""What a hostile document tempts a reader to fetch: a file and a server of the test's own, which
know whether anybody came.
"""

import contextlib
import ctypes
import os
import socket

IN_OPEN = 0x20
libc = ctypes.CDLL(None, use_errno=True)


class Bait:
    """A file that notes each time it is opened (inotify), and a server that notes who connects."""

    def __init__(self, folder):
        self.path = folder / "bait.txt"
        self.path.write_text("eaten by a careless parser", encoding="utf-8")
        self._watch = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        assert libc.inotify_add_watch(self._watch, os.fsencode(self.path), IN_OPEN) > 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.setblocking(False)

    @property
    def file(self):
        return self.path.as_uri()

    @property
    def port(self):
        return self._server.getsockname()[1]

    @property
    def web(self):
        return f"http://127.0.0.1:{self.port}"

    def was_opened(self):
        with contextlib.suppress(BlockingIOError):
            return len(os.read(self._watch, 4096)) > 0
        return False

    def was_called(self):
        with contextlib.suppress(BlockingIOError):
            self._server.accept()[0].close()
            return True
        return False

    def prove(self):
        """It would have noticed."""
        self.path.read_text(encoding="utf-8")
        assert self.was_opened()
        socket.create_connection(("127.0.0.1", self.port)).close()
        assert self.was_called()

    def close(self):
        os.close(self._watch)
        self._server.close()


@contextlib.contextmanager
def bait_in(folder):
    """Nobody may have come when the block ends."""
    bait = Bait(folder)
    try:
        yield bait
        assert not bait.was_opened(), "the file was opened"
        assert not bait.was_called(), "somebody connected"
        bait.prove()
    finally:
        bait.close()
