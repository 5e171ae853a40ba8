"""Other software's judgement of an ebXML mail: Python's MIME reader, xmllint with the official
schemas, python3-xmlsec and `openssl cms`. Exit status 0 where all of them agree that it is the
payload that was meant, signed and encrypted; else it says who does not.

    verify_message.py MAIL --certificate PEM --recipient PEM --key PEM --schema XSD --payload XML
"""
import argparse
import email
import email.policy
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PEER = HERE.parents[2] / "crypto" / "ebxml" / "xmlsec_peer.py"


def run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True)


def opened(mail: pathlib.Path) -> tuple[bytes, str, bytes]:
    """The envelope, and id and bytes of the one payload part."""
    message = email.message_from_bytes(mail.read_bytes(), policy=email.policy.SMTP)
    if message.defects:
        raise ValueError(f"the MIME reader objects: {message.defects}")
    soap, part = message.iter_parts()
    if soap["Content-ID"].strip() != message.get_param("start"):
        raise ValueError("start names another part")
    content_id = part["Content-ID"].strip().strip("<>")
    return soap.get_payload(decode=True), content_id, part.get_payload(decode=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("mail", type=pathlib.Path)
    for name in ("certificate", "recipient", "key", "schema", "payload"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    given = parser.parse_args()
    envelope, content_id, encrypted = opened(given.mail)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "soap.xml").write_bytes(envelope)
        (folder / "part.der").write_bytes(encrypted)
        run("xmllint", "--nonet", "--noout", "--schema", given.schema, folder / "soap.xml")
        run(
            sys.executable, "-B", PEER, "verify", folder / "soap.xml", given.certificate,
            f"{content_id}={folder / 'part.der'}",
        )
        run(
            "openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", folder / "part.der",
            "-recip", given.recipient, "-inkey", given.key, "-out", folder / "inside",
        )
        inside = email.message_from_bytes((folder / "inside").read_bytes())
        if inside.get_content_type() != "application/xml":
            raise ValueError("what is inside is no XML")
        if inside.get_payload(decode=True) != given.payload.read_bytes():
            raise ValueError("what is inside is another payload")
    return 0


if __name__ == "__main__":
    sys.exit(main())
