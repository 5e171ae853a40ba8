"""No patient data in clear from ebXML without encryption: a partner whose agreement asks for none
is sent to and sends, and what only the payload says is then looked for in the log and in every file
of the broker, also as the package has it, in base64. The master key is changed meanwhile.
"""

import base64
import contextlib
import json

import pytest
from ebxml_partner import Partner, acknowledgment, payload_message
from ebxml_scene import Keys, alone
from ebxml_steps import has_nothing, submit, take_one, wait_for_outcome
from harness import HOSPITAL, MUNICIPALITY, ORGANISATIONS
from messages import discharge_note

# Of the two that may be received in clear.
CLEAR_SERVICE = "HarBorgerFrikort"
AGREEMENT = """<tp:CollaborationProtocolAgreement tp:cpaid="{low}_{high}"
 xmlns:tp="http://www.oasis-open.org/committees/ebxml-cppa/schema/cpp-cpa-2_0.xsd">
{hospital}{municipality}
<tp:Packaging tp:id="clear"/>
<tp:Packaging tp:id="encrypted"><tp:CompositeList>
<tp:Encapsulation tp:mimetype="application/pkcs7-mime"/></tp:CompositeList></tp:Packaging>
</tp:CollaborationProtocolAgreement>"""
PARTY = """<tp:PartyInfo><tp:PartyId tp:type="HER">{her_id}</tp:PartyId>{roles}
<tp:DeliveryChannel tp:channelId="c" tp:docExchangeId="d">
<tp:MessagingCharacteristics tp:ackRequested="always"/></tp:DeliveryChannel>
<tp:DocExchange tp:docExchangeId="d"><tp:ebXMLSenderBinding><tp:ReliableMessaging>
<tp:Retries>100</tp:Retries><tp:RetryInterval>PT1S</tp:RetryInterval></tp:ReliableMessaging>
</tp:ebXMLSenderBinding></tp:DocExchange></tp:PartyInfo>"""
ROLE = """<tp:CollaborationRole><tp:Role tp:name="EPIKRISE{role}"/><tp:ServiceBinding>
<tp:Service>{service}</tp:Service><tp:Can{side}>
<tp:ThisPartyActionBinding tp:action="EPIKRISE" tp:packageId="clear">
<tp:BusinessTransactionCharacteristics tp:isNonRepudiationRequired="true"/>
<tp:ChannelId>c</tp:ChannelId></tp:ThisPartyActionBinding></tp:Can{side}>
</tp:ServiceBinding></tp:CollaborationRole>"""


def agree_on_clear_text(broker):
    roles = "".join(ROLE.format(service=service, role=role, side=side)
                    for service in ("S-EPIKRISE", CLEAR_SERVICE)
                    for role, side in (("sender", "Send"), ("receiver", "Receive")))
    low, high = sorted((HOSPITAL, MUNICIPALITY), key=int)
    (broker.folder / "directory/agreement.xml").write_text(AGREEMENT.format(
        low=low, high=high, hospital=PARTY.format(her_id=HOSPITAL, roles=roles),
        municipality=PARTY.format(her_id=MUNICIPALITY, roles=roles)), encoding="utf-8")
    broker.reload()


class Canary:
    """A word that stands in one payload so often that no line of base64 can break all of it."""

    def __init__(self, word):
        self.word = word.encode()
        self.note = dict(patient=f"{word} Oppdiktet", text=f"{word} " * 200)
        # At each of the three places in a group, without what its neighbours decide too.
        self.forms = [self.word] + [
            base64.b64encode(b"x" * at + self.word + b"xx")[4:-6] for at in (0, 1, 2)]

    def is_in(self, content):
        return any(form in content for form in self.forms)


def stored(broker):
    contents = []
    for path in (broker.folder / "data").rglob("*"):
        # A store that runs tidies up meanwhile.
        with contextlib.suppress(FileNotFoundError, IsADirectoryError):
            contents.append(path.read_bytes())
    assert contents
    return b"".join(contents)


