"""The README is true: its client of forty lines works as it stands there, and what it points to is
there.
"""

import os
import re
import subprocess
import sys

from harness import GP, HOSPITAL, ORGANISATIONS, PATIENCE, PROJECT
from messages import apprec, discharge_note, new_id

README = (PROJECT / "README.md").read_text(encoding="utf-8")


def test_every_file_that_it_names_exists():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(links) > 5
    assert [link for link in links if not (PROJECT / link).exists()] == []


def test_its_client_sends_and_receives_as_it_stands_there(broker, folder):
    (program,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (folder / "client.py").write_text(program, encoding="utf-8")
    message_id = new_id()
    (folder / "note.xml").write_bytes(discharge_note(HOSPITAL, GP, message_id=message_id))
    number = ORGANISATIONS[HOSPITAL]
    certificate, key = broker.pki.issue(f"org-{number}", number)
    generated = next(path for path in sys.path if os.path.exists(f"{path}/budstikke/v1"))
    with broker.client(GP) as gp:
        gp.subscribe(GP)
        with subprocess.Popen(
                [sys.executable, "-B", folder / "client.py", "localhost", str(broker.port),
                 broker.pki.folder / "ca.crt", certificate, key, HOSPITAL, folder / "note.xml"],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                env={**os.environ, "PYTHONPATH": generated}) as program:
            gp.settle(gp.delivery())
            # The next one comes between a settlement and its answer.
            gp.submit(apprec(GP, HOSPITAL, message_id))
            gp.submit(discharge_note(GP, HOSPITAL))
            out, err = program.communicate(timeout=PATIENCE)
    assert program.returncode == 0, err
    lines = out.splitlines()
    assert lines[0].startswith("accepted ")
    assert lines[1:] == [f"received APPREC from {GP}", "delivered"]


OPERATIONS = (PROJECT / "deploy/doc/operations.md").read_text(encoding="utf-8")


def test_the_commands_of_the_manual_are_those_of_the_broker(broker):
    table = OPERATIONS.partition("## Commands")[2].partition("## The log")[0]
    written = {}
    for commands, roles in re.findall(r"^\| (`.*?) \| ([a-z, ]+) \|", table, re.MULTILINE):
        for command in re.findall(r"`([a-z ]+?)(?: (?:-|\[|[A-Z]).*?)?`", commands):
            written[command] = roles.split(", ")
    known = {}
    for command in broker.ctl("help")["commands"]:
        name = re.match(r"[a-z]+(?: [a-z]+)?", command["usage"])[0]
        known[name] = command["roles"]
    known.pop("parties")  # short for `parties list`
    assert written.keys() == known.keys()
    for command, roles in written.items():
        assert set(roles) <= set(known[command])
        assert known[command][0] == roles[0], command


# Where the broker names an event: in a call that writes one, before its fields; through a session's
# `warn`, or the log of a door; as an `event_id` that is passed on; and in the function that names
# refusals.
NAMES_OF_EVENTS = (
    re.compile(r"\b(?:refusals|acceptances)\.note\(([^,;]*),"),
    re.compile(r"\bevents_?\.write\(([^{;]*)\{"),
    re.compile(r"\bwarn\(([^,;]*?)[,;]"),
    re.compile(r"\bevent_id =([^,;]*)[,;]"),
    re.compile(r"\bstring_view event_id\([^)]*\) \{(.*?)^\}", re.MULTILINE | re.DOTALL),
)


def events_of_the_broker():
    sources = [path.read_text(encoding="utf-8") for path in (PROJECT / "broker").rglob("*.cpp")]
    return {event for text in sources for pattern in NAMES_OF_EVENTS
            for place in pattern.findall(text) for event in re.findall(r'"([a-z_]+)"', place)}


def test_the_manual_has_every_event_of_the_broker_and_no_other():
    table = OPERATIONS.partition("## The log")[2].partition("## Recipes")[0]
    named = {word for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
             for word in re.findall(r"`([a-z_]+\*?)`", row)}
    families = tuple(word.removesuffix("*") for word in named if word.endswith("*"))
    events = events_of_the_broker()
    assert len(events) > 40
    assert {event for event in events if not event.startswith(families)} == {
        event for event in named if not event.endswith("*")}
    assert all(any(event.startswith(family) for event in events) for family in families)
