"""What the other tests here stand on: an attack that fails ends its test at once, with its cause.
"""

import socket
import threading

import pytest
from scene import meanwhile


class Mishap(Exception):
    """What goes wrong in an attack."""


def fails_after(rounds):
    left = iter(range(rounds))

    def attack():
        if next(left, None) is None:
            raise Mishap
    return attack


def succeeds():
    """Nothing to do, and nothing wrong."""


def wait_for_a_byte():
    """That never comes."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.recv(1)


@pytest.mark.parametrize("wait", [wait_for_a_byte, lambda: threading.Event().wait()],
                         ids=["a byte", "an event"])
@pytest.mark.parametrize("rounds", [0, 3])
def test_an_attack_that_fails_ends_a_block_that_waits(wait, rounds):
    with pytest.raises(Mishap), meanwhile(succeeds, fails_after(rounds), pause=0.001):
        wait()
        pytest.fail("what never comes has come")


def test_an_attack_that_fails_ends_a_block_that_goes_round_and_round():
    with pytest.raises(Mishap), meanwhile(succeeds, fails_after(3), pause=0.001) as rounds:
        while rounds[0] >= 0:
            assert rounds[1] <= 3


def test_what_the_block_says_itself_is_what_is_said():
    with pytest.raises(ZeroDivisionError), meanwhile(succeeds):
        raise ZeroDivisionError
