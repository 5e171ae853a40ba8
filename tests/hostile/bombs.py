"""Hostile XML documents, each as small or large as it must be to hurt, inside a message that is
good but for them, so that nothing else can be why it is refused. All are our own. The broker is
given them whole, `inspect` and the parsers behind the fuzz targets read them where no file and no
socket may be opened.
"""

import os

from messages import discharge_note

MIB = 1024 * 1024
# Of what is read to its end, however long it is: as long as a payload may be, by hand.
LONG = 200_000 * min(5, int(os.environ.get("BUDSTIKKE_HOSTILE_SCALE", "1")))
PAYLOAD_MAX = 35 * MIB
# Whose messages they are, where somebody takes them.
SENDER, RECIPIENT = "9001", "9002"

DOCTYPE, MALFORMED, LIMIT = "xml.doctype", "xml.not_well_formed", "xml.limit"
ENCODING, TOO_LARGE = "xml.encoding", "payload.too_large"
# Good XML that is long, or that names what only a careless reader would fetch.
NOTHING_WRONG = None

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
HERE = "@@"


def note(inside="", doctype="", attributes="", declaration=DECLARATION):
    """A discharge note with something inside its text, or around it."""
    text = discharge_note(SENDER, RECIPIENT, text=HERE).decode()
    return around(text.split("?>", 1)[1].lstrip(), inside, doctype, attributes, declaration)


def msghead(inside="", doctype="", attributes="", declaration=DECLARATION):
    return around('<MsgHead xmlns="http://www.kith.no/xmlstds/msghead/2006-05-24">@@</MsgHead>',
                  inside, doctype, attributes, declaration)


def envelope(inside="", doctype="", attributes="", declaration=DECLARATION):
    """Of ebXML, with a header that never gets further than it."""
    return around(
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>'
        '<e:MessageHeader xmlns:e="http://www.oasis-open.org/committees/ebxml-msg/schema/'
        'msg-header-2_0.xsd" s:mustUnderstand="1" e:version="2.0">@@</e:MessageHeader></s:Header>'
        "<s:Body/></s:Envelope>", inside, doctype, attributes, declaration)


def around(root, inside, doctype, attributes, declaration):
    end = root.index(">")
    text = root[:end] + attributes + root[end:]
    return (declaration + doctype + text.replace(HERE, inside)).encode()


def wide(document, order):
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}[order]
    return mark + document.decode().encode(order)


XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
XI = 'xmlns:xi="http://www.w3.org/2001/XInclude"'


def bombs(message, web="http://127.0.0.1:9", file="file:///etc/passwd"):
    """Name -> document, and the code of the finding that refuses it. `web` and `file` are what it
    tempts a reader to fetch."""
    return {**dtds(message, web, file), **large(message), **odd_bytes(message),
            **references(message, web, file)}


def dtds(message, web, file):
    def declaring(text, inside="&x;"):
        return message(inside, f"<!DOCTYPE x [{text}]>")

    laughs = "<!ENTITY l0 'ha'>" + "".join(
        f"<!ENTITY l{level} '{f'&l{level - 1};' * 10}'>" for level in range(1, 30))
    ftp = web.replace("http:", "ftp:")
    documents = {
        "billion laughs": declaring(laughs, "&l29;"),
        "quadratic blow-up": declaring(f"<!ENTITY a '{'a' * 50_000}'>", "&a;" * 50_000),
        "external file": declaring(f"<!ENTITY x SYSTEM '{file}'>"),
        "external web": declaring(f"<!ENTITY x SYSTEM '{web}/x'>"),
        "external ftp": declaring(f"<!ENTITY x SYSTEM '{ftp}/x'>"),
        "parameter entity": declaring(f"<!ENTITY % x SYSTEM '{file}'> %x;", ""),
        "parameter from the web": declaring(f"<!ENTITY % x SYSTEM '{web}/x'> %x;", ""),
        "external subset": message("", f"<!DOCTYPE x SYSTEM '{web}/x.dtd'>"),
        "public subset": message(
            "", f"<!DOCTYPE x PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' '{file}'>"),
        "empty DTD": message("", "<!DOCTYPE x>"),
        "DTD in UTF-16": wide(message("", "<!DOCTYPE x>", declaration=""), "utf-16-le"),
        "DTD in big-endian UTF-16": wide(message(
            "&x;", f"<!DOCTYPE x [<!ENTITY x SYSTEM '{file}'>]>", declaration=""), "utf-16-be"),
    }
    return {name: (document, DOCTYPE) for name, document in documents.items()}


