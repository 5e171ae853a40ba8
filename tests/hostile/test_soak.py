"""A soak: the pair at work beside a choice of the attacks of this folder, the broker killed and
started again now and then, and at the end nothing lost, nothing doubled. From its early time to its
end no life of the broker has grown: there are few of them, so that each is long enough to show a
leak. Some seconds in each test run; soak.sh makes it hours.
"""

import os
import random
import time

from exchange_client import v1
from harness import GP, HOSPITAL, PATIENCE
from intruder import HELLO, Intruder, connect, framed, hang_up, mallorys_context
from messages import discharge_note, new_id
from scene import MEMORY_FACTOR, MEMORY_MAX, MIB, QUARANTINE, meanwhile
from test_floods import QUESTIONS

SECONDS = int(os.environ.get("BUDSTIKKE_SOAK_SECONDS", "6"))
REPORT_SECONDS = 60
# Enough for a leak to show, and for crashes at different times.
CRASHES = 8 if SECONDS >= 600 else 2
EARLY = 0.1  # of a life: until then its caches fill
ROUNDS_MIN = 10  # until then, and again from then on
# From the early time of a life to its end: of resident memory, and of connections, of which the
# mischief has some at any time.
GROWTH_MAX = 32 * MIB * MEMORY_FACTOR + QUARANTINE
SOCKETS_MORE_MAX = 16


class Mischief:
    """One attack at a time, by lot. The broker may be gone when it comes."""

    def __init__(self, scene):
        self._scene = scene
        self._context = mallorys_context(scene.broker.pki)
        self._dice = random.Random(1)

    def __call__(self):
        act = self._dice.choice((self._knock, self._shake, self._noise, self._ask, self._begin))
        try:
            act(self._scene.broker.port)
        except OSError as gone:
            assert gone.errno or gone.args, "an error without a cause"

    def _knock(self, port):
        hang_up(connect(port))

    def _shake(self, port):
        Intruder(port, self._context, hello=False).hang_up()

    def _noise(self, port):
        plain = connect(port)
        plain.sendall(self._dice.randbytes(3000))
        hang_up(plain)

    def _ask(self, port):
        question = self._dice.choice(list(QUESTIONS.values()))
        with Intruder(port, self._context, hello=False) as intruder:
            intruder.send(HELLO)
            intruder.send_bytes(framed(question(new_id())) * 200)

    def _begin(self, port):
        with Intruder(port, self._context, hello=False) as intruder:
            intruder.send(HELLO, v1.Frame(submit=v1.Submit(
                submission=1, content_type="application/xml", size=MIB, payload=b"<" * 5000)))


class Soak:
    """What the pair has done so far, over all crashes."""

    def __init__(self, scene):
        self.scene = scene
        self.repeated = 0
        self.crashes = 0
        self._begun = self._reported = time.monotonic()

    def minutes(self):
        return int(time.monotonic() - self._begun) // 60

    def live(self, seconds):
        """The broker from now until so long from now, with an early and a late look at it."""
        begun = time.monotonic()
        self._work_until(begun + EARLY * seconds)
        early = self._holds()
        self._work_until(begun + seconds)
        late = self._holds()
        assert late[0] - early[0] < GROWTH_MAX, (early, late)
        self._wait_for_sockets(early[1] + SOCKETS_MORE_MAX)

    def _wait_for_sockets(self, most):
        """A broker that stood still for a while has those whose end it did not see yet; what leaks
        stays."""
        until = time.monotonic() + PATIENCE
        while (held := self.scene.sockets()) > most:
            assert time.monotonic() < until, (held, most)
            self.scene.pair.exchange(1)

    def _work_until(self, until):
        rounds = 0
        while rounds < ROUNDS_MIN or time.monotonic() < until:
            self.scene.pair.exchange(20)
            assert self.scene.memory() < MEMORY_MAX
            rounds += 1
            if time.monotonic() - self._reported > REPORT_SECONDS:
                self._reported = time.monotonic()
                self._report()

    def _holds(self):
        return self.scene.memory("VmRSS"), self.scene.sockets()

    def crash(self):
        """With messages under way: those without an answer are sent again, those without a
        settlement come again, and each is there once."""
        pair = self.scene.pair
        notes = {(name := new_id()): discharge_note(HOSPITAL, GP, message_id=name)
                 for _ in range(20)}
        for note in notes.values():
            pair.sender.start_submit(note)
        self.scene.broker.restart()
        pair.sender.close()
        pair.recipient.close()
        pair.connect()
        for name, note in notes.items():
            receipt = pair.sender.submit(note)
            assert receipt.outcome == v1.Receipt.ACCEPTED
            self.repeated += receipt.repeated
        left = set(notes)
        while left:
            delivery = pair.recipient.delivery()
            left.remove(delivery.message.message_id)
            pair.recipient.settle(delivery)
        pair.accepted += notes
        pair.settled += notes
        self.crashes += 1

    def _report(self):
        print(f"minute {self.minutes()}: {len(self.scene.pair.accepted)} messages,"
              f" {self.crashes} crashes, {self.repeated} repeated,"
              f" {self.scene.memory('VmRSS') // MIB} MiB, {self.scene.sockets()} sockets",
              flush=True)


def test_nothing_is_lost_and_nothing_grows(scene):
    soak = Soak(scene)
    with meanwhile(Mischief(scene), Mischief(scene)):
        for _ in range(CRASHES):
            soak.live(SECONDS / (CRASHES + 1))
            soak.crash()
        soak.live(SECONDS / (CRASHES + 1))
    scene.wait_for_calm()
    assert scene.broker.ctl("status")["open_deliveries"] == 0
    accepted, settled = scene.pair.accepted, scene.pair.settled
    print(f"\nminutes {soak.minutes()} acknowledged {len(accepted)} "
          f"delivered {len(settled)} lost {len(set(accepted) - set(settled))} "
          f"duplicated {len(settled) - len(set(settled))}")
