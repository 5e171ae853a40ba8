"""No patient data outside the payload: numbers of the synthetic series that occur nowhere else go
through every path, good and bad, and are then looked for in the log, in what operations can see, in
receipts, and in the files of the store.
"""

import json

import pytest
from exchange_client import Problem, v1
from harness import GP, HOSPITAL, MUNICIPALITY
from messages import apprec, discharge_note, new_id

NAME = "Kanarifugl"


def canaries():
    """Numbers with 80 added to the month: they belong to nobody."""
    for serial in range(10000, 99999):
        yield f"158250{serial}"


def payloads(number):
    """By path: the payload, how it is handed in."""
    note = discharge_note(HOSPITAL, GP, patient=f"{NAME} {number}", number=number,
                          text=f"{NAME} {number} falt")
    xml = {"content_type": "application/xml"}
    good = {"good": (note, xml), "checked": (note, xml)}
    bad = {
        "cut": (note[: note.index(number.encode()) + 20], xml),
        "no message": (f"<a b='{number}'>{number}</a>".encode(), xml),
        "doctype": (f'<!DOCTYPE a [<!ENTITY x "{number}">]><a>&x;</a>'.encode(), xml),
        "bad bytes": (note.replace(number.encode(), number.encode() + b"\xff"), xml),
        "bad name": (f"<{number}>{number}</{number}>".encode(), xml),
        "as id": (discharge_note(HOSPITAL, GP, message_id="{" + number), xml),
        "as document": (note.replace(b"<MsgId>", b"<MsgId>" + b" " * 20), xml),
        "as her-id": (note.replace(b"<Id>3001</Id>", f"<Id>{number}</Id>".encode()), xml),
        "as type": (note.replace(b'V="EPIKRISE"', f'V="{number}"'.encode()), xml),
        "as time": (note.replace(b"2026-11-20T14:05:00", number.encode()), xml),
        "as content type": (note, {"content_type": number}),
        "not ours": (note.replace(b"<Id>2001</Id>", b"<Id>9999</Id>"), xml),
    }
    return good, bad


def test_no_canary_leaves_the_payload(broker):
    numbers = canaries()
    used = []
    with broker.client(HOSPITAL) as hospital, broker.client(GP) as gp:
        gp.subscribe(GP)
        for path in payloads("0")[0]:
            used.append(number := next(numbers))
            payload, how = payloads(number)[0][path]
            hospital.check(payload, **how)
            receipt = hospital.submit(payload, **how)
            assert number.encode() not in receipt.SerializeToString()
            delivery = gp.delivery()
            assert number.encode() in delivery.payload
            delivery.payload = b""
            assert number.encode() not in delivery.SerializeToString()
            gp.settle(delivery)
        texts = []
        for path in payloads("0")[1]:
            used.append(number := next(numbers))
            payload, how = payloads(number)[1][path]
            for answer in (hospital.check(payload, **how), hospital.submit(payload, **how)):
                for finding in [*answer.findings, *(f for r in answer.recipients
                                                    for f in r.findings)]:
                    texts.append(finding.SerializeToString())
        assert texts
        assert not [n for n in used for text in texts if n.encode() in text]

        # What a peer writes where it should not goes to the other party, not to operations.
        used.append(reason := next(numbers))
        kept = hospital.submit(discharge_note(HOSPITAL, GP, [MUNICIPALITY]))
        gp.settle(gp.delivery(), v1.Settle.REJECTED, "T99", f"pasient {reason}")
        used.append(withdrawn := next(numbers))
        hospital.withdraw(f"gjelder {withdrawn}", [MUNICIPALITY], broker_id=kept.broker_id)
        used.append(asked := next(numbers))
        for question in (lambda: hospital.status(message_id=asked, sender=HOSPITAL),
                         lambda: hospital.subscribe(asked),
                         lambda: hospital.status(broker_id=asked)):
            with pytest.raises(Problem) as refused:
                question()
            assert asked not in str(refused.value)
        used.append(error := next(numbers))
        gp.submit(apprec(GP, HOSPITAL, new_id(), status=2, error=error))

    seen = json.dumps([
        broker.ctl("status"), broker.ctl("parties"), broker.ctl("queue", "list"),
        broker.ctl("queue", "show", GP), broker.ctl("deadletter", "list"),
        broker.ctl("message", "show", kept.broker_id), broker.ctl("audit", "list"),
        broker.ctl("sessions")])
    broker.stop()
    log = json.dumps(broker.log)
    stored = b"".join(path.read_bytes() for path in (broker.folder / "data").rglob("*")
                      if path.is_file())
    assert len(broker.log) > 2
    for number in used:
        assert number not in log
        assert number not in seen
    # The events of a delivery keep the reasons that its parties gave, for the other party.
    for number in used:
        if number not in (reason, withdrawn, error):
            assert number.encode() not in stored, f"{number} is on the disk in clear"
    assert NAME not in log + seen
    assert NAME.encode() not in stored
    broker.start()