def large(message):
    attributes = "".join(f" a{i}=''" for i in range(1_000_000))
    namespaces = "".join(f"<a xmlns:n{i}='urn:{i}'>" for i in range(90)) * 11
    return {
        "ten thousand deep": (message("<a>" * 10_000 + "</a>" * 10_000), LIMIT),
        "a million deep": (message("<a>" * 1_000_000), LIMIT),
        "a million attributes": (message(f"<a{attributes}/>"), LIMIT),
        "a thousand namespaces": (message(namespaces), LIMIT),
        "a name of a megabyte": (message(f"<{'n' * MIB}/>"), LIMIT),
        "a value of a megabyte": (message(f"<a b='{'v' * MIB}'/>"), LIMIT),
        "huge text": (message("x" * (20 * LONG)), NOTHING_WRONG),
        "huge comment": (message(f"<!--{'x' * (10 * LONG)}-->"), NOTHING_WRONG),
        "huge instruction": (message(f"<?p {'x' * (10 * LONG)}?>"), NOTHING_WRONG),
        "comments without end": (message("<!---->" * LONG), NOTHING_WRONG),
        "elements without end": (message("<a/>" * LONG), NOTHING_WRONG),
        "too large": (message("x" * PAYLOAD_MAX), TOO_LARGE),
        "nothing but space": (b" " * MIB, MALFORMED),
    }


def odd_bytes(message):
    def saying(encoding, inside=""):
        return message(inside, declaration=f'<?xml version="1.0" encoding="{encoding}"?>')

    return {
        "undeclared entity": (message("&x;"), MALFORMED),
        "UTF-7": (saying("UTF-7", "+ADw-x+AD4-"), ENCODING),
        "EBCDIC": (saying("IBM037"), ENCODING),
        "UTF-32": (message(declaration="").decode().encode("utf-32"), MALFORMED),
        "UTF-16 that is UTF-8": (saying("UTF-16"), ENCODING),
        "UTF-8 that is none": (message("@x").replace(b"@x", b"\xc0\xbc\xff"), ENCODING),
        "half a surrogate": (wide(message(declaration=""), "utf-16-le") + b"\x00\xd8", ENCODING),
        "NUL": (message("@x").replace(b"@x", b"\0"), MALFORMED),
        "a NUL reference": (message("&#0;"), MALFORMED),
        "not closed": (message().rstrip()[:-3], MALFORMED),
        "two roots": (message() + b"<a/>", MALFORMED),
    }


def references(message, web, file):
    """Good messages: whoever reads them further may know what these are; a broker fetches none."""
    documents = {
        "XInclude": message(f"<xi:include href='{file}' parse='text'/>", attributes=f" {XI}"),
        "XInclude from the web": message(f"<xi:include href='{web}/x'/>", attributes=f" {XI}"),
        "external schema": message(
            attributes=f' {XSI} xsi:schemaLocation="urn:x {web}/x.xsd"'),
        "external schema without namespace": message(
            attributes=f' {XSI} xsi:noNamespaceSchemaLocation="{file}"'),
        "a stylesheet": message(declaration=f'{DECLARATION}<?xml-stylesheet href="{file}"?>'),
        "a stylesheet from the web": message(
            declaration=f'{DECLARATION}<?xml-stylesheet href="{web}/x.xsl"?>'),
        "xml:base": message(attributes=f' xml:base="{file}"'),
    }
    return {name: (document, NOTHING_WRONG) for name, document in documents.items()}
