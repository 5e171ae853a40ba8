"""What a configuration and a directory say of ebXML, for every test and measurement that starts a
broker with it. Texts only: who starts it, and with which keys, is the caller's.
"""

import hashlib
import ssl

LISTENER = """
[[listener]]
address = "127.0.0.1"
port = {port}
protocol = "ebxml"
[listener.tls]
certificate = "{pki}/server.crt"
key = "{pki}/server.key"
client_ca = ["{pki}/ca.crt"]
crl = ["{pki}/root-ca.crl", "{pki}/issuing-ca.crl"]
"""

# The pairs are named without their endings: .crt and .key.
SERVICE = """
[ebxml]
trust = ["{pki}/ca.crt"]
crl = ["{pki}/root-ca.crl", "{pki}/issuing-ca.crl"]
{settings}
[[ebxml.identity]]
organisation = "{number}"
signing_certificate = "{signing}.crt"
signing_key = "{signing}.key"
[[ebxml.identity.decryption]]
certificate = "{encryption}.crt"
key = "{encryption}.key"
"""

HTTPS = """
[ebxml.https]
ca = "{pki}/ca.crt"
certificate = "{client}.crt"
key = "{client}.key"
{ways}
"""


def fingerprint(certificate):
    """Of the first one in the file, as a directory names it."""
    pem = certificate.read_text(encoding="ascii")
    first = pem[pem.index("-----BEGIN"):pem.index("-----END CERTIFICATE-----") + 26]
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(first)).hexdigest()
