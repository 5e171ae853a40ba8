"""Rotating the master key without downtime: what the old key wrapped stays readable, and moves."""

import pytest
from harness import GP, HOSPITAL
from messages import discharge_note


@pytest.fixture
def notes(broker):
    notes = [discharge_note(HOSPITAL, GP, document_id="samtale") for _ in range(3)]
    with broker.client(HOSPITAL) as hospital:
        for note in notes:
            assert hospital.submit(note).outcome == 1
    return notes


def keys(broker):
    return {key["id"]: key["wraps"] for key in broker.ctl("keys")["keys"]}


def test_what_an_old_key_wrapped_is_read_after_a_rotation_and_a_restart(broker, notes):
    broker.add_master_key("second", "22" * 32)
    broker.reload()
    with broker.client(HOSPITAL) as hospital:
        notes.append(discharge_note(HOSPITAL, GP, document_id="samtale"))
        assert hospital.submit(notes[-1]).outcome == 1
    broker.restart()
    with broker.client(GP) as gp:
        gp.subscribe(GP)
        for note in notes:
            delivery = gp.delivery()
            assert delivery.payload == note
            gp.settle(delivery)
    assert sum(keys(broker).values()) == 4


def test_a_key_that_is_still_needed_cannot_be_taken_out(broker, notes):
    broker.keys.write_text("other " + "33" * 32 + "\n", encoding="utf-8")
    done = broker.ctl_raw("reload", "--reason", "test")
    assert done.returncode == 1
    assert "first" in done.stdout
    with broker.client(GP) as gp:
        gp.subscribe(GP)
        assert gp.delivery().payload == notes[0]


def test_another_key_under_the_same_id_is_a_fault_of_the_reload(broker, notes):
    broker.keys.write_text("first " + "33" * 32 + "\nsecond " + "44" * 32 + "\n", encoding="utf-8")
    for words in (["--dry-run"], []):
        done = broker.ctl_raw("reload", "--reason", "test", *words)
        assert done.returncode == 1
        assert "master key first is another key" in done.stdout
        assert "budstikked.toml:" in done.stdout
    with broker.client(HOSPITAL) as hospital, broker.client(GP) as gp:
        notes.append(discharge_note(HOSPITAL, GP, document_id="samtale"))
        assert hospital.submit(notes[-1]).outcome == 1
        gp.subscribe(GP)
        for note in notes:
            delivery = gp.delivery()
            assert delivery.payload == note
            gp.settle(delivery)
    assert list(keys(broker)) == ["first"]


def test_nothing_on_disk_can_be_read_without_the_key(broker, notes):
    broker.stop()
    for path in (broker.folder / "data").rglob("*"):
        if path.is_file():
            assert "Oppdiktet forløp".encode() not in path.read_bytes()
    broker.start()
