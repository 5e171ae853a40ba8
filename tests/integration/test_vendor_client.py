"""The vendor's program `budstikke`: what it prints and with what status it exits, for people and
for programs.
"""

import json
import os
import subprocess

import pytest
from harness import BIN, GP, HOSPITAL, MUNICIPALITY, ORGANISATIONS, PATIENCE
from messages import discharge_note, new_id

OK, REFUSED, USAGE, NO_CONNECTION = 0, 1, 2, 3


@pytest.fixture
def hospital(broker):
    return lambda *words, **options: broker.vendor(ORGANISATIONS[HOSPITAL], *words, **options)


@pytest.fixture
def gp(broker):
    return lambda *words, **options: broker.vendor(ORGANISATIONS[GP], *words, **options)


@pytest.fixture
def note(folder):
    def write(recipient=GP, copies=(), name="note.xml", **fields):
        (folder / name).write_bytes(discharge_note(HOSPITAL, recipient, copies, **fields))
        return folder / name
    return write


def test_send_reports_each_recipient(hospital, note):
    done = hospital("send", note(copies=[MUNICIPALITY]))
    assert done.returncode == OK
    assert f"{GP}: accepted" in done.stdout
    assert f"{MUNICIPALITY} (copy): accepted" in done.stdout
    again = hospital("send", note(copies=[MUNICIPALITY]))
    assert again.returncode == OK  # another MsgId


def test_several_files_and_json(hospital, note):
    files = [note(name=f"{n}.xml") for n in range(3)]
    done = hospital("--json", "send", *files)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["file"] for line in lines] == [str(file) for file in files]
    assert {line["receipt"]["outcome"] for line in lines} == {"ACCEPTED"}


def test_a_refusal_says_why_in_the_language_asked_for_and_exits_1(hospital, note):
    english = hospital("send", note("7777"))
    assert english.returncode == REFUSED
    assert "recipient.unknown (E21)" in english.stdout
    assert "not in the directory" in english.stdout
    norwegian = hospital("--lang", "no", "check", note("7777"))
    assert norwegian.returncode == REFUSED
    assert "finnes ikke i katalogen" in norwegian.stdout


def test_check_stores_nothing(hospital, broker, note):
    done = hospital("check", note())
    assert done.returncode == OK
    assert "would be accepted" in done.stdout
    assert broker.ctl("status")["counters"]["accepted"] == 0


def test_may_i_send(hospital):
    question = ("may-i-send", "--sender", HOSPITAL, "--type", "EPIKRISE", "--recipient")
    assert hospital(*question, GP).stdout.startswith("yes")
    no = hospital(*question, "7777")
    assert no.returncode == REFUSED
    assert no.stdout.startswith("no")
    assert "recipient.unknown" in no.stdout


def test_withdraw_and_status_by_message_id(hospital, note):
    message_id = new_id()
    hospital("send", note(message_id=message_id))
    done = hospital("withdraw", message_id, "--sender", HOSPITAL, "--reason", "feil")
    assert done.returncode == OK
    status = hospital("status", message_id, "--sender", HOSPITAL)
    assert f"to {GP}: cancelled" in status.stdout
    assert "(withdrawn)" in status.stdout
    unknown = hospital("status", new_id(), "--sender", HOSPITAL)
    assert unknown.returncode == REFUSED


def test_receive_rejects_and_answers_with_a_negative_receipt(hospital, gp, note):
    message_id = new_id()
    hospital("send", note(message_id=message_id))
    done = gp("receive", "--her", GP, "--count", "1", "--wait", "60", "--apprec", "reject",
              "--apprec-code", "E10", "--apprec-text", "kan ikke leses")
    assert done.returncode == OK, done.stderr
    status = hospital("status", message_id, "--sender", HOSPITAL, "--watch-until", "confirmed")
    assert status.returncode == REFUSED
    assert f"to {GP}: rejected" in status.stdout
    assert "E10" in status.stdout


def test_waiting_ends_where_no_event_leads_to_the_state(hospital, gp, note):
    message_id = new_id()
    hospital("send", note(message_id=message_id))
    gp("receive", "--her", GP, "--count", "1", "--wait", "60", "--apprec", "ok")
    status = ("status", message_id, "--sender", HOSPITAL, "--watch-until")
    assert hospital(*status, "confirmed").returncode == OK
    assert hospital(*status, "delivered").returncode == OK
    for other in ("rejected", "dead_lettered", "expired"):
        done = hospital(*status, other)
        assert done.returncode == REFUSED, other
        assert "the state cannot be reached" in done.stderr


