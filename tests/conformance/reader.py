"""An independent reader of the Norwegian XML messages: the expected facts of the conformance run.

Written from the specifications (HIS 1153-2, HIS 80601, HIS 80415, HIS 1036, HISD 1209) and the XML
schemas, on lxml's tree. It shares neither code nor tables with the adapters and must never be
changed because an adapter says otherwise, only because a specification does.
"""

import re

from lxml import etree

KITH = "http://www.kith.no/xmlstds"
EHELSE = "http://ehelse.no/xmlstds"
MSGHEAD = f"{KITH}/msghead/2006-05-24"

# Namespace of the payload: (standard, version). A version is None where the standard states none.
STANDARDS = {
    f"{KITH}/apprec/2004-11-21": ("apprec", "1.0"),
    f"{KITH}/apprec/2012-02-15": ("apprec", "1.1"),
    f"{KITH}/epikrise/2006-09-23": ("epikrise", "1.1"),
    f"{KITH}/epikrise/2012-02-15": ("epikrise", "1.2"),
    f"{KITH}/henvisning/2005-07-08": ("henvisning", "1.0"),
    f"{KITH}/henvisning/2012-02-15": ("henvisning", "1.1"),
    f"{EHELSE}/henvisning/2017-11-30": ("henvisning", "2.0"),
    f"{KITH}/rekvisisjon/2008-12-01": ("rekvisisjon", "1.5"),
    f"{KITH}/rekvisisjon/2012-02-15": ("rekvisisjon", "1.6"),
    f"{KITH}/labsvar/2008-12-01": ("labsvar", "1.3"),
    f"{KITH}/labsvar/2012-02-15": ("labsvar", "1.4"),
    f"{KITH}/dialog/2006-10-11": ("dialogmelding", "1.0"),
    f"{KITH}/dialog/2013-01-23": ("dialogmelding", "1.1"),
    f"{KITH}/epj/EPJEkstrakt/2008-02-20": ("epj-ekstrakt", "1.4"),
    f"{KITH}/bkm/2006-12-20": ("behandlerkrav", None),
    f"{KITH}/nav/egenandel/2010-02-01": ("egenandel", None),
    f"{KITH}/nav/egenandel/2016-06-10": ("egenandel", None),
}
PLO = re.compile(
    rf"(?:{re.escape(KITH)}/po/\w+/(?:(?P<v15>2009-06-30)|2012-04-01)"
    rf"|{re.escape(EHELSE)}/po/\w+/(?P<v20>2016-05-30))"
)
HCP = {
    f"{KITH}/{name}"
    for name in (
        "epikrise/2006-09-23",
        "epikrise/2012-02-15",
        "henvisning/2005-07-08",
        "henvisning/2012-02-15",
        "rekvisisjon/2008-12-01",
        "rekvisisjon/2012-02-15",
        "labsvar/2008-12-01",
        "labsvar/2012-02-15",
    )
}
APPREC = {f"{KITH}/apprec/2004-11-21", f"{KITH}/apprec/2012-02-15"}

# Codesystem 8202, MsgDescr of Rekvisisjon 1.5 and Svarrapport 1.3: the discipline in codesystem
# 8279 (HISD 1209, 3.1). All of imaging is one process there; AN and OBD have none.
DISCIPLINE = {
    "LAB": "LAB", "CLIN": "KKL", "MBIO": "MBIO", "CYTO": "CYT", "HIST": "HIST",
    "RTG": "RTG", "CT": "RTG", "MR": "RTG", "UL": "RTG", "MA": "RTG", "SCI": "RTG",
}  # fmt: skip

NOTHING = {
    "format": None,
    "standard": None,
    "version": None,
    "namespace": None,
    "type": None,
    "action": None,
    "message_id": None,
    "generated_at": None,
    "sender": {"her_id": None, "parent_her_id": None},
    "receivers": [],
    "ref_to_parent": None,
    "ref_to_conversation": None,
    "original_message_id": None,
    "apprec_status": None,
    "attachments": 0,
}


