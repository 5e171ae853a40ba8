"""Another machine, as far as TCP can tell, at the end of a cable that a test may unplug: a network
namespace with one end of a pair of virtual Ethernet devices. All of it is in a namespace of the
process, which an ordinary user may make for itself where the kernel allows that. Leaves the network
of the machine alone.
"""

import concurrent.futures
import ctypes
import os
import subprocess
import sys
import threading

# A network and a user namespace for a program and its children, who stay who they are and may
# change that network.
ENTER = ["unshare", "--user", "--map-current-user", "--net", "--keep-caps"]
INSIDE = "BUDSTIKKE_OWN_NETWORK"
HERE, THERE = "10.77.0.1", "10.77.0.2"
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def what_is_missing():
    """Why there can be no such network here; empty where there can be one."""
    try:
        done = subprocess.run(
            [*ENTER, "ip", "link", "add", "here", "type", "veth", "peer", "name", "there"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        return str(error)
    return done.stderr.strip() or f"status {done.returncode}" if done.returncode else ""


def inside():
    return os.environ.get(INSIDE) == "1"


def run_inside(test_file):
    """The tests of that file once more, in a network of their own. True where all passed."""
    done = subprocess.run(
        [*ENTER, sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", test_file],
        env={**os.environ, INSIDE: "1"}, stdin=subprocess.DEVNULL, check=False)
    return done.returncode == 0


def ip(*words):
    subprocess.run(["ip", *words], stdin=subprocess.DEVNULL, check=True)


class OtherMachine:
    """Its sockets are made by a thread that lives there, and are used by whoever has them."""

    def __enter__(self):
        self._thread = concurrent.futures.ThreadPoolExecutor(max_workers=1)
        ip("link", "set", "lo", "up")
        tid = self.do(self._move)
        ip("link", "add", "here", "type", "veth", "peer", "name", "there", "netns", str(tid))
        self._set_up("here", HERE)
        self.do(self._set_up, "there", THERE)
        return self

    def __exit__(self, *_):
        self._thread.shutdown()

    def do(self, what, *arguments, **options):
        """The result of a call that is made there."""
        return self._thread.submit(what, *arguments, **options).result()

    def unplug(self):
        """From now on not a packet gets over, in either direction."""
        self.do(ip, "link", "set", "there", "down")

    @staticmethod
    def _move():
        if libc.unshare(CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "no other network")
        return threading.get_native_id()

    @staticmethod
    def _set_up(device, address):
        ip("address", "add", f"{address}/24", "dev", device)
        ip("link", "set", device, "up")
