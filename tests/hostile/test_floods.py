"""Floods: of connections, handshakes and sessions that come and go, of questions whose answers
nobody reads, of subscriptions that take and never settle. Each has a limit that it meets, and the
pair goes on.
"""

from exchange_client import v1
from harness import HOSPITAL
from intruder import (
    Intruder,
    connect,
    framed,
    hang_up,
    mallorys_context,
    send_until_not_read,
)
from messages import discharge_note, new_id
from scene import MALLORY, MALLORYS_NUMBER, SCALE, meanwhile, staged

SUBSCRIPTIONS_MAX = 256
CREDIT_MAX = 4096
# Each time that one takes deliveries and leaves is an attempt, and the fiftieth is the last.
TAKEN_MAX = 20
QUEUES = [str(number) for number in range(9001, 9001 + SUBSCRIPTIONS_MAX + 1)]


def until(rounds, count, scene):
    """The pair goes on until each attack was made so many times."""
    while min(rounds) < count:
        scene.pair.exchange(10)


def test_connections_and_handshakes_that_come_and_go(scene):
    """Some leave before the first byte, some behind the handshake, some behind Hello; politely or
    not."""
    context = mallorys_context(scene.broker.pki)

    def knock():
        hang_up(connect(scene.broker.port, "127.0.0.3"))
        connect(scene.broker.port, "127.0.0.3").close()

    def shake():
        Intruder(scene.broker.port, context, hello=False).hang_up()

    def greet():
        intruder = Intruder(scene.broker.port, context, "127.0.0.4")
        intruder.tls.close()

    with meanwhile(knock, shake, greet) as rounds:
        until(rounds, 100 * SCALE, scene)
        scene.pair.come_anew()
        scene.pair.exchange(10)


def test_more_connections_than_an_address_or_an_organisation_may_have(folder, pki):
    """The limits are those of the one who floods: from elsewhere, and of others, one gets in."""
    limits = "connections_per_address_max = 40\nconnections_per_organisation_max = 60"
    with staged(folder, pki, limits=limits) as scene:
        context = mallorys_context(pki)
        held = [Intruder(scene.broker.port, context) for _ in range(40)]
        held += [Intruder(scene.broker.port, context, "127.0.0.3") for _ in range(20)]

        def one_more():
            plain = connect(scene.broker.port)
            assert plain.recv(1) == b""
            plain.close()

        def one_more_from_elsewhere():
            with Intruder(scene.broker.port, context, "127.0.0.4", hello=False) as intruder:
                words = intruder.last_words()
                assert words[-1].go_away.reason == v1.GoAway.LIMIT_EXCEEDED

        with meanwhile(one_more, one_more_from_elsewhere) as rounds:
            until(rounds, 100 * SCALE, scene)
            scene.pair.come_anew()
            scene.pair.exchange(10)
        for intruder in held:
            intruder.hang_up()


def test_resumed_sessions_that_come_and_go(scene):
    context = mallorys_context(scene.broker.pki)
    with Intruder(scene.broker.port, context) as first:
        session = first.tls.session
        assert session is not None

    def resume():
        plain = connect(scene.broker.port)
        tls = context.wrap_socket(plain, server_hostname="localhost", session=session)
        assert tls.session_reused
        hang_up(tls)

    with meanwhile(resume, resume) as rounds:
        until(rounds, 100 * SCALE, scene)


def note_for_mallory(scene):
    message_id = new_id()
    receipt = scene.pair.sender.submit(discharge_note(HOSPITAL, MALLORY, message_id=message_id))
    assert receipt.outcome == v1.Receipt.ACCEPTED
    return message_id


QUESTIONS = {
    "statuses": lambda id: v1.Frame(status_request=v1.StatusRequest(
        request=1, message=v1.MessageRef(message_id=id, sender=HOSPITAL))),
    "statuses of nothing": lambda id: v1.Frame(status_request=v1.StatusRequest(
        request=1, message=v1.MessageRef(message_id="none", sender=HOSPITAL))),
    "verdicts": lambda id: v1.Frame(may_i_send=v1.MayISend(
        request=1, sender=MALLORY, recipient=HOSPITAL, type="DIALOG_NOTAT")),
    "withdrawals": lambda id: v1.Frame(withdraw=v1.Withdraw(
        request=1, message=v1.MessageRef(message_id=id, sender=HOSPITAL), reason="x" * 50)),
    "settlements": lambda id: v1.Frame(settle=v1.Settle(
        request=1, delivery_id="none", outcome=v1.Settle.ACCEPTED)),
    "feeds": lambda id: v1.Frame(follow=v1.Follow(request=1, sender=MALLORY)),
    "pings": lambda id: v1.Frame(ping=v1.Ping(number=2**63)),
    "checks": lambda id: v1.Frame(check=v1.Check(submit=v1.Submit(
        submission=1, content_type="application/xml", size=5, payload=b"<a/>\n"))),
}