def local(element):
    """The local name; empty for comments and processing instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def namespace(element):
    return element.tag[1:].rpartition("}")[0]


def children(element, name):
    return [] if element is None else [child for child in element if local(child) == name]


def find(element, *path):
    """The first child of each name in turn, None where one is missing."""
    for name in path:
        found = children(element, name)
        if not found:
            return None
        element = found[0]
    return element


def text(element, *path):
    """The trimmed text, None where there is no such element or it is empty."""
    element = find(element, *path)
    if element is None:
        return None
    return element.xpath("string()").strip(" \t\r\n") or None


def code(element, *path):
    """Attribute V of a coded value (CS, CV) or a time (TS), None where absent or empty."""
    element = find(element, *path)
    value = None if element is None else element.get("V")
    return (value or "").strip(" \t\r\n") or None


def party(level_1, level_2):
    """HIS 1153-2: the party is level 2; the organisation alone where level 2 has no HER-id."""
    second = next((her for her in level_2 if her), None)
    if second:
        return {"her_id": second, "parent_her_id": level_1}
    return {"her_id": level_1, "parent_her_id": None}


# --- MsgHead (HIS 80601)
# ----------------------------------------------------------------------------


def ident_her(unit):
    """HER-id among the Ident of an Organisation or HealthcareProfessional."""
    for ident in children(unit, "Ident"):
        if code(ident, "TypeId") == "HER":
            return text(ident, "Id")
    return None


def msghead_party(role):
    organisation = find(role, "Organisation")
    return party(
        ident_her(organisation),
        [
            ident_her(find(organisation, "Organisation")),  # AD2.7: a service
            ident_her(find(organisation, "HealthcareProfessional")),  # AD2.8: a person
            ident_her(find(role, "HealthcareProfessional")),  # a copy to a person alone
        ],
    )


def msghead(root):
    info = find(root, "MsgInfo")
    documents = [e for e in root.iter(f"{{{MSGHEAD}}}Document")]
    content = find(documents[0], "RefDoc", "Content") if documents else None
    inside = [] if content is None else list(content)
    payload = next((child for child in inside if local(child)), None)
    payload_namespace = namespace(payload) if payload is not None else None
    primary = [dict(msghead_party(e), role="primary") for e in children(info, "Receiver")]
    copies = [dict(msghead_party(e), role="copy") for e in children(info, "OtherReceiver")]
    kind = code(info, "Type")
    return dict(
        format="msghead",
        namespace=payload_namespace,
        type=kind,
        # HISD 1209, 3.1: the code of MsgInfo/Type is the Action; Helfo's process has its own name.
        action="OppgjorsMelding" if payload_namespace == f"{KITH}/bkm/2006-12-20" else kind,
        message_id=text(info, "MsgId"),
        generated_at=text(info, "GenDate"),
        sender=msghead_party(find(info, "Sender")),
        receivers=primary + copies,
        ref_to_parent=text(info, "ConversationRef", "RefToParent"),
        ref_to_conversation=text(info, "ConversationRef", "RefToConversation"),
        attachments=sum(code(d, "RefDoc", "MsgType") == "A" for d in documents),  # HIS 1036, 4.2
    )


# --- HCP family and AppRec
# --------------------------------------------------------------------------


def hcp_her(unit):
    """HER-id of an Inst, Dept, HCPerson or HCProf: its Id, else one of its alternative ids."""
    if code(unit, "TypeId") == "HER" and text(unit, "Id"):
        return text(unit, "Id")
    for other in children(unit, "AdditionalId"):
        if code(other, "Type") == "HER":
            return text(other, "Id")
    return None


def hcp_party(role):
    institution = find(role, "HCP", "Inst")
    return party(
        hcp_her(institution),
        [hcp_her(unit) for unit in children(institution, "Dept")]  # AD2.14: a service
        + [hcp_her(unit) for unit in children(institution, "HCPerson")]  # AD2.15: a person
        + [hcp_her(find(role, "HCP", "HCProf"))],
    )


def hcp_action(standard, version, kind, description):
    """HISD 1209, 3.1: older versions use other codes than 8279 and are mapped."""
    if (standard, version) == ("epikrise", "1.1"):
        return "EPIKRISE" if kind == "E" else None
    if (standard, version) == ("henvisning", "1.0"):
        return "HENVISNING" if kind == "H" else None
    prefix = {("rekvisisjon", "1.5"): "REQ_", ("labsvar", "1.3"): "SVAR_"}.get((standard, version))
    if prefix:
        return prefix + DISCIPLINE[description] if description in DISCIPLINE else None
    return kind


def hcp(root):
    standard, version = STANDARDS[namespace(root)]
    body = next((e for e in root if local(e) in ("ServReq", "ServRprt", "ServReport")), None)
    requester, provider = find(body, "Requester"), find(body, "ServProvider")
    # AD2.9 to AD2.11: the two swap their meaning between request and answer.
    asks = body is not None and local(body) == "ServReq"
    sender, receiver = (requester, provider) if asks else (provider, requester)
    primary = [] if receiver is None else [dict(hcp_party(receiver), role="primary")]
    copies = [dict(hcp_party(e), role="copy") for e in children(body, "CopyDest")]
    kind = code(root, "Type")
    references = [] if body is None else [e for e in body.iter() if local(e) == "RefDoc"]
    return dict(
        format="hcp",
        namespace=namespace(root),
        type=kind,
        action=hcp_action(standard, version, kind, code(body, "MsgDescr")),
        message_id=text(root, "MsgId"),
        generated_at=code(root, "GenDate"),
        sender=hcp_party(sender),
        receivers=primary + copies,
        attachments=sum(code(e, "MsgType") == "A" for e in references),
    )


def apprec(root):
    receivers = [dict(hcp_party(e), role="primary") for e in children(root, "Receiver")]
    status = code(root, "Status")
    return dict(
        format="apprec",
        namespace=namespace(root),
        type=code(root, "MsgType"),
        action="APPREC",
        message_id=text(root, "Id"),
        generated_at=text(root, "GenDate"),
        sender=hcp_party(find(root, "Sender")),
        receivers=receivers,
        original_message_id=text(root, "OriginalMsgId", "Id"),
        apprec_status=status if status in ("1", "2", "3") else None,  # codesystem 8258
    )


def facts(root):
    """What `budstikke inspect` must say of this message, apart from validity and findings."""
    name, where = local(root), namespace(root)
    if (name, where) == ("MsgHead", MSGHEAD):
        found = msghead(root)
    elif name == "Message" and where in HCP:
        found = hcp(root)
    elif name == "AppRec" and where in APPREC:
        found = apprec(root)
    else:
        return dict(NOTHING)
    payload = found["namespace"] or ""
    plo = PLO.fullmatch(payload)
    if plo:
        version = "1.5" if plo["v15"] else "2.0" if plo["v20"] else "1.6"
        found.update(standard="plo", version=version)
    else:
        standard, version = STANDARDS.get(payload, (None, None))
        found.update(standard=standard, version=version)
    return {**NOTHING, **found}


# --- Validity
# ---------------------------------------------------------------------------------------


def parser():
    """Reads no DTD, expands no entity, opens no other file."""
    return etree.XMLParser(
        load_dtd=False, no_network=True, resolve_entities=False, huge_tree=True
    )


def parse(path):
    """The root, None where the file is not well-formed (namespaces included)."""
    try:
        return etree.parse(str(path), parser()).getroot()
    except etree.XMLSyntaxError:
        return None


def broken_line(path):
    """The line where a file stops being well-formed."""
    try:
        etree.parse(str(path), parser())
    except etree.XMLSyntaxError as error:
        return error.lineno
    return None


def broken_root(path):
    """As much of a file that is not well-formed as can be recovered: what one may have seen."""
    recovering = etree.XMLParser(
        recover=True, no_network=True, resolve_entities=False, huge_tree=True
    )
    return etree.parse(str(path), recovering).getroot()


class Schemas:
    """The schema packs, each compiled at first use."""

    def __init__(self, folder_of):
        self._folder_of = folder_of
        self._compiled = {}

    def valid(self, standard, root):
        return root is not None and not self.lines(standard, root)

    def lines(self, standard, root):
        """The lines of all errors, in order; empty where the message is valid."""
        if standard not in self._compiled:
            driver = self._folder_of(standard) / "_driver.xsd"
            self._compiled[standard] = etree.XMLSchema(etree.parse(str(driver)))
        schema = self._compiled[standard]
        return [] if schema.validate(root) else [error.line for error in schema.error_log]
