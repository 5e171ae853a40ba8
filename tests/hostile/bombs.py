"""Hostile XML documents, each as small or large as it must be to hurt, and the finding that refuses
it. All are our own. The broker is given them whole, `inspect` and the parsers behind the fuzz
targets read them where no file and no socket may be opened.
"""

import os

MIB = 1024 * 1024
# Of what is read to its end, however long it is: as long as a payload may be, by hand.
LONG = 200_000 * min(5, int(os.environ.get("BUDSTIKKE_HOSTILE_SCALE", "1")))
MSGHEAD = "http://www.kith.no/xmlstds/msghead/2006-05-24"
PAYLOAD_MAX = 35 * MIB

DOCTYPE, MALFORMED, LIMIT = "xml.doctype", "xml.not_well_formed", "xml.limit"
ENCODING, UNKNOWN = "xml.encoding", None


def message(inside="", doctype="", attributes="", declaration='<?xml version="1.0"?>'):
    return (f'{declaration}{doctype}<MsgHead xmlns="{MSGHEAD}"{attributes}>{inside}'
            "</MsgHead>").encode()


def laughs(levels=30, each=10):
    entities = "<!ENTITY l0 'ha'>" + "".join(
        f"<!ENTITY l{level} '{f'&l{level - 1};' * each}'>" for level in range(1, levels))
    return message(f"&l{levels - 1};", f"<!DOCTYPE MsgHead [{entities}]>")


def quadratic():
    return message("&a;" * 50_000, f"<!DOCTYPE MsgHead [<!ENTITY a '{'a' * 50_000}'>]>")


def external(url):
    return message("&x;", f"<!DOCTYPE MsgHead [<!ENTITY x SYSTEM '{url}'>]>")


def parameter(url):
    return message("", f"<!DOCTYPE MsgHead [<!ENTITY % x SYSTEM '{url}'> %x;]>")


def wide(text, order):
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}[order]
    return mark + text.decode().encode(order)


XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
XI = 'xmlns:xi="http://www.w3.org/2001/XInclude"'
NOWHERE = "http://127.0.0.1:9/"

# Name -> document, the code of the finding; None where another finding than these may come first.
BOMBS = {
    "billion laughs": (laughs(), DOCTYPE),
    "quadratic blow-up": (quadratic(), DOCTYPE),
    "external file": (external("file:///etc/passwd"), DOCTYPE),
    "external web": (external(NOWHERE), DOCTYPE),
    "external ftp": (external("ftp://127.0.0.1:9/x"), DOCTYPE),
    "parameter entity": (parameter("file:///etc/passwd"), DOCTYPE),
    "parameter from the web": (parameter(NOWHERE), DOCTYPE),
    "external subset": (message("", f"<!DOCTYPE MsgHead SYSTEM '{NOWHERE}x.dtd'>"), DOCTYPE),
    "public subset": (message("", "<!DOCTYPE MsgHead PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' "
                                  "'file:///etc/passwd'>"), DOCTYPE),
    "empty DTD": (message("", "<!DOCTYPE MsgHead>"), DOCTYPE),
    "DTD in UTF-16": (wide(message("", "<!DOCTYPE MsgHead>", declaration=""), "utf-16-le"),
                      DOCTYPE),
    "DTD in big-endian UTF-16": (wide(external("file:///etc/passwd").replace(
        b'<?xml version="1.0"?>', b""), "utf-16-be"), DOCTYPE),
    "undeclared entity": (message("&x;"), MALFORMED),
    "ten thousand deep": (message("<a>" * 10_000 + "</a>" * 10_000), LIMIT),
    "a million deep": (message("<a>" * 1_000_000), LIMIT),
    "a million attributes": (message(f"<a{''.join(f' a{i}=%s' % '`' for i in range(1_000_000))}/>"
                                     .replace("`", "''")), LIMIT),
    "a thousand namespaces": (message(
        "".join(f"<a xmlns:n{i}='urn:{i}'>" for i in range(90)) * 11), LIMIT),
    "a name of a megabyte": (message(f"<{'n' * MIB}/>"), LIMIT),
    "a value of a megabyte": (message(f"<a b='{'v' * MIB}'/>"), LIMIT),
    "huge text": (message("<a>" + "x" * (20 * LONG) + "</a>"), UNKNOWN),
    "huge comment": (message("<!--" + "x" * (10 * LONG) + "-->"), UNKNOWN),
    "huge instruction": (message("<?p " + "x" * (10 * LONG) + "?>"), UNKNOWN),
    "comments without end": (message("<!---->" * LONG), UNKNOWN),
    "elements without end": (message("<a/>" * LONG), UNKNOWN),
    "too large": (message("x" * PAYLOAD_MAX), "payload.too_large"),
    "UTF-7": (message("+ADw-x+AD4-", declaration='<?xml version="1.0" encoding="UTF-7"?>'),
              ENCODING),
    "EBCDIC": (message("", declaration='<?xml version="1.0" encoding="IBM037"?>'), ENCODING),
    "UTF-32": (message(declaration="").decode().encode("utf-32"), UNKNOWN),
    "UTF-16 that is UTF-8": (message(declaration='<?xml version="1.0" encoding="UTF-16"?>'),
                             ENCODING),
    "UTF-8 that is none": (message("x").replace(b">x<", b">\xc0\xbc\xff<"), ENCODING),
    "half a surrogate": (wide(message(declaration=""), "utf-16-le") + b"\x00\xd8", ENCODING),
    "NUL": (message("x").replace(b">x<", b">\0<"), UNKNOWN),
    "a NUL reference": (message("&#0;"), MALFORMED),
    "XInclude": (message("<xi:include href='file:///etc/passwd' parse='text'/>",
                         attributes=" " + XI), UNKNOWN),
    "external schema": (message(attributes=f' {XSI} xsi:schemaLocation="{MSGHEAD} {NOWHERE}x.xsd"'),
                        UNKNOWN),
    "external schema without namespace": (message(
        attributes=f' {XSI} xsi:noNamespaceSchemaLocation="file:///etc/passwd"'), UNKNOWN),
    "a stylesheet": (b'<?xml-stylesheet href="file:///etc/passwd"?>' + message(declaration=""),
                     UNKNOWN),
    "xml:base": (message(attributes=' xml:base="file:///etc/"'), UNKNOWN),
    "not closed": (message()[:-3], MALFORMED),
    "two roots": (message() + b"<a/>", MALFORMED),
    "nothing but space": (b" " * MIB, UNKNOWN),
}
