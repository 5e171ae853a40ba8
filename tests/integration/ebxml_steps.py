"""What a client of either side does and sees in the tests with ebXML between two brokers, a
connection for each step, since the brokers come and go.
"""


def wait_for_state(client, broker_id, *states):
    """The event that says one of them; the client follows. Returns the delivery's whole timeline.
    """
    while True:
        event = client.event()
        if event.broker_id == broker_id and event.state in states:
            (delivery,) = client.status(broker_id=broker_id).deliveries
            return [(e.state, e.cause) for e in delivery.timeline]


def wait_for_outcome(broker, her_id, broker_id, state):
    """The same for who has no connection: the states alone."""
    with broker.client(her_id) as client:
        client.follow(her_id)
        return [reached for reached, _ in wait_for_state(client, broker_id, state)]


def submit(broker, her_id, payload):
    with broker.client(her_id) as client:
        receipt = client.submit(payload)
        assert receipt.outcome == receipt.ACCEPTED
        return receipt.broker_id


def take_one(broker, her_id):
    """The one delivery that is there for it, settled."""
    with broker.client(her_id) as client:
        client.subscribe(her_id)
        delivery = client.delivery()
        client.settle(delivery)
        assert client.ping().number > 0
        assert not client.deliveries
        return delivery


def has_nothing(broker, her_id):
    with broker.client(her_id) as client:
        client.subscribe(her_id)
        assert client.ping().number > 0
        return not client.deliveries
