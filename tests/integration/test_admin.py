"""The admin socket: who may do what, and that every change is recorded before it acts."""

import getpass
import json
import os
import pathlib
import stat
import subprocess

from harness import BIN, GP, HOSPITAL, PATIENCE, running
from messages import discharge_note

REASON = ("--reason", "fordi testen sier det")


def test_the_socket_is_for_its_owner_and_group_only(broker):
    mode = os.stat(broker.socket).st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o660


def test_every_changing_command_needs_a_reason_and_is_audited(broker):
    with broker.client(HOSPITAL) as hospital, broker.client(GP) as gp:
        receipt = hospital.submit(discharge_note(HOSPITAL, GP))
        delivery_id = f"{receipt.broker_id}/{GP}"
        gp.subscribe(GP)
        gp.settle(gp.delivery(), 2, "T99")
        changes = [
            ("queue", "pause", GP), ("queue", "resume", GP),
            ("party", "hold", GP), ("party", "release", GP),
            ("deadletter", "retry", delivery_id), ("drain",), ("drain", "--off"), ("reload",)]
        for change in changes:
            assert broker.ctl_raw(*change).returncode == 2, change
        assert broker.ctl("audit", "list")["records"] == []
        for change in changes:
            assert broker.ctl_raw(*change, *REASON).returncode == 0, change
        records = broker.ctl("audit", "list")["records"]
        assert [r["command"].split()[0] for r in records] == [c[0] for c in changes]
        for record in records:
            assert getpass.getuser() in record["who"]
            assert record["role"] == "admin"
            assert record["reason"] == REASON[1]


def test_a_dry_run_changes_and_records_nothing(broker):
    done = broker.ctl("party", "hold", GP, *REASON, "--dry-run")
    assert done["dry_run"]
    assert broker.ctl("status")["held_parties"] == []
    assert broker.ctl("audit", "list")["records"] == []


def roles(role):
    return f'[admin.roles]\nadmin = ["uid:0"]\n{role} = ["uid:{os.geteuid()}"]\n'


def allowed(broker, *words):
    code = broker.ctl_raw(*words).returncode
    assert code in (0, 1, 4), words
    return code != 4


MATRIX = {  # a command, and who is not denied
    ("status",): {"viewer", "operator", "admin", "auditor"},
    ("help",): {"viewer", "operator", "admin", "auditor"},
    ("parties",): {"viewer", "operator", "admin"},
    ("queue", "list"): {"viewer", "operator", "admin"},
    ("queue", "pause", GP, *REASON): {"operator", "admin"},
    ("party", "hold", GP, *REASON): {"operator", "admin"},
    ("deadletter", "discard", f"{'0' * 8}-0000-7000-8000-{'0' * 12}/{GP}", *REASON): {"admin"},
    ("reload", *REASON): {"admin"},
    ("audit", "list"): {"admin", "auditor"},
}


def test_the_roles_are_held_to(folder, pki):
    for role in ("viewer", "operator", "admin", "auditor"):
        own = pathlib.Path(folder) / role
        own.mkdir()
        settings = roles(role) if role != "admin" else ""
        with running(own, pki, extra=settings) as broker:
            for words, who in MATRIX.items():
                assert allowed(broker, *words) == (role in who), (role, words)


def test_the_timeline_has_no_patient_and_no_payload(broker):
    with broker.client(HOSPITAL) as hospital:
        receipt = hospital.submit(discharge_note(HOSPITAL, GP))
    shown = broker.ctl("message", "show", receipt.broker_id)
    by_message_id = broker.ctl("message", "show", receipt.message_id, "--sender", HOSPITAL)
    assert shown == by_message_id
    text = json.dumps(shown)
    assert GP in text
    assert "Oppdiktet" not in text
    assert "15825000043" not in text


def test_stop_ends_the_broker_in_order(broker):
    broker.change("stop")
    assert broker.wait_for_exit() == 0
    assert broker.events("stopped")
    assert not broker.socket.exists()
    broker.start()


def test_a_second_broker_on_the_same_folder_does_not_start(broker):
    second = subprocess.run(
        [BIN / "budstikked", "--config", broker.folder / "budstikked.toml"],
        capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert second.returncode == 1
    assert broker.ctl("status")["accepting"]
