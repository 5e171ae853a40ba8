"""Order: within a conversation always, whoever consumes it and however long it was away; priority
between conversations only.
"""

from exchange_client import v1
from harness import GP, HOSPITAL, running
from messages import discharge_note, new_id


def hand_in(broker, notes, **fields):
    with broker.client(HOSPITAL) as hospital:
        numbers = [hospital.start_submit(note, **fields) for note in notes]
        for number in numbers:
            receipt = hospital.receipt(number)
            assert receipt.outcome == receipt.ACCEPTED


def conversation(count):
    document_id = new_id()
    return [discharge_note(HOSPITAL, GP, document_id=document_id, text=f"del {n}")
            for n in range(count)]


def test_a_recipient_that_was_away_gets_everything_in_order(broker):
    notes = conversation(40)
    hand_in(broker, notes)
    with broker.client(GP) as gp:
        gp.subscribe(GP, credit=16)
        for note in notes:
            delivery = gp.delivery()
            assert delivery.payload == note
            gp.settle(delivery)
        gp.leave()


def test_a_released_message_holds_its_conversation_back_and_no_other(folder, pki):
    with running(folder, pki, extra='[delivery]\nretry = ["1s"]\njitter_percent = 0\n') as broker:
        first, second = conversation(2)
        other = discharge_note(HOSPITAL, GP, text="en annen samtale")
        hand_in(broker, [first, second, other])
        with broker.client(GP) as gp:
            gp.subscribe(GP)
            came = [gp.delivery(), gp.delivery()]
            assert [d.payload for d in came] == [first, other]
            assert gp.settle(came[0], v1.Settle.RELEASED).state == "queued"
            gp.settle(came[1])
            again = gp.delivery()
            assert (again.payload, again.redelivered) == (first, True)
            gp.settle(again)
            assert gp.delivery().payload == second


def test_two_consumers_never_work_on_one_conversation_at_a_time(broker):
    notes = {n: conversation(10) for n in range(4)}
    order = {note: (n, place) for n, all_of_it in notes.items()
             for place, note in enumerate(all_of_it)}
    hand_in(broker, [notes[n][place] for place in range(10) for n in range(4)])
    seen = {n: [] for n in notes}
    with broker.client(GP) as one, broker.client(GP) as other:
        for consumer in (one, other):
            consumer.subscribe(GP, credit=2)
        open_conversations = set()
        held = {one: [], other: []}
        while sum(map(len, seen.values())) < len(order):
            for consumer in (one, other):
                consumer.ping()  # reads what has come
                while consumer.deliveries:
                    delivery = consumer.delivery()
                    n, place = order[delivery.payload]
                    assert n not in open_conversations
                    open_conversations.add(n)
                    held[consumer].append((delivery, n, place))
                if held[consumer]:
                    delivery, n, place = held[consumer].pop(0)
                    seen[n].append(place)
                    open_conversations.remove(n)
                    consumer.settle(delivery)
    assert all(places == list(range(10)) for places in seen.values())


def test_priority_goes_before_and_never_within_a_conversation(broker):
    first, second = conversation(2)
    hand_in(broker, [first], priority=v1.PRIORITY_LOW)
    normal = discharge_note(HOSPITAL, GP, text="vanlig")
    hand_in(broker, [normal])
    hand_in(broker, [second], priority=v1.PRIORITY_HIGH)
    urgent = discharge_note(HOSPITAL, GP, text="haster")
    hand_in(broker, [urgent], priority=v1.PRIORITY_HIGH)
    came = []
    with broker.client(GP) as gp:
        gp.subscribe(GP, credit=1)
        while len(came) < 4:
            delivery = gp.delivery()
            came.append(delivery.payload)
            gp.settle(delivery)
    assert came[0] == urgent
    assert came.index(first) < came.index(second)


def test_no_more_comes_than_there_is_credit_for(broker):
    hand_in(broker, [discharge_note(HOSPITAL, GP) for _ in range(5)])
    with broker.client(GP) as gp:
        gp.subscribe(GP, credit=2)
        gp.delivery()
        gp.delivery()
        queue = broker.ctl("queue", "show", GP)
        assert (queue["in_flight"], queue["waiting"]) == (2, 3)
        gp.add_credit(GP, 1)
        gp.delivery()
        assert broker.ctl("queue", "show", GP)["in_flight"] == 3
        gp.unsubscribe(GP)
        assert not gp.deliveries
