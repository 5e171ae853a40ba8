"""A partner that has an ebXML message service and nothing of Budstikke: Python's own HTTPS server
and client, python3-xmlsec for signatures, `openssl cms` for payloads. It keeps what came, and
answers what a test tells it to. Test material: it checks signatures, and trusts whoever connects.
"""

import base64
import datetime
import email
import email.policy
import http.client
import http.server
import io
import queue
import ssl
import subprocess
import threading
import uuid

import xmlsec
from ebxml_server import HttpsServer
from harness import PATIENCE
from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
EB = "http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd"
DS = "http://www.w3.org/2000/09/xmldsig#"
XLINK = "http://www.w3.org/1999/xlink"
NAMES = {"SOAP": SOAP, "eb": EB, "ds": DS}
SIGNALS = "urn:oasis:names:tc:ebxml-msg:service"
NEXT = "http://schemas.xmlsoap.org/soap/actor/next"
NEXT_MSH = "urn:oasis:names:tc:ebxml-msg:actor:nextMSH"
FILTER = (f'not(ancestor-or-self::node()[@SOAP-ENV:actor="{NEXT_MSH}"] | '
          f'ancestor-or-self::node()[@SOAP-ENV:actor="{NEXT}"])')
CMS = 'application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"'
# xmlsec asks the process, not the context, what stands behind a URI.
_xmlsec = threading.Lock()


def _with_parts(parts, action):
    """xmlsec finds `cid:` among the parts, and nothing else anywhere."""
    with _xmlsec:
        xmlsec.cleanup_callbacks()
        xmlsec.register_callbacks(
            lambda uri: uri.decode() in parts, lambda uri: io.BytesIO(parts[uri.decode()]),
            lambda part, buffer: part.readinto(buffer), lambda part: part.close())
        return action()


