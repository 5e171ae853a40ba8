"""What the broker must answer for a message: facts, validity, and the AppRec codes of its errors.

Puts reader.py and patient.py together with the rules of addressing. The codes are those of
codesystem 8221; by which finding a code is reached is the catalogue's business.
"""

import re

import patient
import reader

# HIS 80415, 3.3.4: a message id is a UUID.
UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
HER_ID = re.compile(r"[0-9]{1,10}")


def content_codes(root, valid):
    """T01, T02, E10 and E36: what the acceptance table judges."""
    if root is None:
        return {"T01"}
    codes = set() if valid else {"T02"}
    facts = reader.facts(root)
    # Nobody answers an AppRec, so E10 is for messages.
    if facts["format"] in ("msghead", "hcp") and not UUID.fullmatch(facts["message_id"] or ""):
        codes.add("E10")
    if patient.insufficient(root):
        codes.add("E36")
    return codes


def unroutable(root):
    """Whether routing will refuse a party, whose only address is a HER-id of digits. The message as
    such is in order, so the broker warns."""
    facts = None if root is None else reader.facts(root)
    if not facts or not facts["format"]:
        return False
    primary = [r["her_id"] for r in facts["receivers"] if r["role"] == "primary"]
    copies = [r["her_id"] for r in facts["receivers"] if r["role"] == "copy"]
    # A copy without a HER-id goes by other means (paper, or to the patient): the schemas allow it.
    addresses = [facts["sender"]["her_id"], *primary, *(her for her in copies if her)]
    return not primary or not all(HER_ID.fullmatch(her or "") for her in addresses)


def apprec_codes(root, valid):
    """Every code that an error of this message must carry."""
    if root is None:
        return {"T01"}
    facts = reader.facts(root)
    if not facts["format"]:
        return {"T10"}
    codes = content_codes(root, valid)
    if facts["format"] == "apprec" and not facts["apprec_status"]:
        codes.add("T02")  # a status outside codesystem 8258
    return codes


def codes_of(answer):
    """The codes of the errors that were found."""
    return {f["apprec_code"] for f in answer["findings"] if f["severity"] == "error"}
