#!/bin/sh
# make-test-pki.sh DIR: a test PKI shaped like that of Buypass and Commfides: a root, an issuing CA
# below it, revocation lists of both, and the broker's server certificate (P-256, for localhost).
# README.md lists the files. Refuses a DIR that holds a PKI already.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=certs/pki.sh
. "$here/pki.sh"

[ $# -eq 1 ] || fail "usage: make-test-pki.sh DIR"
[ ! -e "$1/openssl.cnf" ] || fail "$1 holds a test PKI already"
mkdir -p "$1"

cat >"$1/openssl.cnf" <<'EOF'
# Read by `openssl req` and `openssl ca` only; PKI_CA is the folder of the CA that signs.
[req]
distinguished_name = empty
string_mask = utf8only
[empty]

[ca]
default_ca = signer
[signer]
database = $ENV::PKI_CA/index.txt
crlnumber = $ENV::PKI_CA/crlnumber
new_certs_dir = $ENV::PKI_CA/issued
certificate = $ENV::PKI_CA/ca.crt
private_key = $ENV::PKI_CA/ca.key
rand_serial = yes
default_md = sha256
default_days = 730
policy = any_subject
unique_subject = no
email_in_dn = no
crl_extensions = crl_extensions
[any_subject]

[ca_extensions]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid

[client_extensions]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid

[no_eku_extensions]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid

[server_extensions]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid

[signing_extensions]
basicConstraints = critical, CA:false
keyUsage = critical, nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid

[encryption_extensions]
basicConstraints = critical, CA:false
keyUsage = critical, keyEncipherment, dataEncipherment
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid

[crl_extensions]
authorityKeyIdentifier = keyid
EOF

use_pki "$1"
new_ca root-ca "/C=NO/O=Budstikke Test PKI/CN=Budstikke Test Root CA"
new_ca issuing-ca "/C=NO/O=Budstikke Test PKI/CN=Budstikke Test Issuing CA" root-ca
cat "$PKI/root-ca/ca.crt" "$PKI/issuing-ca/ca.crt" >"$PKI/ca.crt"

new_key p256 "$PKI/server.key"
sign issuing-ca server_extensions "/C=NO/O=Budstikke Test/CN=localhost" \
    "$PKI/server.key" "$PKI/server.leaf"
cat "$PKI/server.leaf" "$PKI/issuing-ca/ca.crt" >"$PKI/server.crt"
rm "$PKI/server.leaf"

new_crl root-ca
new_crl issuing-ca
mkdir "$PKI/clients"
chmod 755 "$PKI" "$PKI/clients"
chmod 644 "$PKI/ca.crt" "$PKI/server.crt"
