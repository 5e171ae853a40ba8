"""What every hostile test stands on: a broker, a well-behaved pair, and the promise that is checked
whatever was done meanwhile: the pair made progress, all that was acknowledged arrived once and in
order, memory stayed under a fixed cap, and afterwards no connection and no descriptor is left over.

Knows the broker as everybody may: its protocol, its log, its admin socket, /proc.
"""

import contextlib
import os
import pathlib
import signal
import threading
import time

from exchange_client import v1
from harness import GP, HOSPITAL, KINDS, ORGANISATIONS, PATIENCE, Broker, organisation, party
from messages import discharge_note, new_id

MIB = 1024 * 1024
# How many of everything: 1 in each test run, 10 and more by hand (run.sh).
SCALE = int(os.environ.get("BUDSTIKKE_HOSTILE_SCALE", "1"))
# Of the broker's memory at its highest. Sanitizers keep what was freed, and shadows of the rest.
MEMORY_FACTOR = int(os.environ.get("BUDSTIKKE_HOSTILE_MEMORY_FACTOR", "1"))
# What the address sanitizer keeps of freed memory before it gives any back (quarantine_size_mb).
QUARANTINE = 256 * MIB if MEMORY_FACTOR > 1 else 0
MEMORY_MAX = 384 * MIB * MEMORY_FACTOR
# So that a test can fill the payload budget, and the cap above is about something.
BYTES_IN_FLIGHT = "64MiB"

# A party like the others, with a valid certificate, and ill intent.
MALLORY, MALLORYS_NUMBER = "9001", "999000009"
BYSTANDER = "127.0.0.1"  # where the pair connects from; attackers use other addresses
SILENT_MAX = 60  # seconds; after twice that the broker may end a connection that says nothing


def parties(mallorys=(MALLORY,)):
    usual = [organisation(number, [her_id]) + party(her_id, number, KINDS[her_id])
             for her_id, number in ORGANISATIONS.items()]
    return "\n".join([*usual, organisation(MALLORYS_NUMBER, mallorys),
                      *(party(her_id, MALLORYS_NUMBER) for her_id in mallorys)])


class Pair:
    """A sender and a recipient who behave, on connections of their own."""

    def __init__(self, broker):
        self._broker = broker
        self.accepted = []
        self.settled = []
        self.connect()

    def connect(self):
        self.sender = self._broker.client(HOSPITAL)
        self.recipient = self._broker.client(GP)
        self.recipient.subscribe(GP)
        self._spoke = time.monotonic()

    def exchange(self, count, text="Oppdiktet forløp."):
        """`count` messages all the way: accepted, delivered whole and in order, settled. Where the
        test took so long that the pair should have pinged, they connect anew first."""
        if time.monotonic() - self._spoke > SILENT_MAX:
            self.sender.close()
            self.recipient.close()
            self.connect()
        notes = {(message_id := new_id()): discharge_note(
            HOSPITAL, GP, message_id=message_id, text=text) for _ in range(count)}
        numbers = [self.sender.start_submit(note) for note in notes.values()]
        for number in numbers:
            receipt = self.sender.receipt(number)
            assert receipt.outcome == v1.Receipt.ACCEPTED, receipt
            self.accepted.append(receipt.message_id)
        for _ in range(count):
            delivery = self.recipient.delivery()
            assert not delivery.redelivered
            assert delivery.payload == notes[delivery.message.message_id]
            self.recipient.settle(delivery)
            self.settled.append(delivery.message.message_id)
        self._spoke = time.monotonic()

    def come_anew(self):
        """Both can also connect now, whoever else wants to."""
        self.leave()
        self.connect()

    def leave(self):
        self.sender.leave()
        self.recipient.leave()


