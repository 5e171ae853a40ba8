"""What the log tells an operator before it hurts, or when something is wrong that the broker lives
with: each event made to happen, with what a person needs to mend it. What is told while the dates
pass under a running broker is in tests/unit/app/caretaker_test.cpp.
"""

import os
import pathlib

from exchange_client import v1
from harness import GP, HOSPITAL, running
from messages import discharge_note

SHIM = os.environ["BUDSTIKKE_REFUSE_OPEN_FILES_LIBRARY"]


def notes(broker):
    return [event["note"] for event in broker.events("config_note")]


def test_notes_of_the_configuration_are_in_the_log_at_the_start(folder, pki):
    extra = '[delivery]\nbytes_in_flight_max = "35MiB"'
    with running(folder, pki, extra=extra) as broker:
        assert {event["level"] for event in broker.events("config_note")} == {"warning"}
        assert all(note.startswith(str(folder / "budstikked.toml:")) for note in notes(broker))
        assert sum("`schemas` is not set" in note for note in notes(broker)) == 1
        assert sum("no room for small payloads" in note for note in notes(broker)) == 1


def test_a_certificate_that_ends_soon_is_told_of_at_the_start(folder, pki):
    own = pki.copy(folder / "pki")
    certificate, key = own.issue("soon", "999000002", "--server-eku", "--days", "20")
    (own.folder / "server.crt").write_bytes(certificate.read_bytes())
    (own.folder / "server.key").write_bytes(key.read_bytes())
    with running(folder, own) as broker:
        event = broker.wait_event("certificate_expires")
        assert event["level"] == "warning"
        assert "CN=soon" in event["subject"]
        assert any(f"the certificate expires at {event['not_after']}" in note
                   for note in notes(broker))
        assert broker.events("certificate_expired") == []


def test_revocation_lists_that_end_soon_or_are_stale_are_told_of_at_the_start(folder, pki):
    own = pki.copy(folder / "pki")
    own.refresh("--hours", "12")
    with running(folder, own) as broker:
        soon = [broker.wait_event("revocation_list_expires", which) for which in (1, 2)]
        assert {event["level"] for event in soon} == {"warning"}
        assert len({event["issuer"] for event in soon}) == 2
        assert broker.events("revocation_list_stale") == []
        broker.stop()
        own.refresh("--stale")
        broker.start()
        stale = [broker.wait_event("revocation_list_stale", which) for which in (1, 2)]
        assert {event["level"] for event in stale} == {"error"}
        assert {event["next_update"][:10] for event in stale} == {"2020-01-02"}
        assert sum("a revocation list is stale since 2020-01-02" in n for n in notes(broker)) == 2


def test_a_limit_of_open_files_that_cannot_be_raised_does_not_keep_it_from_starting(folder, pki):
    assert pathlib.Path(SHIM).exists()
    options = os.environ.get("ASAN_OPTIONS", "")
    environment = {
        "LD_PRELOAD": SHIM,
        # The sanitizer wants to be the first library; ours calls nothing that it replaces.
        "ASAN_OPTIONS": f"{options}:verify_asan_link_order=0".lstrip(":")}
    with running(folder, pki, environment=environment) as broker:
        [event] = broker.events("open_files_limit_kept")
        assert event["level"] == "warning"
        assert "cannot raise the limit of open files" in event["why"]
        with broker.client(HOSPITAL) as hospital:
            assert hospital.submit(discharge_note(HOSPITAL, GP)).outcome == v1.Receipt.ACCEPTED


def test_a_payload_whose_key_is_lost_is_told_of_and_comes_when_the_key_is_back(folder, pki):
    note = discharge_note(HOSPITAL, GP)
    with running(folder, pki, extra='[delivery]\nretry = ["1s"]') as broker:
        with broker.client(HOSPITAL) as hospital:
            receipt = hospital.submit(note)
            assert receipt.outcome == v1.Receipt.ACCEPTED
        broker.stop()
        right = broker.keys.read_text(encoding="utf-8")
        broker.keys.write_text("other " + "33" * 32 + "\n", encoding="utf-8")
        broker.start()
        with broker.client(GP) as gp:
            gp.subscribe(GP)
            event = broker.wait_event("payload_unreadable")
            assert event["level"] == "error"
            assert event["delivery"] == f"{receipt.broker_id}/{GP}"
            assert event["error"] != "not_found", "that would be an erased one"
            broker.keys.write_text("other " + "33" * 32 + "\n" + right, encoding="utf-8")
            broker.reload()
            # It had gone back to its queue.
            delivery = gp.delivery()
            assert delivery.payload == note
            gp.settle(delivery)
