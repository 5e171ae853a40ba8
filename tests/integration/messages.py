"""Messages for the tests: invented discharge notes (Epikrise 1.2) and application receipts
(AppRec 1.1), valid against the official schemas. All people are invented, all numbers of the
synthetic series.
"""

import time
import uuid
from xml.sax.saxutils import escape

EPIKRISE = "http://www.kith.no/xmlstds/epikrise/2012-02-15"
APPREC = "http://www.kith.no/xmlstds/apprec/2012-02-15"


def new_id():
    return str(uuid.uuid4())


def _place(element, her_id, role=""):
    return f"""<{element}>{role}<HCP><Inst><Name>Virksomhet {her_id}</Name><Id>{her_id}</Id>
      <TypeId V="HER" DN="HER-id"/></Inst></HCP></{element}>"""


def discharge_note(sender, recipient, copies=(), *, message_id=None, document_id=None,
                   text="Oppdiktet forløp.", patient="Eksempel, Oda Oppdiktet",
                   number="15825000043"):
    """The document id is the order key: notes that share it are one conversation."""
    copy_destinations = "".join(_place("CopyDest", her_id) for her_id in copies)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Message xmlns="{EPIKRISE}">
  <Type V="EPIKRISE" DN="Epikrise"/>
  <MIGversion>v1.2 2012-02-15</MIGversion>
  <GenDate V="2026-11-20T14:05:00"/>
  <MsgId>{message_id or new_id()}</MsgId>
  <ServRprt>
    <ServType V="N" DN="Ny"/>
    <IssueDate V="2026-11-20T14:00:00"/>
    <Status V="F" DN="Endelig rapport"/>
    <MsgDescr>Sykehusepikrise</MsgDescr>
    <ServProvId>{document_id or new_id()}</ServProvId>
    <Event>
      <ReportedEvent><StartDateTime V="2026-11-17T09:30:00"/></ReportedEvent>
      <ServType V="N" DN="Ny"/>
      <Service><AdmCat V="1" DN="Heldøgnsopphold"/></Service>
      <Comment>
        <Heading V="FO" DN="Forløp"/>
        <TextResultValue>{escape(text)}</TextResultValue>
      </Comment>
    </Event>
    <Patient>
      <Sex V="2" DN="Kvinne"/>
      <DateOfBirth V="1950-02-15"/>
      <Name>{escape(patient)}</Name>
      <OffId>{number}</OffId>
      <TypeOffId V="FNR" DN="Fødselsnummer"/>
    </Patient>
    {_place("ServProvider", sender)}
    {copy_destinations}
    {_place("Requester", recipient)}
  </ServRprt>
</Message>
""".encode()


def apprec(sender, recipient, original_id, *, status=1, error="", receipt_id=None, role="PRIM"):
    """Status 1 is OK, 2 rejected, 3 OK with an error in a part (codesystem 8258)."""
    texts = {1: "OK", 2: "Avvist", 3: "OK, feil i delmelding"}
    said = f'<Error V="{error}" S="2.16.578.1.12.4.1.1.8221"/>' if error else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<AppRec xmlns="{APPREC}">
  <MsgType V="APPREC" DN="Applikasjonskvittering"/>
  <MIGversion>v1.1 2012-02-15</MIGversion>
  <GenDate>2026-11-20T14:06:00</GenDate>
  <Id>{receipt_id or new_id()}</Id>
  {_place("Sender", sender, f'<Role V="{role}"/>')}
  {_place("Receiver", recipient, '<Role V="AVS"/>')}
  <Status V="{status}" DN="{texts[status]}"/>
  {said}
  <OriginalMsgId>
    <MsgType V="EPIKRISE" DN="Epikrise"/>
    <IssueDate>2026-11-20T14:05:00</IssueDate>
    <Id>{original_id}</Id>
  </OriginalMsgId>
</AppRec>
""".encode()


def submit_for(client, seconds, make_note):
    """Hands in a note that expires so many seconds from now; its receipt, and when that is, in ms.
    Where the machine stood still for that long in between, it came too late, and another is handed
    in."""
    while True:
        at_ms = int((time.time() + seconds) * 1000)
        receipt = client.submit(make_note(), expires_at_ms=at_ms)
        if receipt.outcome == receipt.ACCEPTED:
            return receipt, at_ms
        assert codes(receipt) == ["submission.expiry_invalid"], receipt


def codes(receipt):
    """All finding codes of a receipt, its recipients' included."""
    return [f.code for f in receipt.findings] + [
        f.code for r in receipt.recipients for f in r.findings]