def wraps(broker):
    return {key["id"]: key["wraps"] for key in broker.ctl("keys")["keys"]}


def check_nothing_of_it_lies_here(broker, canary):
    assert not canary.is_in(stored(broker))
    broker.stop()
    assert not canary.is_in(stored(broker))
    assert not canary.is_in(json.dumps(broker.log).encode())
    broker.start()


@pytest.fixture
def pair(folder, pki):
    keys = Keys(pki, ORGANISATIONS[MUNICIPALITY])
    with Partner(pki, keys) as partner, \
            alone(folder / "a", pki, HOSPITAL) as broker:
        broker.know(HOSPITAL, MUNICIPALITY, keys, partner.url)
        agree_on_clear_text(broker)
        yield broker, partner


def test_what_goes_out_in_clear_lies_sealed_and_moves_to_a_new_master_key(pair):
    broker, partner = pair
    canary = Canary("Kanarifugl")
    note = discharge_note(HOSPITAL, MUNICIPALITY, **canary.note)
    broker_id = submit(broker, HOSPITAL, note)
    first = partner.take()
    assert list(first.parts.values()) == [note]
    assert canary.is_in(first.body), "the search finds nothing where something is"
    assert not canary.is_in(stored(broker))

    broker.add_master_key("second", "22" * 32)
    broker.reload()
    # Each that comes again tells that another second has passed.
    while wraps(broker)["first"]:
        assert partner.take().body == first.body
    assert wraps(broker) == {"first": 0, "second": 2}
    broker.keys.write_text("second " + "22" * 32 + "\n", encoding="utf-8")
    broker.reload()
    broker.restart()
    assert not canary.is_in(stored(broker))
    # Not one that came before.
    while not partner.received.empty():
        partner.take()
    again = partner.take()
    assert (again.content_type, again.body) == (first.content_type, first.body)
    partner.answer = lambda message: (200, *acknowledgment(message, partner.keys))
    wait_for_outcome(broker, HOSPITAL, broker_id, "delivered")
    check_nothing_of_it_lies_here(broker, canary)


def test_a_master_key_that_waiting_messages_need_is_missed_at_once(pair):
    broker, partner = pair
    submit(broker, HOSPITAL, discharge_note(HOSPITAL, MUNICIPALITY))
    partner.take()
    broker.keys.write_text("other " + "33" * 32 + "\n", encoding="utf-8")
    done = broker.ctl_raw("reload", "--reason", "test")
    assert done.returncode == 1 and "master key first" in done.stdout
    broker.stop()
    with pytest.raises(AssertionError, match="master key first"):
        broker.start()
    broker.keys.write_text("first " + "11" * 32 + "\n", encoding="utf-8")
    broker.start()


def clear_message(broker, partner, canary, **options):
    note = discharge_note(MUNICIPALITY, HOSPITAL, **canary.note)
    package = payload_message(MUNICIPALITY, HOSPITAL, note, partner.keys, broker.keys_of,
                              sync=True, clear=True, **options)
    assert canary.is_in(package[1])
    return note, package


def test_what_comes_in_clear_lies_sealed(pair):
    broker, partner = pair
    canary = Canary("Gulspurv")
    note, package = clear_message(broker, partner, canary, service=CLEAR_SERVICE)
    for _ in range(2):
        status, answer = partner.post(broker.ebxml_port, *package)
        assert (status, answer.action) == (200, "Acknowledgment")
        assert not canary.is_in(answer.body)
    assert take_one(broker, HOSPITAL).payload == note
    check_nothing_of_it_lies_here(broker, canary)


def test_what_comes_in_clear_and_may_not_is_kept_nowhere(pair):
    broker, partner = pair
    canary = Canary("Toppmeis")
    _, package = clear_message(broker, partner, canary)
    status, answer = partner.post(broker.ebxml_port, *package)
    assert status == 500
    assert not canary.is_in(answer.body)
    assert has_nothing(broker, HOSPITAL)
    check_nothing_of_it_lies_here(broker, canary)
