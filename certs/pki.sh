# shellcheck shell=sh
# Shared by the scripts of this folder (sourced, POSIX sh): where things lie in a test PKI and how a
# certificate authority of it signs. Promises keys of mode 0600 and nothing interactive.
# For tests and demonstrations only: the CA keys lie unencrypted beside the certificates.
set -eu
umask 077

fail() {
    echo "$0: $*" >&2
    exit 2
}

# run COMMAND...: silent unless it fails, since openssl talks a lot on its standard error.
run() {
    if ! output=$("$@" 2>&1); then
        echo "$0: $1 $2 failed:" >&2
        echo "$output" >&2
        exit 1
    fi
}

# use_pki DIR: the PKI that make-test-pki.sh has made.
use_pki() {
    [ -f "$1/openssl.cnf" ] || fail "$1 holds no test PKI (make-test-pki.sh makes one)"
    PKI=$(cd "$1" && pwd)
    export PKI
    # `openssl ca` reads the folder of the signing CA from here.
    PKI_CA=$PKI/issuing-ca
    export PKI_CA
}

# new_key KIND FILE: p256, rsa2048 or rsa1024.
new_key() {
    case $1 in
    p256) run openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$2" ;;
    rsa2048) run openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$2" ;;
    rsa1024) run openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out "$2" ;;
    esac
}

# The functions below run in subshells, so that their variables are their own.

# sign CA EXTENSIONS SUBJECT KEY CERTIFICATE [openssl ca options]
sign() (
    PKI_CA=$PKI/$1
    extensions=$2 subject=$3 key=$4 certificate=$5
    shift 5
    run openssl req -new -config "$PKI/openssl.cnf" -subj "$subject" -utf8 -key "$key" \
        -out "$certificate.csr"
    run openssl ca -batch -notext -preserveDN -utf8 -config "$PKI/openssl.cnf" \
        -extensions "$extensions" -in "$certificate.csr" -out "$certificate" "$@"
    rm -f "$certificate.csr"
    chmod 644 "$certificate"
)

# new_ca NAME SUBJECT [PARENT]: a CA below the parent, or a root.
new_ca() (
    mkdir -p "$PKI/$1/issued"
    : >"$PKI/$1/index.txt"
    echo 01 >"$PKI/$1/crlnumber"
    new_key p256 "$PKI/$1/ca.key"
    if [ $# -gt 2 ]; then
        sign "$3" ca_extensions "$2" "$PKI/$1/ca.key" "$PKI/$1/ca.crt" -days 3650
    else
        run openssl req -x509 -config "$PKI/openssl.cnf" \
            -extensions ca_extensions -subj "$2" -utf8 \
            -key "$PKI/$1/ca.key" -days 7300 -out "$PKI/$1/ca.crt"
        chmod 644 "$PKI/$1/ca.crt"
    fi
)

# new_crl CA [openssl ca options for its dates]
new_crl() (
    PKI_CA=$PKI/$1
    crl=$PKI/$1.crl
    shift
    [ $# -gt 0 ] || set -- -crldays 30
    run openssl ca -gencrl -config "$PKI/openssl.cnf" "$@" -out "$crl.new"
    chmod 644 "$crl.new"
    mv "$crl.new" "$crl"
)
