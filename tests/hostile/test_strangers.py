"""Certificates of every wrong kind, by the hundred: each is refused for its own reason, which the
log has and the stranger has not. Revocation reaches those who are connected, and their tickets.
"""

import ssl
import threading

from exchange_client import ConnectionEnded, ExchangeClient
from harness import GP, HOSPITAL, PATIENCE
from intruder import Intruder, connect, hang_up
from messages import discharge_note
from scene import MALLORYS_NUMBER, SCALE, Pair, meanwhile, staged
from test_certificates import WRONG, old_tls

MORE_WRONG = {
    "sha1": (["--sha1"], "weak_signature"),
    "deep": (["--deep", "8"], "chain_too_long"),
}
CERTIFICATES_MAX = 64 * 1024


def contexts(pki, folder):
    """A client of each wrong kind, and the reason why it is refused."""
    wrong = {}
    for name, (options, fault) in (WRONG | MORE_WRONG).items():
        wrong[name] = old_tls(pki, *pki.issue(f"wrong-{name}", MALLORYS_NUMBER, *options)), fault
    nothing = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    nothing.load_verify_locations(pki.folder / "ca.crt")
    nothing.set_alpn_protocols(["budstikke/1"])
    wrong["none"] = nothing, "no_certificate"
    wrong["huge"] = huge(pki, folder), "certificates_too_large"
    return wrong


def huge(pki, folder):
    """A good certificate with the same CA a thousand times above it."""
    certificate, key = pki.issue("huge", MALLORYS_NUMBER)
    chain = folder / "huge.crt"
    above = (pki.folder / "issuing-ca" / "ca.crt").read_text()
    chain.write_text(certificate.read_text() + above * 1000)
    assert chain.stat().st_size > CERTIFICATES_MAX
    return old_tls(pki, chain, key)


def knock(port, context):
    """True where somebody was let in."""
    plain = connect(port)
    try:
        with context.wrap_socket(plain, server_hostname="localhost") as tls:
            return tls.recv(1) != b""
    except OSError:
        return False
    finally:
        plain.close()


def test_each_wrong_certificate_is_refused_for_its_reason(folder, pki):
    own = pki.copy(folder / "pki")
    wrong = contexts(own, folder)
    with staged(folder, own) as scene:
        def attack():
            for name, (context, _) in wrong.items():
                assert not knock(scene.broker.port, context), name

        with meanwhile(attack, attack) as rounds:
            while min(rounds) < 3 * SCALE:
                scene.pair.exchange(10)
        for _, fault in wrong.values():
            scene.broker.wait_event(f"handshake_refused_{fault}")


def test_the_revoked_lose_their_sessions_and_their_tickets_and_nobody_else_does(folder, pki):
    """Twenty sessions of a certificate that is revoked: all told so and ended, none resumed, while
    the pair's stand."""
    own = pki.copy(folder / "pki")
    context = own.context("revoked-later", MALLORYS_NUMBER)
    with staged(folder, own) as scene:
        live = [ExchangeClient(scene.broker.port, context, timeout=PATIENCE)
                for _ in range(20 * SCALE)]
        for client in live:
            client.ping()  # so that the tickets have been read
        tickets = [client.tls.session for client in live]
        own.revoke("revoked-later")
        reload = threading.Thread(target=scene.broker.reload)
        reload.start()
        scene.pair.exchange(50)
        reload.join(PATIENCE)
        assert {client.wait_for_end().reason for client in live} == {"REVOKED"}
        for client in live:
            client.close()
        for ticket in tickets:
            try:
                ExchangeClient(scene.broker.port, context, session=ticket).close()
            except ConnectionEnded as ended:
                assert ended.go_away is None
            else:
                raise AssertionError("a revoked certificate came in with its ticket")
        scene.broker.wait_counted("handshake_refused_revoked", len(tickets))
        scene.pair.exchange(10)


def test_behind_a_stale_list_nobody_is_let_in_and_all_come_back_with_a_new_one(folder, pki):
    """Fail closed is for everybody, the pair too; what they had handed over is there afterwards."""
    own = pki.copy(folder / "pki")
    with staged(folder, own) as scene:
        numbers = [scene.pair.sender.start_submit(note) for note in notes(20)]
        receipts = [scene.pair.sender.receipt(number) for number in numbers]
        own.refresh("--stale")
        scene.broker.reload()
        for end in (scene.pair.sender, scene.pair.recipient):
            assert end.wait_for_end().reason == "REVOKED"
            end.close()
        assert not knock(scene.broker.port, own.context("mallory", MALLORYS_NUMBER))
        scene.broker.wait_event("handshake_refused_crl_stale")
        own.refresh()
        scene.broker.reload()
        back = Pair(scene.broker)
        arrived = set()
        for _ in receipts:
            delivery = back.recipient.delivery()
            arrived.add(delivery.message.message_id)
            back.recipient.settle(delivery)
        assert arrived == {receipt.message_id for receipt in receipts}
        back.accepted, back.settled = scene.pair.accepted, scene.pair.settled
        scene.pair = back


def notes(count):
    return [discharge_note(HOSPITAL, GP) for _ in range(count)]


def test_who_is_refused_leaves_nothing_behind(scene):
    """A stranger who stays on the line after its refusal is hung up on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(scene.broker.pki.folder / "ca.crt")
    context.set_alpn_protocols(["budstikke/1"])
    stay = []
    for _ in range(40):
        intruder = Intruder(scene.broker.port, context, hello=False)
        stay.append(intruder.tls)
    scene.pair.exchange(20)
    scene.broker.wait_counted("handshake_refused_no_certificate", len(stay))
    scene.wait_for_calm()
    for tls in stay:
        hang_up(tls)
