"""Holds `budstikke inspect` to the independent reader where the same message is written otherwise.

usage: check_variants.py PROGRAM [WORD...]
The official examples are all UTF-8, and put their ids plainly. Here each of them is written anew
as a vendor might: in ISO-8859-1, with a byte order mark, with comments, white space, CDATA or
character references in the ids, with other prefixes. The facts must stay those that the reader
finds in the new file.
"""

import pathlib
import re
import sys
import tempfile

import inspector
import reader
import standards
from check_facts import compare_facts
from lxml import etree

# The elements whose text is a fact.
FACTS = ("Id", "MsgId", "RefToParent", "RefToConversation")
FACTS_MAX = 8


def latin_1(tree):
    """Characters that ISO-8859-1 lacks become references."""
    return etree.tostring(tree, encoding="ISO-8859-1", xml_declaration=True)


def byte_order_mark(tree):
    return b"\xef\xbb\xbf" + etree.tostring(tree, encoding="UTF-8", xml_declaration=True)


def undeclared(tree):
    """Without a declaration it is UTF-8."""
    return etree.tostring(tree, encoding="UTF-8", xml_declaration=False)


def single_quotes(tree):
    body = etree.tostring(tree, encoding="UTF-8", xml_declaration=False)
    return b"<?xml version='1.0' encoding='utf-8' standalone='yes'?>\r\n" + body


def fact_elements(tree):
    """The first elements that carry facts; lxml's tree is changed in place."""
    found = [e for e in tree.getroot().iter() if reader.local(e) in FACTS and e.text and not len(e)]
    return found[:FACTS_MAX]


def comments(tree):
    for element in fact_elements(tree):
        value = element.text
        element.text = value[:2]
        comment = etree.Comment(" 12 ")
        comment.tail = value[2:]
        element.append(comment)
    return undeclared(tree)


def white_space(tree):
    for element in fact_elements(tree):
        element.text = f"\n\t {element.text} \n"
    return undeclared(tree)


def cdata(tree):
    for element in fact_elements(tree):
        element.text = etree.CDATA(element.text)
    return undeclared(tree)


def references(tree):
    """Every ASCII character of an id as a character reference."""

    def referring(match):
        start, value, end = match.groups()
        ascii_only = (b"&#x%X;" % byte if byte < 128 else bytes([byte]) for byte in value)
        return start + b"".join(ascii_only) + end

    return re.sub(rb"(<(?:\w+:)?(?:Msg)?Id>)([^<&]+)(<)", referring, undeclared(tree))


def prefixes(tree):
    """The namespace of the root under a prefix of its own, everywhere."""
    root = tree.getroot()
    renamed = etree.Element(root.tag, root.attrib, nsmap={"anything": reader.namespace(root)})
    renamed.text = root.text
    renamed.extend(list(root))
    etree.cleanup_namespaces(renamed, top_nsmap={"anything": reader.namespace(root)})
    return etree.tostring(renamed, encoding="UTF-8", xml_declaration=True)


VARIANTS = (
    latin_1,
    byte_order_mark,
    undeclared,
    single_quotes,
    comments,
    white_space,
    cdata,
    references,
    prefixes,
)


# No example of PLO 2.0 was ever issued; its Pasientlogistikk differs from that of 1.6 by namespace.
PLO_1_6 = b"http://www.kith.no/xmlstds/po/Pasientlogistikk/2012-04-01"
PLO_2_0 = b"http://ehelse.no/xmlstds/po/Pasientlogistikk/2016-05-30"


def write_plo_2_0(folder):
    for number, case in enumerate(standards.cases()):
        body = case.path.read_bytes()
        if PLO_1_6 in body:
            path = folder / f"{number:03}-plo-2.0.xml"
            path.write_bytes(body.replace(PLO_1_6, PLO_2_0))
            yield case, "as PLO 2.0", path


def write_variants(folder):
    """One variant of each example, in turn, so that every variant meets every kind of message."""
    written = []
    well_formed = [case for case in standards.cases() if reader.parse(case.path) is not None]
    for number, case in enumerate(well_formed):
        variant = VARIANTS[number % len(VARIANTS)]
        path = folder / f"{number:03}-{variant.__name__}.xml"
        path.write_bytes(variant(etree.parse(str(case.path), reader.parser())))
        written.append((case, variant.__name__, path))
    return written + list(write_plo_2_0(folder))


def main(arguments):
    program = inspector.program_of(arguments)
    with tempfile.TemporaryDirectory() as name:
        written = write_variants(pathlib.Path(name))
        answers = inspector.inspect(program, [([path for _, _, path in written], None)])
        faults = [
            f"{case.name} ({variant}): {fault}"
            for case, variant, path in written
            for fault in compare_facts(
                answers[path], {**reader.facts(reader.parse(path)), "well_formed": True}
            )
        ]
    return inspector.report("variants", len(written), faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
