"""XML made to hurt, over the wire: refused with its finding and never accepted, in constant memory,
while the pair goes on.
"""

import pytest
from bombs import BOMBS, UNKNOWN
from exchange_client import v1
from messages import codes
from scene import MALLORYS_NUMBER, SCALE, meanwhile

CONTENT_TYPE = "application/xml"


def refuse(client, name):
    document, code = BOMBS[name]
    receipt = client.submit(document, content_type=CONTENT_TYPE)
    assert receipt.outcome == v1.Receipt.REFUSED, name
    assert code is UNKNOWN or code in codes(receipt), (name, codes(receipt))
    return receipt


def test_each_bomb_is_refused_with_its_finding(scene):
    with scene.broker.client_of(MALLORYS_NUMBER) as mallory:
        def attack():
            for name in BOMBS:
                receipt = refuse(mallory, name)
                assert "root:" not in str(receipt), "a file of the machine in an answer"

        with meanwhile(attack) as rounds:
            while min(rounds) < SCALE:
                scene.pair.exchange(10)
        mallory.leave()
    assert scene.broker.ctl("status")["counters"]["accepted"] == len(scene.pair.accepted)


@pytest.mark.parametrize("name", ["billion laughs", "a million attributes", "huge text",
                                  "elements without end"])
def test_many_of_them_at_once_cost_what_the_budget_allows(scene, name):
    clients = [scene.broker.client_of(MALLORYS_NUMBER) for _ in range(4)]
    attacks = [lambda client=client: refuse(client, name) for client in clients]
    with meanwhile(*attacks) as rounds:
        while min(rounds) < SCALE:
            scene.pair.exchange(10)
    for client in clients:
        client.leave()
