"""A vendor tests its message service against a broker that is its test partner: what is posted is
answered as a receiver answers it, with every violation that `budstikke ebxml check` finds in the
same bytes, marked as a test, and nothing is delivered.
"""

import json
import re
import subprocess

import pytest
from ebxml_partner import EB, NAMES, Message, Partner, acknowledgment, payload_message
from ebxml_scene import Keys, alone
from harness import BIN, HOSPITAL, MUNICIPALITY, ORGANISATIONS, PATIENCE
from messages import discharge_note

MARK = " TEST. TEST. Sendt i testøyemed. Har ingen andre formål. "
MSH = ('<eb:Description xml:lang="no">{"MSH-system":"Partner","MSH-versjon":"7"}'
       '</eb:Description>')
XML = 'text/xml; charset="UTF-8"'


class Scene:
    """The municipality's vendor, and the hospital's broker as its test partner."""

    def __init__(self, broker, partner, folder):
        self.broker, self.partner, self.folder = broker, partner, folder

    def note(self, **changes):
        document = discharge_note(MUNICIPALITY, HOSPITAL)
        return payload_message(
            MUNICIPALITY, HOSPITAL, document, self.partner.keys, self.broker.keys_of,
            **{"sync": True, "description": MSH, **changes})

    def post(self, content_type, body, **headers):
        return self.partner.post(self.broker.ebxml_port, content_type, body, **headers)

    def check(self, content_type, body, soap_action='"ebXML"'):
        """What the tool says of the same bytes, with the same keys and directory."""
        file = self.folder / "posted"
        action = f"SOAPAction: {soap_action}\r\n" if soap_action else ""
        file.write_bytes(f"{action}Content-Type: {content_type}\r\n\r\n".encode() + body)
        keys = self.broker.keys_of.encryption
        found = subprocess.run(
            [BIN / "budstikke", "ebxml", "check", "--json",
             "--directory", self.broker.folder / "directory",
             "--decrypt-certificate", keys.with_suffix(".crt"),
             "--decrypt-key", keys.with_suffix(".key"), file],
            capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert found.returncode in (0, 1), found.stderr
        return json.loads(found.stdout)

    def logged(self):
        """The rules that the log names."""
        event = self.broker.wait_event("ebxml_test_answer")
        return {int(rule) for rule in event["rules"].split()}


@pytest.fixture
def scene(folder, pki):
    keys = Keys(pki, ORGANISATIONS[MUNICIPALITY])
    with Partner(pki, keys) as partner, \
            alone(folder / "a", pki, HOSPITAL, identity="test_partner = true") as broker:
        broker.know(HOSPITAL, MUNICIPALITY, keys, partner.url)
        broker.reload()
        yield Scene(broker, partner, folder)


def rules_of(answer):
    """The numbers in the texts of a MessageError or a Fault."""
    texts = [d.text for d in answer.soap.findall(".//eb:Error/eb:Description", NAMES)]
    texts += [answer.soap.findtext(".//faultstring") or ""]
    return {int(number) for text in texts for number in re.findall(r"regel (\d+):", text)}


def kind_of(status, answer):
    if answer is None:
        return "none"
    if answer.soap.find("SOAP:Body/SOAP:Fault", NAMES) is not None:
        assert status == 500
        return "fault"
    assert status == 200
    errors = answer.soap.find(".//eb:ErrorList", NAMES)
    if errors is None:
        assert answer.action == "Acknowledgment"
        return "acknowledgment"
    return errors.get(f"{{{EB}}}highestSeverity").lower()


def is_marked(answer):
    first = answer.soap.find("SOAP:Header", NAMES)[0]
    return first.text == MARK and not isinstance(first.tag, str)


CASES = {
    "correct": ({}, None, set(), "acknowledgment"),
    "raw_inside": ({"encoding": None}, None, {264}, "acknowledgment"),
    "seven_bit_inside": ({"encoding": "7bit"}, None, {259}, "acknowledgment"),
    "unknown_inside": ({"encoding": "x-foo"}, None, {259}, "error"),
    "another_schema": ({"namespace": "http://www.kith.no/xmlstds/dialog/2013-01-23"}, None,
                       {270}, "acknowledgment"),
    "no_receipt_asked": ({"ack": False}, None, set(), "none"),
    "changed": ({}, (b"Partner", b"Another"), {50}, "error"),
    "no_encoding": ({}, (b"Content-Transfer-Encoding: 8bit\r\n", b""), {257}, "fault"),
}


@pytest.mark.parametrize("case", CASES)
def test_it_answers_as_a_receiver_and_reports_what_the_tool_finds(scene, case):
    changes, edit, expected, answered = CASES[case]
    content_type, body = scene.note(**changes)
    if edit:
        assert edit[0] in body
        body = body.replace(*edit)
    status, answer = scene.post(content_type, body)
    said = scene.check(content_type, body)
    violations = {violation["rule"] for violation in said["violations"]}
    assert expected <= violations
    assert said["response"] == answered
    # What others only note, the test partner says in a warning, which counts as a receipt.
    noted = answered == "acknowledgment" and violations
    assert kind_of(status, answer) == ("warning" if noted else answered)
    assert scene.logged() == violations
    if answer is not None:
        assert rules_of(answer) == violations
        assert is_marked(answer)
        if answered != "fault":
            answer.verify(scene.broker.keys_of.signing.with_suffix(".crt"))
    assert scene.broker.ctl("status")["counters"]["accepted"] == 0


def test_what_lacks_its_headers_or_is_no_ebxml_gets_a_fault_with_every_rule(scene):
    posts = [(*scene.note(), ""), (XML, b"<a/>", '"ebXML"')]
    for content_type, body, action in posts:
        status, answer = scene.post(content_type, body, soap_action=action)
        said = scene.check(content_type, body, soap_action=action)
        assert said["response"] == "fault"
        assert kind_of(status, answer) == "fault"
        assert rules_of(answer) == {violation["rule"] for violation in said["violations"]}
        assert is_marked(answer)


def test_a_signal_is_looked_at_and_not_answered(scene):
    content_type, body = scene.note()
    message = Message({"Content-Type": content_type, "Content-Transfer-Encoding": None}, body)
    # As if the hospital had sent it: without the references, and for an id that is none.
    for element, her_id in (("From", HOSPITAL), ("To", MUNICIPALITY)):
        message.soap.find(f".//eb:{element}/eb:PartyId", NAMES).text = her_id
    message.soap.find(".//eb:MessageId", NAMES).text = "no id"
    status, answer = scene.post(*acknowledgment(message, scene.partner.keys, references=[]))
    assert (status, answer) == (200, None)
    assert {108, 116, 117} <= scene.logged()
