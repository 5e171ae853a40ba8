"""XML made to hurt, over the wire: refused with its finding and never accepted, in processor time
that grows with its length and no faster, in constant memory, while the pair goes on. What is good
XML all the same goes through byte for byte. Nothing that they name is fetched.
"""

import os
import pathlib

import pytest
from bombs import NOTHING_WRONG, RECIPIENT, SENDER, bombs, note
from exchange_client import v1
from messages import codes
from scene import MALLORYS_NUMBER, MEMORY_FACTOR, MIB, SCALE, meanwhile, staged
from tempting import bait_in

CONTENT_TYPE = "application/xml"
# Of the broker's processor time for a document, all threads together; a clock tick is 10 ms. That
# is fifty times what the worst takes on a usual machine, so that a slow one passes too. An entity,
# an attribute or a depth that costs more than its bytes takes many seconds on any. Sanitizers
# count every access.
SECONDS_EACH, SECONDS_PER_MIB = 1.0, 1.0
SANITIZER_FACTOR = 10 if MEMORY_FACTOR > 1 else 1
TICKS = os.sysconf("SC_CLK_TCK")


@pytest.fixture
def scene(folder, pki):
    with staged(folder, pki, mallorys=(SENDER, RECIPIENT)) as staged_scene:
        yield staged_scene


def seconds_used(scene):
    """User and system time of the broker's process (proc(5)); its name may hold anything."""
    text = pathlib.Path(f"/proc/{scene.broker.pid}/stat").read_text(encoding="utf-8")
    user, system = text.rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / TICKS


def judge(client, name, document, code):
    receipt = client.submit(document, content_type=CONTENT_TYPE)
    if code is NOTHING_WRONG:
        assert receipt.outcome == v1.Receipt.ACCEPTED, (name, codes(receipt))
    else:
        assert receipt.outcome == v1.Receipt.REFUSED, name
        assert codes(receipt) == [code], name
    return receipt


def take(client, documents):
    """What had nothing wrong, byte for byte."""
    for document in documents:
        delivery = client.delivery()
        assert delivery.payload == document
        client.settle(delivery)


def test_each_bomb_gets_its_finding_in_the_time_that_its_length_allows(scene, folder):
    with bait_in(folder) as bait, scene.broker.client_of(MALLORYS_NUMBER) as mallory:
        mallory.subscribe(RECIPIENT)
        slow = {}
        for name, (document, code) in bombs(note, bait.web, bait.file).items():
            before = seconds_used(scene)
            receipt = judge(mallory, name, document, code)
            used = seconds_used(scene) - before
            allowed = SECONDS_EACH + SECONDS_PER_MIB * len(document) / MIB
            if used > allowed * SANITIZER_FACTOR:
                slow[name] = (used, allowed)
            assert "eaten" not in str(receipt), "the file in an answer"
            if code is NOTHING_WRONG:
                take(mallory, [document])
        mallory.leave()
        assert slow == {}


def test_the_pair_goes_on_while_they_come(scene, folder):
    with bait_in(folder) as bait, scene.broker.client_of(MALLORYS_NUMBER) as mallory:
        mallory.subscribe(RECIPIENT)

        def attack():
            documents = bombs(note, bait.web, bait.file)  # each with an id of its own
            for name, (document, code) in documents.items():
                judge(mallory, name, document, code)
            take(mallory, [document for document, code in documents.values()
                           if code is NOTHING_WRONG])

        with meanwhile(attack) as rounds:
            while min(rounds) < SCALE:
                scene.pair.exchange(10)
        mallory.leave()
    accepted = scene.broker.ctl("status")["counters"]["accepted"]
    good = sum(code is NOTHING_WRONG for _, code in bombs(note).values())
    assert accepted == len(scene.pair.accepted) + rounds[0] * good


@pytest.mark.parametrize("name", ["billion laughs", "a million attributes", "huge text",
                                  "elements without end"])
def test_many_of_them_at_once_cost_what_the_budget_allows(scene, name):
    clients = [scene.broker.client_of(MALLORYS_NUMBER) for _ in range(4)]

    def attack(client):
        judge(client, name, *bombs(note)[name])

    with meanwhile(*(lambda client=client: attack(client) for client in clients)) as rounds:
        while min(rounds) < SCALE:
            scene.pair.exchange(10)
    for client in clients:
        client.leave()
