#!/bin/sh
# Load and hostility for as long as one likes, with crashes of the broker in between:
#   sh tests/hostile/soak.sh [--hours N] [--minutes N]
# Every minute it prints what was done and what the broker holds, at the end
# `minutes M acknowledged A delivered A lost 0 duplicated 0`; the status is 1 where a figure that
# should be 0 is not, or where memory, sockets or open deliveries have grown.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd -P)
. "$root/deploy/lib/environment.sh"
. "$root/deploy/lib/ordinary-user.sh"
. "$root/tests/hostile/build.sh"

sh "$root/deploy/install-dependencies.sh"
become_ordinary_user tests/hostile/soak.sh "$@"

minutes=1
while [ $# -gt 0 ]; do
    case "$1" in
    --hours) minutes=$(($2 * 60)) ;;
    --minutes) minutes=$2 ;;
    *)
        echo "usage: sh tests/hostile/soak.sh [--hours N] [--minutes N]" >&2
        exit 2
        ;;
    esac
    shift 2
done
build_hostile_programs
BUDSTIKKE_SOAK_SECONDS=$((minutes * 60)) "$BUDSTIKKE_PYTHON" -B -m pytest -q -s \
    -p no:cacheprovider "$root/tests/hostile/test_soak.py"
