"""SIGKILL of either broker at each step of a note that goes over by ebXML and of the AppRec that
comes back: each delivery ends in one stated outcome, and each recipient sees one message.

The brokers are built from edited sources that end the process at a named step
(tests/crash/variants: killed_at.hpp, edits.py), so every step is hit exactly, and the shipped
program has no hook. The steps of the one that sends, `out_`:

  offered        accepted and durable, nothing composed
  composed       signed and encrypted, nothing written down
  kept           written down, not sent
  sent           the partner's server has it, not counted as an attempt
  counted        counted; its signal is on the way (held up by a relay, or it might be there before)
  signal_judged  the acknowledgement is there and believed, not written down
  signal_kept    written down, the delivery not settled
  settled        the delivery settled, the record not erased
  erased         all done

and of the one that receives, `in_`:

  opened         verified and decrypted, not committed
  committed      the message stored, its signal not
  kept           both stored, no signal sent
  signal_sent    the signal sent

What stays of a power cut at these steps is not looked at here, but in tests/crash and, for the
records of ebXML, in the unit tests of the store.
"""

import pathlib
import signal
import tempfile
import threading

import pytest
from ebxml_relay import two_brokers_apart
from ebxml_steps import has_nothing, submit, take_one, wait_for_outcome
from exchange_client import ConnectionEnded
from harness import BIN, HOSPITAL, MUNICIPALITY
from messages import apprec, discharge_note, new_id

KILLED_AT = BIN.parent / "tests" / "budstikked_killed_at"
# So many that a busy machine does not make a message expire.
QUICK = 'retries = 100\nretry_interval = "1s"\n'
OUT = ("offered", "composed", "kept", "sent", "counted", "signal_judged", "signal_kept", "settled",
       "erased")
IN = ("opened", "committed", "kept", "signal_sent")
STEPS = [f"out_{step}" for step in OUT] + [f"in_{step}" for step in IN]


class Killing:
    """The two brokers, and which of them will be killed."""

    def __init__(self, scene, to_a, to_b):
        self.scene = scene
        self._relays = {scene.a: to_a, scene.b: to_b}
        self._victim = None

    def arm(self, victim, step):
        self._victim = victim
        self._gone = threading.Event()
        if step == "out_counted":
            self._relays[victim].pass_on = self._hold_up
        (victim.folder / "kill-at").write_text(step, encoding="ascii")

    def _hold_up(self, message, hand_on):
        """The signal does not come before its victim is gone, and then it is lost."""
        if message.action == "Acknowledgment":
            self._gone.wait()
            return None
        return hand_on()

    def come_back(self):
        """Waits for the kill, once, and starts the victim again."""
        if self._victim is not None:
            victim, self._victim = self._victim, None
            assert victim.wait_for_exit() == -signal.SIGKILL
            self._gone.set()
            self._relays[victim].pass_on = lambda message, hand_on: hand_on()
            victim.start()

    def hand_over(self, broker, her_id, payload):
        """As a client does: again, where the broker went before it said so."""
        try:
            return submit(broker, her_id, payload)
        except (ConnectionEnded, OSError):
            self.come_back()
            return submit(broker, her_id, payload)


@pytest.fixture(scope="module")
def killing(pki):
    with tempfile.TemporaryDirectory(prefix="budstikke-") as name:
        marker = {side: {"BUDSTIKKE_TEST_KILL_AT": f"{name}/{side}/kill-at"} for side in "ab"}
        with two_brokers_apart(pathlib.Path(name), pki, settings=QUICK, program=KILLED_AT,
                               environment_of=marker) as (scene, to_a, to_b):
            yield Killing(scene, to_a, to_b)


@pytest.mark.parametrize("leg", ["note", "apprec"])
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_each_message_arrives_once_and_ends_in_one_way(killing, leg, step):
    a, b = killing.scene.a, killing.scene.b
    victim = {"note": {"out": a, "in": b}, "apprec": {"out": b, "in": a}}[leg][step.split("_")[0]]
    message_id, receipt_id = new_id(), new_id()
    note = discharge_note(HOSPITAL, MUNICIPALITY, message_id=message_id)
    receipt = apprec(MUNICIPALITY, HOSPITAL, message_id, receipt_id=receipt_id)

    if leg == "note":
        killing.arm(victim, step)
    note_id = killing.hand_over(a, HOSPITAL, note)
    killing.come_back()
    delivery = take_one(b, MUNICIPALITY)
    assert (delivery.payload, delivery.message.message_id) == (note, message_id)

    if leg == "apprec":
        killing.arm(victim, step)
    apprec_id = killing.hand_over(b, MUNICIPALITY, receipt)
    killing.come_back()
    delivery = take_one(a, HOSPITAL)
    assert (delivery.payload, delivery.message.message_id) == (receipt, receipt_id)

    # The AppRec may overtake the transport receipt, and nothing comes after it.
    states = wait_for_outcome(a, HOSPITAL, note_id, "confirmed")
    assert states.count("confirmed") == 1 and states[-1] == "confirmed"
    assert states.count("delivered") <= 1
    states = wait_for_outcome(b, MUNICIPALITY, apprec_id, "delivered")
    assert states.count("delivered") == 1 and states[-1] == "delivered"
    assert has_nothing(a, HOSPITAL)
    assert has_nothing(b, MUNICIPALITY)
