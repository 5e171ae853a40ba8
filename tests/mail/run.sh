#!/bin/sh
# ebXML by mail with a real Postfix and a real Dovecot, which it installs and starts with a
# configuration of their own on free ports of the loopback, and stops. Needs root: Postfix does.
#   sh tests/mail/run.sh [--preset NAME] [ARGUMENT...]
#   --preset NAME   the build (asan); ARGUMENT is GoogleTest's, for example --gtest_filter=...
# Leaves nothing running and no file but the build.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd -P)
. "$root/deploy/lib/environment.sh"

preset=asan
if [ "${1:-}" = --preset ]; then
    preset=$2
    shift 2
fi
[ "$(id -u)" -eq 0 ] || {
    echo "run tests/mail/run.sh as root: Postfix starts as nobody else" >&2
    exit 2
}
sh "$root/deploy/install-dependencies.sh"
sh "$root/tests/mail/install-mail-servers.sh"

folder=$(mktemp -d)
clean_up() {
    "$BUDSTIKKE_PYTHON" "$root/tests/mail/servers.py" stop "$folder/servers"
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
chmod 755 "$folder"

{
    (cd "$root" && cmake --preset "$preset" -D BUDSTIKKE_PYTHON="$BUDSTIKKE_PYTHON") &&
        cmake --build "$root/build/$preset" -j "$BUDSTIKKE_JOBS" --target budstikke_mail_test &&
        sh "$root/certs/make-test-pki.sh" "$folder/pki"
} >"$folder/log" 2>&1 </dev/null || {
    tail -n 60 "$folder/log" >&2
    exit 1
}
"$BUDSTIKKE_PYTHON" "$root/tests/mail/servers.py" start "$folder/servers" "$folder/pki"
BUDSTIKKE_MAIL_SERVERS="$folder/servers/servers" \
    "$root/build/$preset/tests/budstikke_mail_test" "$@"