def test_an_answer_that_nobody_can_read_is_no_success(hospital, gp, broker, note):
    message_id = new_id()
    with open("/dev/full", "w", encoding="utf-8") as full:
        for words in (["send", note(message_id=message_id)], ["send", note(name="2.xml")],
                      ["status", message_id, "--sender", HOSPITAL]):
            done = hospital(*words, out=full)
            assert done.returncode == USAGE, words
            assert "the output could not be written" in done.stderr
        # It stops with the first one, of which nobody learns that it was taken.
        done = gp("receive", "--her", GP, "--wait", "60", out=full)
        assert done.returncode == USAGE
        done = broker.ctl_raw("status", out=full)
        assert done.returncode == REFUSED
        assert "the output could not be written" in done.stderr
    assert broker.ctl("queue", "show", GP)["waiting"] == 1


def test_errors_are_told_in_norwegian_too(gp):
    done = gp("--lang", "no", "receive", "--her", HOSPITAL, "--count", "1")
    assert done.returncode == REFUSED
    assert done.stderr.startswith("budstikke: ikke tillatt (denied: ")


def test_what_is_not_wanted_stays_in_the_queue(hospital, gp, broker, note):
    for n in range(3):
        hospital("send", note(name=f"{n}.xml"))
    assert gp("receive", "--her", GP, "--count", "2", "--wait", "60").returncode == OK
    assert broker.ctl("queue", "show", GP)["waiting"] == 1
    status = broker.ctl("queue", "show", GP)
    assert status["deliveries"][0]["attempts"] == 0


def test_the_stream_of_status_events(hospital, note):
    hospital("send", note())
    done = hospital("--json", "status", "--follow", "--sender", HOSPITAL, "--count", "2")
    assert [json.loads(line)["state"] for line in done.stdout.splitlines()] == [
        "accepted", "queued"]


def test_who_may_not_is_told_and_exits_1(gp):
    done = gp("receive", "--her", HOSPITAL, "--count", "1")
    assert done.returncode == REFUSED
    assert "denied" in done.stderr


def test_without_a_broker_it_exits_3(broker, folder, note):
    certificate, key = broker.pki.issue("org-999000002", "999000002")
    broker.stop()
    done = broker.vendor("999000002", "send", note())
    assert done.returncode == NO_CONNECTION
    broker.start()
    # A stranger's broker is not ours: its certificate does not come from the CA that we trust.
    wrong = subprocess.run(
        [BIN / "budstikke", "--server", f"localhost:{broker.port}", "--ca", certificate,
         "--cert", certificate, "--key", key, "send", note()],
        capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert wrong.returncode == NO_CONNECTION


def test_usage_errors_exit_2():
    for words in ([], ["send"], ["fly"], ["receive"], ["status"], ["send", "/dev/null"]):
        done = subprocess.run([BIN / "budstikke", *words], capture_output=True, text=True,
                              check=False, timeout=PATIENCE, env={**os.environ, "LANG": "C"})
        assert done.returncode == USAGE, (words, done.stderr)


def test_inspect_asks_no_broker(note):
    done = subprocess.run([BIN / "budstikke", "inspect", "--json", note(copies=[MUNICIPALITY])],
                          capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == OK
    facts = json.loads(done.stdout)
    assert (facts["standard"], facts["sender"]["her_id"]) == ("epikrise", HOSPITAL)
    assert [(r["her_id"], r["role"]) for r in facts["receivers"]] == [
        (GP, "primary"), (MUNICIPALITY, "copy")]


def test_options_that_may_be_repeated_take_no_file(broker, note, pki):
    certificate, key = pki.issue("crypt-999000004", "999000004", "--encryption")
    files = [note(), note()]
    done = subprocess.run(
        [BIN / "budstikke", "ebxml", "check", "--json", "--decrypt-certificate", certificate,
         "--decrypt-key", key, *files],
        capture_output=True, text=True, check=False, timeout=PATIENCE)
    told = [json.loads(line)["file"] for line in done.stdout.splitlines()]
    assert told == [str(file) for file in files], done.stderr
    sent = broker.vendor("999000002", "send", "--recipient", GP, *files)
    assert sent.returncode == OK, sent.stderr
