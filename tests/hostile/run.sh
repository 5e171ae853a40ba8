#!/bin/sh
# The hostile tests in their large form: thousands of everything, and the long deadlines waited for.
#   sh tests/hostile/run.sh [--scale N] [--long] [PYTEST ARGUMENT...]
#   --scale N   N times what every test run has (10)
#   --long      also waits for the deadlines of a minute and more
# Builds what it needs in release. As root it makes an ordinary user and works as that one.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd -P)
. "$root/deploy/lib/environment.sh"
. "$root/deploy/lib/ordinary-user.sh"
. "$root/tests/hostile/build.sh"

sh "$root/deploy/install-dependencies.sh"
become_ordinary_user tests/hostile/run.sh "$@"

scale=10
long=0
while [ $# -gt 0 ]; do
    case "$1" in
    --scale)
        scale=$2
        shift 2
        ;;
    --long)
        long=1
        shift
        ;;
    *) break ;;
    esac
done
build_hostile_programs
# Both ends of every connection are on this machine.
files=$(ulimit -H -n)
ulimit -n "$files"
[ "$files" = unlimited ] || [ "$files" -ge $((scale * 500 + 500)) ] ||
    echo "$files open files are too few for --scale $scale" >&2
[ $# -gt 0 ] || set -- "$root/tests/hostile"
BUDSTIKKE_HOSTILE_SCALE=$scale BUDSTIKKE_HOSTILE_LONG=$long \
    "$BUDSTIKKE_PYTHON" -B -m pytest -q -p no:cacheprovider --durations=10 "$@"