def openssl(*words, data):
    done = subprocess.run(["openssl", *[str(w) for w in words]], input=data, capture_output=True,
                          timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Message:
    """What came: the headers and the body of a request or an answer."""

    def __init__(self, headers, body):
        self.content_type, self.body = headers["Content-Type"], body
        head = "".join(f"{name}: {headers[name]}\r\n" for name in (
            "Content-Type", "Content-Transfer-Encoding") if headers[name])
        mime = email.message_from_bytes(f"{head}\r\n".encode() + body, policy=email.policy.HTTP)
        parts = list(mime.iter_parts()) if mime.is_multipart() else [mime]
        self.soap = etree.fromstring(parts[0].get_payload(decode=True))
        self.parts = {"cid:" + part["Content-ID"].strip("<> "): part.get_payload(decode=True)
                      for part in parts[1:]}

    def text(self, path):
        found = self.soap.findtext(".//" + path, namespaces=NAMES)
        return found.strip() if found else ""

    @property
    def message_id(self):
        return self.text("eb:MessageData/eb:MessageId")

    @property
    def action(self):
        return self.text("eb:MessageHeader/eb:Action")

    @property
    def ref(self):
        return (self.text("eb:Acknowledgment/eb:RefToMessageId")
                or self.text("eb:MessageData/eb:RefToMessageId"))

    @property
    def error_code(self):
        (error,) = self.soap.findall(".//eb:Error", NAMES)
        return error.get(f"{{{EB}}}errorCode")

    def references(self):
        return self.soap.findall(".//ds:Signature/ds:SignedInfo/ds:Reference", NAMES)

    def verify(self, certificate):
        """Raises where the signature is not that certificate's."""
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_file(str(certificate), xmlsec.constants.KeyDataFormatCertPem)
        signature = self.soap.find(".//ds:Signature", NAMES)
        _with_parts(self.parts, lambda: context.verify(signature))

    def payload(self, keys):
        """The business document of the one attachment, decrypted by openssl."""
        (encrypted,) = self.parts.values()
        inside = openssl("cms", "-decrypt", "-inform", "DER", "-binary",
                         "-recip", keys.encryption.with_suffix(".crt"),
                         "-inkey", keys.encryption.with_suffix(".key"), data=encrypted)
        return inside.split(b"\r\n\r\n", 1)[1]


def _party(element, her_id, role):
    said = f"<eb:Role>{role}</eb:Role>" if role else ""
    return f'<eb:{element}><eb:PartyId eb:type="HER">{her_id}</eb:PartyId>{said}</eb:{element}>'


def _header(sender, recipient, conversation, service, action, *, roles=("", ""), extra="",
            message_id=None, service_type=""):
    low, high = sorted((sender, recipient), key=int)
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (f'<eb:MessageHeader SOAP:mustUnderstand="1" eb:version="2.0">'
            f'{_party("From", sender, roles[0])}{_party("To", recipient, roles[1])}'
            f'<eb:CPAId>{low}_{high}</eb:CPAId>'
            f'<eb:ConversationId>{conversation}</eb:ConversationId>'
            f'<eb:Service{service_type}>{service}</eb:Service><eb:Action>{action}</eb:Action>'
            f'<eb:MessageData><eb:MessageId>{message_id or uuid.uuid4()}</eb:MessageId>'
            f'<eb:Timestamp>{now}</eb:Timestamp></eb:MessageData>{extra}</eb:MessageHeader>')


def _signature(uris):
    parts = "".join(
        f'<ds:Reference URI="{uri}">'
        f'<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f'<ds:DigestValue/></ds:Reference>' for uri in uris)
    c14n = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
    return (
        f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{c14n}"/>'
        f'<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
        f'<ds:Reference URI=""><ds:Transforms>'
        f'<ds:Transform Algorithm="{DS}enveloped-signature"/>'
        f'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
        f'<ds:XPath xmlns:SOAP-ENV="{SOAP}">{FILTER.replace(chr(34), "&quot;")}</ds:XPath>'
        f'</ds:Transform><ds:Transform Algorithm="{c14n}"/></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/>'
        f'</ds:Reference>{parts}</ds:SignedInfo><ds:SignatureValue/>'
        f'<ds:KeyInfo><ds:X509Data><ds:X509Certificate/></ds:X509Data></ds:KeyInfo>'
        f'</ds:Signature>')


def _envelope(header, blocks, body, uris=()):
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<SOAP:Envelope xmlns:SOAP="{SOAP}" xmlns:eb="{EB}" xmlns:xlink="{XLINK}">'
            f'<SOAP:Header>{header}{blocks}{_signature(uris)}</SOAP:Header>'
            f'<SOAP:Body>{body}</SOAP:Body></SOAP:Envelope>').encode()


def sign(envelope, keys, parts=None):
    tree = etree.fromstring(envelope)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_file(
        str(keys.signing.with_suffix(".key")), xmlsec.constants.KeyDataFormatPem)
    context.key.load_cert_from_file(
        str(keys.signing.with_suffix(".crt")), xmlsec.constants.KeyDataFormatCertPem)
    signature = tree.find(".//ds:Signature", NAMES)
    _with_parts(parts or {}, lambda: context.sign(signature))
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8")


def acknowledgment(message, keys, references=None):
    """For a payload message; `references` in the place of those that it carries."""
    soap = message.soap
    sender = soap.findtext(".//eb:To/eb:PartyId", namespaces=NAMES)
    recipient = soap.findtext(".//eb:From/eb:PartyId", namespaces=NAMES)
    copies = message.references() if references is None else references
    said = "".join(etree.tostring(r, with_tail=False).decode() for r in copies)
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    block = (f'<eb:Acknowledgment eb:version="2.0" SOAP:mustUnderstand="1" '
             f'SOAP:actor="urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH">'
             f'<eb:Timestamp>{now}</eb:Timestamp>'
             f'<eb:RefToMessageId>{message.message_id}</eb:RefToMessageId>{said}'
             f'</eb:Acknowledgment>')
    header = _header(sender, recipient, message.text("eb:ConversationId"), SIGNALS,
                     "Acknowledgment")
    return 'text/xml; charset="UTF-8"', sign(_envelope(header, block, ""), keys)


def payload_message(sender, recipient, document, keys, theirs, *, action="EPIKRISE",
                    message_id=None, sync=False, ack=True, answers=None, encoding="binary",
                    namespace=None, description="", clear=False, service=None):
    """`document` encrypted for `theirs`, signed with `keys`, as a package. `answers`: the Action of
    the message that it is the AppRec for. `encoding`: of the part inside, which has no headers
    where it is None; `namespace`: what the manifest says of the document; `clear`: not encrypted
    at all; `service`: another than that of the Action."""
    cid = f"{uuid.uuid4()}@partner.example"
    head = (b"" if encoding is None else
            b"Content-Type: application/xml\r\n"
            b"Content-Transfer-Encoding: " + encoding.encode() + b"\r\n\r\n")
    inside = head + document
    encrypted = document if clear else openssl(
        "cms", "-encrypt", "-aes256", "-binary", "-outform", "DER",
        theirs.encryption.with_suffix(".crt"), data=inside)
    namespace = namespace or etree.fromstring(document).tag[1:].split("}")[0]
    blocks = "" if not ack else (
              f'<eb:AckRequested SOAP:actor="urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH" '
              f'SOAP:mustUnderstand="1" eb:signed="true" eb:version="2.0"/>')
    if sync:
        blocks += f'<eb:SyncReply SOAP:actor="{NEXT}" SOAP:mustUnderstand="1" eb:version="2.0"/>'
    manifest = (f'<eb:Manifest eb:version="2.0"><eb:Reference xlink:type="simple" '
                f'xlink:href="cid:{cid}"><eb:Schema eb:location="{namespace}" eb:version="1.2"/>'
                f'</eb:Reference></eb:Manifest>')
    service, roles = service or f"S-{action}", (f"{action}sender", f"{action}receiver")
    if answers:
        service, action = f"S-{answers}", "APPREC"
        roles = (f"{answers}receiver", f"{answers}sender")
    header = _header(sender, recipient, uuid.uuid4(), service, action, roles=roles,
                     extra="<eb:DuplicateElimination/>" + description, message_id=message_id,
                     service_type=' eb:type="string"')
    uri = f"cid:{cid}"
    soap = sign(_envelope(header, blocks, manifest, [uri]), keys, {uri: encrypted})
    boundary = f"part-{uuid.uuid4().hex}"
    body = (f'--{boundary}\r\nContent-Type: text/xml; charset="UTF-8"\r\n'
            f'Content-Transfer-Encoding: 8bit\r\nContent-ID: <soap@partner.example>\r\n\r\n'
            ).encode() + soap + (
        f'\r\n--{boundary}\r\nContent-Type: {"application/xml" if clear else CMS}\r\n'
        f'Content-Transfer-Encoding: base64\r\n'
        f'Content-ID: <{cid}>\r\n\r\n').encode() + base64.encodebytes(encrypted).replace(
            b"\n", b"\r\n") + f"--{boundary}--\r\n".encode()
    return (f'multipart/related; type="text/xml"; boundary="{boundary}"; '
            f'start="<soap@partner.example>"', body)


class Partner(HttpsServer):
    """The HTTPS server of one organisation. `answer` is asked for each message that comes and gives
    (status, content type, body); without it nothing comes back in the exchange.
    """

    def __init__(self, pki, keys):
        self.keys = keys
        self.pki = pki
        self.received = queue.Queue()
        self.answer = lambda message: (200, "", b"")
        partner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                message = Message(self.headers, body)
                status, content_type, answer = partner.answer(message)
                self.send_response(status)
                if content_type:
                    self.send_header("Content-Type", content_type)
                    self.send_header("SOAPAction", '"ebXML"')
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
                partner.received.put(message)

            def log_message(self, *_):
                pass

        super().__init__(pki, Handler, client_ca=pki.folder / "ca.crt")

    def take(self):
        """The next message that came."""
        return self.received.get(timeout=PATIENCE)

    def post(self, port, content_type, body, soap_action='"ebXML"'):
        """To a broker's listener: the status, and the message that came back, or None."""
        context = ssl.create_default_context(cafile=self.pki.folder / "ca.crt")
        context.load_cert_chain(self.keys.client.with_suffix(".crt"),
                                self.keys.client.with_suffix(".key"))
        connection = http.client.HTTPSConnection("localhost", port, context=context,
                                                 timeout=PATIENCE)
        try:
            headers = {"Content-Type": content_type}
            if soap_action:
                headers["SOAPAction"] = soap_action
            connection.request("POST", "/ebxml", body, headers)
            response = connection.getresponse()
            answer = response.read()
            return response.status, Message(response.headers, answer) if answer else None
        finally:
            connection.close()
