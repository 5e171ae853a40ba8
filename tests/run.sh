#!/bin/sh
# Installs, builds and tests everything a change must pass: the release build, the build with the
# address and undefined-behaviour sanitizers, the quickstart, the fuzz corpora and the rules of the
# house.
# As root it makes an ordinary user and works as that one, with a Postfix and a Dovecot of its own
# beside it for the tests of mail in release. Ends with the line `N passed, N failed`.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd -P)
. "$root/deploy/lib/environment.sh"
. "$root/deploy/lib/ordinary-user.sh"
. "$root/tests/lib/presets.sh"

sh "$root/deploy/install-dependencies.sh"
with_mail_servers tests/run.sh "$@"
become_ordinary_user tests/run.sh "$@"

begin_results
test_preset release
check quickstart sh "$root/deploy/quickstart.sh"
# Once is enough here: tests/full.sh has mail in every build.
unset BUDSTIKKE_MAIL_SERVERS
test_preset asan
close_results
