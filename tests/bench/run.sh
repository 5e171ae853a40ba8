#!/bin/sh
# Measures the broker beside RabbitMQ and prints a table; README.md says what the figures mean.
#   sh tests/bench/run.sh [--json FILE] [--only PART] [--misbehaviour KIND] [--rounds N]
#                         [--seconds N]
#   --json FILE   the figures, for programs
#   --only PART   one of: ratios latency backlog idle neighbour ceilings ebxml; may be given several
#                 times
#   --misbehaviour KIND   of the part neighbour, one of those that its table names; likewise
#   --rounds N    alternating rounds, of which the medians are taken (3)
#   --seconds N   that each load is measured (5)
# Installs and builds what it needs, RabbitMQ for ratios and latency only. As root it makes an
# ordinary user and works as that one. Leaves nothing running and no file but FILE.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd -P)
. "$root/deploy/lib/environment.sh"
. "$root/deploy/lib/ordinary-user.sh"

sh "$root/deploy/install-dependencies.sh"
# Only two parts compare with it.
compares=no
parts=""
previous=""
for word in "$@"; do
    [ "$previous" != --only ] || parts="$parts $word"
    case $word in --only=*) parts="$parts ${word#--only=}" ;; esac
    previous=$word
done
for part in ${parts:-ratios}; do
    case $part in ratios | latency) compares=yes ;; esac
done
[ "$compares" = no ] || sh "$root/tests/bench/install-rabbitmq.sh"

# The file is written by whoever started this, so that it may lie where the ordinary user may not.
json=""
previous=""
for word in "$@"; do
    [ "$previous" != --json ] || json=$word
    previous=$word
done
if [ "$(id -u)" -eq 0 ] && [ -n "$json" ]; then
    make_ordinary_user
    figures=$(as_ordinary_user mktemp)
    status=0
    (
        for word in "$@"; do
            shift
            [ "$word" != "$json" ] || word=$figures
            set -- "$@" "$word"
        done
        become_ordinary_user tests/bench/run.sh "$@"
    ) || status=$?
    [ ! -s "$figures" ] || cat "$figures" >"$json"
    rm -f "$figures"
    exit "$status"
fi
become_ordinary_user tests/bench/run.sh "$@"

build=${BUDSTIKKE_BENCH_BUILD:-$root/build/release}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
{
    (cd "$root" && cmake --preset release -B "$build" -D BUDSTIKKE_PYTHON="$BUDSTIKKE_PYTHON") &&
        cmake --build "$build" -j "$BUDSTIKKE_JOBS" --target bench_programs
} >"$log" 2>&1 </dev/null || {
    tail -n 60 "$log" >&2
    exit 1
}
"$BUDSTIKKE_PYTHON" "$root/tests/bench/bench.py" --programs "$build" "$@"
