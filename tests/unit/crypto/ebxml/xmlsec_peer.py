"""Another implementation's eyes on our XML signatures: python3-xmlsec with its own XPath engine.

    xmlsec_peer.py verify ENVELOPE CERTIFICATE CID=FILE...
    xmlsec_peer.py sign TEMPLATE KEY CERTIFICATE OUTPUT CID=FILE...

Exit code 0 where the signature verifies, or was made; 1 where it does not; else a traceback.
"""

import io
import sys
from pathlib import Path

import xmlsec
from lxml import etree

DSIG = "{http://www.w3.org/2000/09/xmldsig#}"


def hand_out(parts: dict[str, bytes]) -> None:
    """Makes xmlsec resolve cid: to the parts, and nothing else."""
    xmlsec.cleanup_callbacks()
    xmlsec.register_callbacks(
        lambda uri: uri.decode() in parts,
        lambda uri: io.BytesIO(parts[uri.decode()]),
        lambda part, buffer: part.readinto(buffer),
        lambda part: part.close())


def verify(envelope: str, certificate: str) -> int:
    tree = etree.parse(envelope)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_file(certificate, xmlsec.constants.KeyDataFormatCertPem)
    try:
        context.verify(tree.find(f".//{DSIG}Signature"))
    except xmlsec.Error as error:
        print(error)
        return 1
    return 0


def sign(template: str, key: str, certificate: str, output: str) -> int:
    tree = etree.parse(template)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_file(key, xmlsec.constants.KeyDataFormatPem)
    context.key.load_cert_from_file(certificate, xmlsec.constants.KeyDataFormatCertPem)
    context.sign(tree.find(f".//{DSIG}Signature"))
    tree.write(output)
    return 0


def main() -> int:
    mode, *arguments = sys.argv[1:]
    files = [argument for argument in arguments if "=" not in argument]
    parts = dict(argument.split("=", 1) for argument in arguments if "=" in argument)
    hand_out({"cid:" + cid: Path(name).read_bytes() for cid, name in parts.items()})
    return verify(*files) if mode == "verify" else sign(*files)


if __name__ == "__main__":
    sys.exit(main())