class Scene:
    """The broker, the pair, and what is counted before and after."""

    def __init__(self, broker):
        self.broker = broker
        self.pair = Pair(broker)
        self.pair.exchange(4)  # so that what is made at the first use is there
        self._descriptors = self.descriptors()

    def memory(self, row="VmHWM"):
        """Bytes: the highest (VmHWM) or those now (VmRSS)."""
        for line in pathlib.Path(f"/proc/{self.broker.pid}/status").read_text().splitlines():
            if line.startswith(row + ":"):
                return int(line.split()[1]) * 1024
        raise AssertionError(f"no {row} of the broker")

    def sockets(self):
        """Connections to the broker that its process holds, whatever the protocol made of them."""
        port = f":{self.broker.port:04X}"
        held = 0
        for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            held += local.endswith(port) and state != "0A" and inode != "0"
        return held

    def descriptors(self):
        """Open descriptors but for files, which the store opens and closes as it likes; None where
        the process is closed to us, as a released broker is."""
        try:
            links = [one.path for one in os.scandir(f"/proc/{self.broker.pid}/fd")]
        except PermissionError:
            return None
        return sum(not what_is_behind(link).startswith("/") for link in links)

    def wait_for_calm(self):
        """Until only the pair is connected. Asking takes its time, so this does not spin."""
        until = time.monotonic() + PATIENCE
        while not self._is_calm():
            assert time.monotonic() < until, f"{self.sockets()} connections remain"

    def _wait_for_descriptors(self):
        """Until there are as many as at the beginning: what was asked last, by the admin socket,
        is closed a moment after its answer."""
        until = time.monotonic() + PATIENCE
        while (open_now := self.descriptors()) != self._descriptors:
            assert time.monotonic() < until, f"{open_now} in place of {self._descriptors}"
            self.broker.ctl("status")

    def _is_calm(self):
        status = self.broker.ctl("status")
        held = (status["sessions"], status["consumers"], self.sockets(), status["bytes_in_flight"])
        return held == (2, 1, 2, 0)

    def check(self):
        """What holds at the end of every scene."""
        last_words = self.broker.last_words()
        assert last_words is None, last_words
        assert self.memory() < MEMORY_MAX, f"{self.memory() / MIB} MiB"
        self.wait_for_calm()
        self.pair.exchange(4)
        self.pair.come_anew()
        self.pair.exchange(4)
        self.wait_for_calm()
        assert self.pair.settled == self.pair.accepted
        self._wait_for_descriptors()
        for fault in ("session_failed", "store_failed", "not_an_event"):
            assert self.broker.events(fault) == []
        self.pair.leave()


def what_is_behind(link):
    """A path, or the kind of a descriptor; of a file that was closed meanwhile, its own."""
    try:
        return os.readlink(link)
    except FileNotFoundError:
        return link


@contextlib.contextmanager
def staged(folder, pki, mallorys=(MALLORY,), limits="", extra="", **options):
    """A scene whose promises are checked at the end, and whose broker is then stopped in order."""
    broker = Broker(
        folder, pki, parties(mallorys), limits=f"disk_free_percent_min = 0\n{limits}",
        extra=f'[delivery]\nbytes_in_flight_max = "{BYTES_IN_FLIGHT}"\n{extra}', **options).start()
    try:
        scene = Scene(broker)
        yield scene
        scene.check()
        broker.stop()
    except Exception as consequence:
        # A test that ran into a broker that was gone says little of why it was.
        last_words = broker.last_words()
        if last_words is None or last_words in str(consequence):
            raise
        raise AssertionError(last_words) from consequence
    finally:
        if broker.pid is not None:
            broker.kill()


class AttackFailed(Exception):
    """Ends what the test does beside an attack that has failed, wherever it waits."""


@contextlib.contextmanager
def meanwhile(*attacks, pause=0.0):
    """Runs each attack on a thread of its own, again and again until the block ends, with so many
    seconds in between. An attack that fails ends the block at once and fails the test, and so does
    one that was never made. Of the main thread, on which tests are run."""
    stop = threading.Event()
    rounds = [0] * len(attacks)
    begun = [threading.Event() for _ in attacks]
    failures = []

    def run(which):
        try:
            while not stop.wait(pause):
                attacks[which]()
                rounds[which] += 1
                begun[which].set()
        except Exception as failure:  # noqa: BLE001  (raised again below, on the test's thread)
            failures.append(failure)
            begun[which].set()
            # A signal, since the block may wait for what will never come.
            signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)

    def end_block(*_):
        if not stop.is_set():
            stop.set()
            raise AttackFailed

    threads = [threading.Thread(target=run, args=(which,)) for which in range(len(attacks))]
    before = signal.signal(signal.SIGUSR1, end_block)
    try:
        for thread in threads:
            thread.start()
        for event in begun:
            assert event.wait(PATIENCE)
        yield rounds
    except Exception as consequence:
        if failures:
            raise failures[0] from consequence
        raise
    finally:
        stop.set()
        for thread in threads:
            thread.join(PATIENCE)
        signal.signal(signal.SIGUSR1, before)
    if failures:
        raise failures[0]
    assert all(rounds), rounds
