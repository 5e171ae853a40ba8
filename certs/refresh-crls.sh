#!/bin/sh
# refresh-crls.sh DIR [--hours N | --stale]: new revocation lists of every CA, which promise their
# next update in N hours (720), or have broken that promise years ago.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=certs/pki.sh
. "$here/pki.sh"

usage="usage: refresh-crls.sh DIR [--hours N | --stale]"
[ $# -ge 1 ] || fail "$usage"
use_pki "$1"
shift
case ${1-} in
"") set -- -crlhours 720 ;;
--stale) set -- -crl_lastupdate 20200101000000Z -crl_nextupdate 20200102000000Z ;;
--hours)
    case ${2-} in *[!0-9]* | "") fail "$usage" ;; esac
    set -- -crlhours "$2"
    ;;
*) fail "$usage" ;;
esac
for authority in "$PKI"/*/ca.key; do
    authority=$(basename "$(dirname "$authority")")
    [ "$authority" = foreign-ca ] || new_crl "$authority" "$@"
done
