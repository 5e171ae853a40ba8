"""The messages of the benchmark: official examples, addressed to the parties of the benchmark and
brought to a size. Promises messages that are valid against the official schemas, of exactly the
size asked for, whose ids are all the placeholder that the load generators replace.

A message grows by varied plain text in its free text, drawn from the words of the examples' own
language, so that it compresses about as real notes do.
"""

import pathlib
import random

from lxml import etree

PLACEHOLDER = "00000000-0000-4000-8000-000000000000"
# What to make of which example: its path, the element that takes the text, the elements that are
# left out one by one while the message is too large.
SOURCES = {
    2048: [("dialogmelding-1.0/examples/acceptance/Dialogmeldingen/Case1-16a.xml", "Sporsmal", ()),
           ("dialogmelding-1.0/examples/acceptance/Dialogmeldingen/Case4.xml",
            "TekstNotatInnhold", ())],
    8192: [("epikrise-1.2/examples/epikrise_v1.2_m.xml", "TextResultValue", ("Comment",)),
           ("plo-1.6/examples/Helseopplysninger_Oppdaterte_opplysninger_v1-6_Endring1.xml",
            "Notat", ())],
}
WORDS = """
pasienten innlagt avdeling oppfølging fastlege behandling medisin tablett morgen kveld smerter
feber undersøkelse blodprøve røntgen funn normal forhøyet redusert kontroll uker måneder dager
etter operasjon sår rolig stabil uttalt lett moderat venstre høyre hofte kne skulder rygg hjerte
lunge mage trening fysioterapeut kommune hjemmetjeneste tilsyn daglig ukentlig ved behov
anbefales vurderes henvises tidligere kjent sykdom diabetes hypertensjon allergi ingen
bivirkninger seponert startet økt dose mg ganger vekt høyde puls blodtrykk temperatur oksygen
metning luft inntak væske ernæring søvn humør våken orientert samarbeider pårørende informert
samtykke avtale time poliklinikk sykehus utskrevet hjem korttidsplass rehabilitering mål tiltak
plan vurdering og i på med til for av er har ble som ikke det den en et å
""".split()


def prose(draw, size):
    """`size` bytes of sentences that no two draws share."""
    text = b""
    while len(text) < size:
        words = draw.choices(WORDS, k=draw.randint(5, 14))
        if draw.random() < 0.3:
            words.insert(draw.randrange(len(words)), str(draw.randint(1, 400)))
        text += (" ".join(words).capitalize() + ". ").encode()
    # A letter of two bytes is not cut in half.
    return text[:size].decode(errors="ignore")


def _name(element):
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _find(root, *names):
    """Elements by the local names of a path below any element."""
    path = "//" + "/".join(f"*[local-name()='{name}']" for name in names)
    return root.xpath(path)


def _address(root, her_id, names):
    """Makes the party there an organisation with this HER-id, and with no other one below it."""
    [party] = _find(root, *names)
    for element in _find(party.getroottree(), *names, "Dept") + _find(root, *names, "HCPerson"):
        element.getparent().remove(element)
    first = True
    for kind in party.iter("{*}TypeId"):
        holder = kind.getparent()
        if first:
            kind.set("V", "HER")
            kind.set("DN", "HER-id")
            next(holder.iterchildren("{*}Id")).text = her_id
            first = False
        elif kind.get("V") == "HER":
            kind.set("V", "HPR")
            kind.set("DN", "HPR-nummer")


def _addressed(path, sender, recipient):
    parser = etree.XMLParser(remove_blank_text=True, remove_comments=True, no_network=True)
    root = etree.parse(str(path), parser).getroot()
    for element in root.iter(etree.Element):
        for attribute in [name for name in element.attrib if name.endswith("schemaLocation")]:
            del element.attrib[attribute]
    hcp = _name(root) == "Message"
    _address(root, sender, ("ServProvider", "HCP", "Inst") if hcp else ("Sender", "Organisation"))
    _address(root, recipient, ("Requester", "HCP", "Inst") if hcp else ("Receiver", "Organisation"))
    for element in _find(root, "CopyDest") + _find(root, "OtherReceiver"):
        element.getparent().remove(element)
    for name in ("MsgId", "ServProvId"):
        for element in _find(root, name):
            element.text = PLACEHOLDER
    for element in _find(root, "ConversationRef"):
        element.getparent().remove(element)
    return root


def _bytes(root):
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def message(standards, size, source, sender, recipient, draw):
    """One message of SOURCES[size], of exactly `size` bytes."""
    path, text_element, spare = source
    root = _addressed(standards / path, sender, recipient)
    while len(_bytes(root)) > size:
        left = [element for name in spare for element in _find(root, name)]
        if len(left) < 2:
            raise ValueError(f"{path} can not be brought to {size} bytes")
        left[-1].getparent().remove(left[-1])
    target = _find(root, text_element)[0]
    target.text = (target.text or "") + " "
    missing = size - len(_bytes(root))
    target.text += prose(draw, max(missing, 0))
    target.text += "." * (size - len(_bytes(root)))
    whole = _bytes(root)
    if len(whole) != size:
        raise ValueError(f"{path} has {len(whole)} bytes and not {size}")
    return whole


def write(standards, folder, size, pairs, variants=4):
    """Writes `variants` messages from 2000 + N to 3000 + N for each of `pairs`, as N-K.xml, and
    holds one of each source against the schemas."""
    standards, folder = pathlib.Path(standards), pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(size)
    schema = etree.XMLSchema(etree.parse(str(standards / "_all/schema/_driver.xsd")))
    sources = SOURCES[size]
    for pair in range(pairs):
        for variant in range(variants):
            source = sources[variant % len(sources)]
            made = message(standards, size, source, str(2000 + pair), str(3000 + pair), draw)
            if pair == 0:
                schema.assertValid(etree.fromstring(made))
            (folder / f"{pair}-{variant}.xml").write_bytes(made)
    return folder
