"""An independent reader of ebXML messages: the expected facts of the official ebMS 2.0 examples.

Written from HIS 1037, HITS 1171 and HITS 1172 on lxml and Python's own email package. It shares
neither code nor tables with the broker and must never be changed because the broker says otherwise.
"""

import email.policy
import re

from lxml import etree

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
SOAP12 = "{http://www.w3.org/2003/05/soap-envelope}"
EB = "{http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MAIL_ID = re.compile(r"<?[^@\s<>]+@[^@\s<>]+>?")
CPA_ID = re.compile(r"(\d+)_(\d+)(?:_\d+)?|[\w.:-]+:\d+")
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"


def soap_bytes(path):
    """The envelope's bytes: the file itself, or the first part of a MIME package."""
    data = path.read_bytes()
    if path.suffix == ".xml":
        return data
    # A capture over HTTP has its delimiter right behind the last field, without an empty line.
    data = re.sub(rb"\n(------=_Part)", rb"\n\n\1", data, count=1)
    message = email.message_from_bytes(data, policy=email.policy.default)
    part = next(p for p in message.walk() if p.get_content_type() == "text/xml")
    return part.get_payload(decode=True)


def text(element, *names):
    for name in names:
        element = None if element is None else element.find(EB + name)
    value = "" if element is None else (element.text or "").strip()
    return value or None


def her_id(header, side):
    party = None if header is None else header.find(EB + side)
    found = [] if party is None else [p for p in party.findall(EB + "PartyId")
                                      if p.get(EB + "type") == "HER"]
    return (found[0].text or "").strip() if len(found) == 1 else None


class Reading:
    def __init__(self, path):
        self.bytes = soap_bytes(path)
        self.root = etree.fromstring(self.bytes)
        self.soap = self.root.find(SOAP + "Header")
        self.body = self.root.find(SOAP + "Body")
        self.header = None if self.soap is None else self.soap.find(EB + "MessageHeader")

    def block(self, name):
        return None if self.soap is None else self.soap.find(name)

    @property
    def kind(self):
        if self.root.find(f"{SOAP12}Body/{SOAP12}Fault") is not None:
            return "fault"
        if self.block(EB + "Acknowledgment") is not None:
            return "acknowledgment"
        return "error" if self.block(EB + "ErrorList") is not None else "payload"

    def facts(self):
        header = self.header
        reference = text(header, "MessageData", "RefToMessageId")
        acknowledged = self.block(EB + "Acknowledgment")
        if reference is None and acknowledged is not None:
            reference = text(acknowledged, "RefToMessageId")
        return {
            "kind": self.kind,
            "from": her_id(header, "From"),
            "to": her_id(header, "To"),
            "cpa_id": text(header, "CPAId"),
            "conversation_id": text(header, "ConversationId"),
            "service": text(header, "Service"),
            "action": text(header, "Action"),
            "message_id": text(header, "MessageData", "MessageId"),
            "ref_to_message_id": reference,
            "timestamp": text(header, "MessageData", "Timestamp"),
        }

    def has_signature(self):
        return self.block(DS + "Signature") is not None

    def transforms(self):
        path = f"{DS}SignedInfo/{DS}Reference[@URI='']/{DS}Transforms/{DS}Transform"
        return [t.get("Algorithm") for t in self.block(DS + "Signature").findall(path)]

    def references(self):
        """URIs of the ds:Reference elements that an Acknowledgment repeats."""
        return [r.get("URI") for r in self.block(EB + "Acknowledgment").findall(DS + "Reference")]

    def broken_rules(self):
        """Of JUDGED, those that the message breaks."""
        if self.kind == "fault":
            return set()
        broken = set() if self.bytes.lstrip(b"\xef\xbb\xbf").startswith(b"<?xml ") else {78}
        agreement = text(self.header, "CPAId")
        pair = CPA_ID.fullmatch(agreement)
        in_order = pair and (pair[1] is None or int(pair[1]) <= int(pair[2]))
        if not UUID.fullmatch(agreement) and not in_order:
            broken.add(12)
        if not self.has_signature():
            broken.add(45)
        elif XPATH not in self.transforms():
            broken |= {36, 38}
        return broken | getattr(self, "broken_in_" + self.kind)()

    def broken_in_payload(self):
        broken = set()
        if self.header.find(EB + "DuplicateElimination") is None and not self.synchronous():
            broken.add(74)
        if self.block(EB + "AckRequested") is None and not self.synchronous():
            broken.add(75)
        described = self.header.find(EB + "Description") is not None
        named = self.body.find(f".//{EB}Schema") is not None
        return broken | (set() if described and named else {279})

    def synchronous(self):
        return self.block(EB + "SyncReply") is not None

    def broken_in_acknowledgment(self):
        uris = self.references()
        broken = {109} if text(self.header, "MessageData", "RefToMessageId") else set()
        broken |= set() if "" in uris else {116}
        return broken | (set() if any((u or "").startswith("cid:") for u in uris) else {117})

    def broken_in_error(self):
        reference = text(self.header, "MessageData", "RefToMessageId") or ""
        good = UUID.fullmatch(reference) or MAIL_ID.fullmatch(reference)
        return set() if good else {122}


JUDGED = {12, 36, 38, 45, 74, 75, 78, 109, 116, 117, 122, 279}
