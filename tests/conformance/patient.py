"""Whether a message identifies its patient sufficiently: the rule behind AppRec code E36.

Written from HIS 80415:2012, 3.3.4. The broker's findings are compared with it; like reader.py it
shares nothing with the adapters.
"""

import reader

# Numbers that identify together with a name. H-nummer (HNR) is an institution's own and is not
# listed.
NUMBERS = ("FNR", "DNR", "FHN")
# Payloads about something else than one patient may leave the patient out of the header.
MAY_LACK_PATIENT = ("dialogmelding", "behandlerkrav", "egenandel")


def number(kind, value):
    """Eleven digits of a type that counts. The checksum is the application's business."""
    digits = "".join((value or "").split())
    return kind in NUMBERS and len(digits) == 11 and digits.isascii() and digits.isdigit()


def identified(name, numbers, birth, sex):
    return bool(name) and (any(number(*each) for each in numbers) or bool(birth and sex))


def msghead(root):
    patient = reader.find(root, "MsgInfo", "Patient")
    if patient is None:
        return None if reader.facts(root)["standard"] in MAY_LACK_PATIENT else False
    parts = ("FamilyName", "GivenName", "MiddleName")
    return identified(
        next((part for part in parts if reader.text(patient, part)), None),
        [
            (reader.code(ident, "TypeId"), reader.text(ident, "Id"))
            for ident in reader.children(patient, "Ident")
        ],
        reader.text(patient, "DateOfBirth"),
        reader.code(patient, "Sex"),
    )


def hcp(root):
    body = next((e for e in root if reader.local(e) in ("ServReq", "ServRprt", "ServReport")), None)
    patient = reader.find(body, "Patient")
    if patient is None:
        other_subject = reader.children(body, "Animal") or reader.children(body, "Material")
        return None if other_subject else False
    numbers = [(reader.code(patient, "TypeOffId"), reader.text(patient, "OffId"))]
    numbers += [
        (reader.code(other, "Type"), reader.text(other, "Id"))
        for other in reader.children(patient, "AdditionalId")
    ]
    return identified(
        reader.text(patient, "Name"),
        numbers,
        reader.code(patient, "DateOfBirth"),
        reader.code(patient, "Sex"),
    )


def emergency(root):
    """A referral of urgency 0 (hastegrad, codesystem 8304): never rejected for its patient."""
    if reader.facts(root)["standard"] != "henvisning":
        return False
    return any(e.get("V") == "0" for e in root.iter() if reader.local(e) == "Priority")


def insufficient(root):
    """Whether the message must be answered with E36."""
    kind = reader.facts(root)["format"]
    judge = {"msghead": msghead, "hcp": hcp}.get(kind)
    return judge is not None and judge(root) is False and not emergency(root)
