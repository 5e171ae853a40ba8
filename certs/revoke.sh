#!/bin/sh
# revoke.sh DIR NAME: revokes the client certificate NAME (or `issuing-ca`), writes the new list of
# its CA, DIR/issuing-ca.crl or DIR/root-ca.crl. A broker sees it after its next reload.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=certs/pki.sh
. "$here/pki.sh"

[ $# -eq 2 ] || fail "usage: revoke.sh DIR NAME"
use_pki "$1"
if [ "$2" = issuing-ca ]; then
    signer=root-ca certificate=$PKI/issuing-ca/ca.crt
else
    certificate=$PKI/clients/$2.crt
    [ -f "$PKI/clients/$2.signer" ] || fail "no CA of this PKI has issued $2"
    signer=$(cat "$PKI/clients/$2.signer")
fi
PKI_CA=$PKI/$signer
run openssl ca -batch -config "$PKI/openssl.cnf" -revoke "$certificate"
new_crl "$signer"
