#!/bin/sh
# issue.sh DIR NAME ORGNUMBER [option...]: an organisation's client certificate, in
# DIR/clients/NAME.crt (with the CAs up to the root) and NAME.key. SEID 2.0, P-256, clientAuth.
#   --rsa            RSA 2048 instead of P-256
#   --seid1          the organisation number in serialNumber (SEID 1.0)
#   --days N         valid for N days (730)
#   --signing        for ebXML signatures instead of TLS: RSA 2048, nonRepudiation
#   --encryption     to encrypt ebXML payloads for: RSA 2048, keyEncipherment and dataEncipherment
# The wrong kinds, for tests of their refusal:
#   --expired  --not-yet-valid  --server-eku  --no-eku  --self-signed  --foreign-ca  --sha1
#   --rsa1024  --no-organisation
#   --deep N         N more CAs between the issuing CA and the certificate (DIR/deep-1 ...)
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=certs/pki.sh
. "$here/pki.sh"

[ $# -ge 3 ] || fail "usage: issue.sh DIR NAME ORGNUMBER [option...]"
use_pki "$1"
name=$2 number=$3
shift 3
case $name in *[!A-Za-z0-9._-]* | "" | .*) fail "NAME: letters, digits and . _ - only" ;; esac
case $number in *[!0-9]* | "") fail "ORGNUMBER: 9 digits" ;; esac
[ ${#number} -eq 9 ] || fail "ORGNUMBER: 9 digits"

kind=p256 extensions=client_extensions signer=issuing-ca digest=sha256 days=730 deep=0
from='' until='' self_signed=no
organisation="organizationIdentifier=NTRNO-$number"
while [ $# -gt 0 ]; do
    case $1 in
    --rsa) kind=rsa2048 ;;
    --rsa1024) kind=rsa1024 ;;
    --signing)
        kind=rsa2048 extensions=signing_extensions
        # A message must be younger than the certificate that signs it (HITS 1172, rule 104), and
        # its time is in whole seconds.
        from=$(date -u -d '1 minute ago' +%Y%m%d%H%M%SZ)
        ;;
    --encryption) kind=rsa2048 extensions=encryption_extensions ;;
    --seid1) organisation="serialNumber=$number" ;;
    --no-organisation) organisation= ;;
    --server-eku) extensions=server_extensions ;;
    --no-eku) extensions=no_eku_extensions ;;
    --expired) from=20200101000000Z until=20210101000000Z ;;
    --not-yet-valid) from=20980101000000Z until=20990101000000Z ;;
    --self-signed) self_signed=yes ;;
    --foreign-ca) signer=foreign-ca ;;
    --sha1) digest=sha1 ;;
    --days | --deep)
        [ $# -ge 2 ] || fail "$1 needs a number"
        case $2 in *[!0-9]* | "") fail "$1 needs a number" ;; esac
        if [ "$1" = --days ]; then days=$2; else deep=$2; fi
        shift
        ;;
    *) fail "unknown option: $1" ;;
    esac
    shift
done

subject="/C=NO/O=$name"
[ -z "$organisation" ] || subject="$subject/$organisation"
subject="$subject/CN=$name"
key=$PKI/clients/$name.key
certificate=$PKI/clients/$name.crt
new_key "$kind" "$key"

if [ "$self_signed" = yes ]; then
    run openssl req -x509 -config "$PKI/openssl.cnf" -extensions "$extensions" -subj "$subject" \
        -utf8 -key "$key" -days "$days" -out "$certificate"
    chmod 644 "$certificate"
    exit 0
fi

if [ "$signer" = foreign-ca ] && [ ! -d "$PKI/foreign-ca" ]; then
    new_ca foreign-ca "/C=NO/O=Somebody else/CN=Foreign Root CA"
fi
i=0
while [ "$i" -lt "$deep" ]; do
    i=$((i + 1))
    if [ ! -d "$PKI/deep-$i" ]; then
        new_ca "deep-$i" "/C=NO/O=Budstikke Test PKI/CN=Budstikke Test Deep CA $i" "$signer"
        new_crl "deep-$i"
    fi
    signer=deep-$i
done

set -- -md "$digest"
[ -z "$from" ] || set -- "$@" -startdate "$from"
if [ -n "$until" ]; then
    set -- "$@" -enddate "$until"
else
    set -- "$@" -days "$days"
fi
sign "$signer" "$extensions" "$subject" "$key" "$certificate" "$@"
while [ "$i" -gt 0 ]; do
    cat "$PKI/deep-$i/ca.crt" >>"$certificate"
    i=$((i - 1))
done
case $signer in
foreign-ca) ;;
*) cat "$PKI/issuing-ca/ca.crt" >>"$certificate" ;;
esac
echo "$signer" >"$PKI/clients/$name.signer"
