#!/bin/sh
# Kills the broker under load, round after round, and says what became of every message:
#   sh tests/crash/run.sh [--rounds N] [--seed S] [--keep]
# Builds what it needs. As root it makes an ordinary user and works as that one. The last line is
# `rounds N acknowledged A delivered D lost 0 duplicated 0 reordered 0`; exits with 1 where a
# figure that should be 0 is not. The seed is printed, to go the same way again.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd -P)
. "$root/deploy/lib/environment.sh"
. "$root/deploy/lib/ordinary-user.sh"

sh "$root/deploy/install-dependencies.sh"
become_ordinary_user tests/crash/run.sh "$@"

build=${BUDSTIKKE_CRASH_BUILD:-$root/build/release}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
{
    (cd "$root" && cmake --preset release -B "$build" -D BUDSTIKKE_PYTHON="$BUDSTIKKE_PYTHON") &&
        cmake --build "$build" -j "$BUDSTIKKE_JOBS" --target budstikked budstikke_crash
} >"$log" 2>&1 </dev/null || {
    tail -n 60 "$log" >&2
    exit 1
}
status=0
"$build/tests/budstikke_crash" --broker "$build/bin/budstikked" "$@" || status=$?
exit "$status"
