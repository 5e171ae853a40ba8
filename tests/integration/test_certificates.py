"""Who may connect at all: every wrong kind of certificate is refused with an event of its own, and
a revoked one loses its live session and cannot resume it.
"""

import ssl

import exchange_client
import pytest
from exchange_client import ConnectionEnded
from harness import GP, HOSPITAL, ORGANISATIONS, running

NUMBER = ORGANISATIONS[HOSPITAL]

WRONG = {
    "foreign": (["--foreign-ca"], "unknown_issuer"),
    "self_signed": (["--self-signed"], "self_signed"),
    "expired": (["--expired"], "expired"),
    "not_yet_valid": (["--not-yet-valid"], "not_yet_valid"),
    "server_purpose": (["--server-eku"], "wrong_purpose"),
    "no_purpose": (["--no-eku"], "wrong_purpose"),
    "weak_key": (["--rsa1024"], "weak_key"),
    "no_organisation": (["--no-organisation"], "no_organisation_number"),
}


def refused(broker, context):
    """Before authentication the peer is told nothing but that it is refused."""
    with pytest.raises(ConnectionEnded) as ended:
        exchange_client.ExchangeClient(broker.port, context)
    assert ended.value.go_away is None


def old_tls(pki, certificate, key):
    """Takes weak keys too: what is tested is that the broker does not."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(pki.folder / "ca.crt")
    context.set_alpn_protocols([exchange_client.ALPN])
    context.load_cert_chain(certificate, key)
    return context


def test_every_wrong_kind_is_refused_with_an_event_of_its_own(broker):
    faults = [fault for _, fault in WRONG.values()]
    for name, (options, fault) in WRONG.items():
        refused(broker, old_tls(broker.pki, *broker.pki.issue(f"wrong-{name}", NUMBER, *options)))
        event = broker.wait_event(f"handshake_refused_{fault}")
        assert event["address"] == "127.0.0.1"
    for fault in faults:
        broker.wait_counted(f"handshake_refused_{fault}", faults.count(fault))
    assert broker.ctl("status")["sessions"] == 0


def test_without_certificate_nobody_gets_in(broker):
    refused(broker, exchange_client.tls_context(broker.pki.folder / "ca.crt"))
    broker.wait_event("handshake_refused_no_certificate")


def test_without_the_protocol_nobody_gets_in(broker):
    context = broker.pki.context("org-" + NUMBER, NUMBER)
    context.set_alpn_protocols(["http/1.1"])
    refused(broker, context)
    broker.wait_event("handshake_refused_no_common_protocol")


def test_tls_12_is_refused_unless_the_listener_admits_it(broker):
    refused(broker, broker.pki.context("org-" + NUMBER, NUMBER, version=ssl.TLSVersion.TLSv1_2))
    broker.wait_event("handshake_refused_no_common_version")


def test_tls_12_is_admitted_where_the_listener_says_so(folder, pki):
    with running(folder, pki, tls="tls12 = true") as broker:
        context = pki.context("org-" + NUMBER, NUMBER, version=ssl.TLSVersion.TLSv1_2)
        with exchange_client.ExchangeClient(broker.port, context) as client:
            assert client.tls.version() == "TLSv1.2"
            assert client.tls.cipher()[0].startswith("ECDHE")
            client.leave()


def test_a_certificate_of_the_older_profile_is_as_good(broker):
    context = broker.pki.context("seid-1", NUMBER, "--seid1")
    with exchange_client.ExchangeClient(broker.port, context) as client:
        assert client.welcome.organisation == NUMBER
        client.leave()


def test_an_organisation_that_the_directory_does_not_know_is_told_so(broker):
    with pytest.raises(ConnectionEnded) as ended:
        broker.client_of("999999999")
    assert ended.value.reason == "NOT_REGISTERED"
    event = broker.wait_event("session_refused_unknown_organisation")
    assert event["organisation"] == "999999999"


def test_a_revoked_certificate_ends_its_session_and_cannot_resume(folder, pki):
    own = pki.copy(folder / "pki")
    context = own.context("revoked-later", NUMBER)
    with running(folder, own) as broker, broker.client(GP) as other:
        with exchange_client.ExchangeClient(broker.port, context) as client:
            client.ping()  # so that the tickets have been read
            session = client.tls.session
            with exchange_client.ExchangeClient(broker.port, context, session=session) as resumed:
                assert resumed.tls.session_reused
                resumed.leave()
            own.revoke("revoked-later")
            broker.reload()
            assert client.wait_for_end().reason == "REVOKED"
        broker.wait_event("session_ended_certificate", organisation=NUMBER, fault="revoked")
        refused(broker, context)
        broker.wait_event("handshake_refused_revoked")
        with pytest.raises(ConnectionEnded):
            exchange_client.ExchangeClient(broker.port, context, session=session)
        other.ping()  # who was not revoked did not notice


def test_a_stale_revocation_list_stops_everybody(folder, pki):
    own = pki.copy(folder / "pki")
    with running(folder, own) as broker:
        with broker.client(HOSPITAL) as client:
            own.refresh("--stale")
            broker.reload()
            assert client.wait_for_end().reason == "REVOKED"
        with pytest.raises(ConnectionEnded):
            broker.client(HOSPITAL)
        broker.wait_event("handshake_refused_crl_stale")
        own.refresh()
        broker.reload()
        with broker.client(HOSPITAL) as client:
            client.leave()


def test_a_stale_list_is_used_where_operations_chose_so(folder, pki):
    own = pki.copy(folder / "pki")
    own.refresh("--stale")
    with running(folder, own, tls='stale_crl = "use"') as broker:
        with broker.client(HOSPITAL) as client:
            client.leave()
