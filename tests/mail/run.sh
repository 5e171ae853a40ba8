#!/bin/sh
# ebXML by mail with a real Postfix and a real Dovecot, which with-servers.sh installs, starts and
# stops: the carriers against the servers, and two brokers with the servers between them. Needs
# root.
#   sh tests/mail/run.sh [--preset NAME] [ARGUMENT...]
#   --preset NAME   the build (asan); ARGUMENT is ctest's, for example -R two_brokers
# Makes an ordinary user and works as that one. Leaves nothing running and no file but the build.
# Ends with the line `N passed, N failed`.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd -P)
. "$root/deploy/lib/environment.sh"
. "$root/deploy/lib/ordinary-user.sh"
. "$root/tests/lib/presets.sh"

[ "$(id -u)" -eq 0 ] || [ -n "${BUDSTIKKE_MAIL_SERVERS:-}" ] || {
    echo "run tests/mail/run.sh as root: Postfix starts as nobody else" >&2
    exit 2
}
if [ "$(id -u)" -eq 0 ]; then sh "$root/deploy/install-dependencies.sh"; fi
with_mail_servers tests/mail/run.sh "$@"
[ "${BUDSTIKKE_MAIL_SERVERS:-none}" != none ] || exit 1
become_ordinary_user tests/mail/run.sh "$@"

chosen=asan
if [ "${1:-}" = --preset ]; then
    chosen=$2
    shift 2
fi
begin_results
if configure "$chosen"; then
    build "$chosen" --target budstikke_mail_test budstikked budstikkectl || true
    test_built "$chosen" -L mail "$@"
fi
close_results