def test_questions_whose_answers_nobody_reads(scene):
    """Each kind on a connection of its own, as fast as the broker takes them: it stops taking them
    once what waits to leave has its limit. Following the same again takes back what was asked
    before, so that it never owes more than one answer, and reads on."""
    message_id = note_for_mallory(scene)
    context = mallorys_context(scene.broker.pki)
    hung_up_on = []

    def flood(question):
        data = framed(question(message_id)) * 500

        def attack():
            with Intruder(scene.broker.port, context, buffers=4096) as intruder:
                if question is QUESTIONS["feeds"]:
                    for _ in range(20):
                        intruder.tls.sendall(data)
                else:
                    hung_up_on.append(send_until_not_read([intruder.tls], data))
        return attack

    with meanwhile(*(flood(question) for question in QUESTIONS.values())) as rounds:
        until(rounds, 2 * SCALE, scene)
        scene.pair.come_anew()
        scene.pair.exchange(20)
    for which in range(sum(hung_up_on)):  # for not reading, and for nothing else
        scene.broker.wait_event("session_write_stalled", which + 1)


def test_questions_without_end_that_are_read(scene):
    message_id = note_for_mallory(scene)
    context = mallorys_context(scene.broker.pki)

    def flood(name):
        data = framed(QUESTIONS[name](message_id)) * 100

        def attack():
            with Intruder(scene.broker.port, context) as intruder:
                intruder.send_bytes(data)
                intruder.say_no_more()
                intruder.last_words()
        return attack

    with meanwhile(*(flood(name) for name in ("statuses", "verdicts", "checks"))) as rounds:
        until(rounds, 10 * SCALE, scene)


def test_one_who_takes_everything_and_settles_nothing(scene):
    """Holds what its credit allows, in vain: its own queue alone waits, and comes again, marked and
    whole, to the one who does settle."""
    count = 300 * SCALE
    context = mallorys_context(scene.broker.pki)
    ids = {new_id() for _ in range(count)}
    numbers = [scene.pair.sender.start_submit(discharge_note(HOSPITAL, MALLORY, message_id=one))
               for one in ids]
    for number in numbers:
        assert scene.pair.sender.receipt(number).outcome == v1.Receipt.ACCEPTED

    left = iter(range(TAKEN_MAX))

    def take():
        if next(left, None) is None:
            return  # however long the pair takes meanwhile, an attempt is left for the honest one
        with Intruder(scene.broker.port, context) as taker:
            taker.send(v1.Frame(subscribe=v1.Subscribe(
                request=1, her_id=MALLORY, credit=CREDIT_MAX)))
            while taker.read().WhichOneof("kind") != "delivery":
                assert taker.tls.fileno() >= 0

    with meanwhile(take, pause=0.01) as rounds:
        until(rounds, 5, scene)
    with scene.broker.client_of(MALLORYS_NUMBER) as honest:
        honest.subscribe(MALLORY)
        for _ in range(count):
            delivery = honest.delivery()
            ids.remove(delivery.message.message_id)
            honest.settle(delivery)
        honest.leave()
    assert ids == set()


def test_as_many_subscriptions_as_one_likes(folder, pki):
    """256 on a connection and no more; on many connections for the same queues, too."""
    with staged(folder, pki, mallorys=QUEUES) as scene:
        context = mallorys_context(pki)
        asked = [v1.Frame(subscribe=v1.Subscribe(request=number, her_id=her_id, credit=64))
                 for number, her_id in enumerate(QUEUES, 1)]

        def subscribe():
            with Intruder(scene.broker.port, context) as intruder:
                intruder.send(*asked)
                answers = []
                while len(answers) < len(asked):
                    kind = intruder.read().WhichOneof("kind")
                    # A note may come in between: to whom, the broker decides.
                    if kind not in ("delivery", "delivery_chunk"):
                        answers.append(kind)
                assert answers.count("subscribed") == SUBSCRIPTIONS_MAX
                assert answers.count("problem") == 1

        held = []
        for _ in range(10 * SCALE):
            intruder = Intruder(scene.broker.port, context)
            intruder.send(*asked[:SUBSCRIPTIONS_MAX])
            held.append(intruder)
        with meanwhile(subscribe) as rounds:
            until(rounds, 5, scene)
            for _ in range(50):
                note_for_mallory(scene)
        for intruder in held:
            intruder.hang_up()
