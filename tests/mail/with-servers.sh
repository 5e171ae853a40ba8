#!/bin/sh
# Runs a command with a real Postfix and a real Dovecot beside it, with a configuration of their own
# on free ports of the loopback. BUDSTIKKE_MAIL_SERVERS names the file that says where they are, or
# is `none`.
#   sh tests/mail/with-servers.sh COMMAND...
# Needs root: Postfix does. Installs what is missing; where that cannot be had, says so and runs
# the command without, and the tests of mail are skipped. Where servers that are there do not start,
# those tests fail. Stops the servers, leaves no file, exits with the command's status.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd -P)
. "$root/deploy/lib/environment.sh"
. "$root/deploy/lib/ordinary-user.sh"

[ "$(id -u)" -eq 0 ] || {
    echo "run tests/mail/with-servers.sh as root: Postfix starts as nobody else" >&2
    exit 2
}
make_ordinary_user

if ! sh "$root/tests/mail/install-mail-servers.sh"; then
    echo "the tests of mail are not run: Postfix and Dovecot cannot be had here" >&2
    BUDSTIKKE_MAIL_SERVERS=none exec "$@"
fi

folder=$(mktemp -d)
chmod 755 "$folder"
clean_up() {
    "$BUDSTIKKE_PYTHON" "$root/tests/mail/servers.py" stop "$folder/servers"
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

start() {
    sh "$root/certs/make-test-pki.sh" "$folder/pki" &&
        "$BUDSTIKKE_PYTHON" "$root/tests/mail/servers.py" start "$folder/servers" "$folder/pki" \
            "$ordinary_user"
}
start >"$folder/log" 2>&1 </dev/null || {
    cat "$folder/log" >&2
    echo "the mail servers did not start" >&2
}
status=0
BUDSTIKKE_MAIL_SERVERS="$folder/servers/servers" "$@" || status=$?
exit "$status"
