#!/bin/sh
# Shows that the crash tests would notice: each broker here breaks one promise (variants/edits.py)
# and must be caught within some rounds. The one that breaks none, but whose power is cut, passes.
#   sh tests/crash/mutants.sh [--rounds N] [--seed S]
# As root it makes an ordinary user and works as that one. Exits with 1 where one got away.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd -P)
. "$root/deploy/lib/environment.sh"
. "$root/deploy/lib/ordinary-user.sh"
. "$root/tests/crash/build.sh"

sh "$root/deploy/install-dependencies.sh"
become_ordinary_user tests/crash/mutants.sh "$@"

rounds=30
seed=1
while [ $# -gt 0 ]; do
    case "$1" in
    --rounds) rounds=$2 ;;
    --seed) seed=$2 ;;
    *)
        echo "usage: sh tests/crash/mutants.sh [--rounds N] [--seed S]" >&2
        exit 2
        ;;
    esac
    shift 2
done

build_crash_programs budstikke_crash crash_variants

# Runs that find something leave their folder behind; here that is no news.
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

# try VARIANT: the exit status of the run; what it said is in the file `said`.
try() {
    case $1 in
    assumed_receipt) setting=--ebxml ;;
    *) setting= ;;
    esac
    "$build/tests/budstikke_crash" --rounds "$rounds" --seed "$seed" $setting \
        --broker "$build/tests/budstikked_$1" >"$TMPDIR/said" 2>&1
}

failed=0
if try power_cut; then
    printf 'power_cut: %s\n' "$(tail -n 1 "$TMPDIR/said")"
else
    cat "$TMPDIR/said"
    failed=1
fi
# What each is to be found by: one that fails otherwise, or does not even start, is not caught.
for mutant in ack_before_sync=lost,duplicated skip_sync=lost,duplicated \
    forget_duplicates=duplicated unmarked=duplicated overtaking=reordered \
    settled_by_a_restart=lost assumed_receipt=lost; do
    faults="^($(echo "${mutant#*=}" | tr , '|')): "
    mutant=${mutant%%=*}
    if try "$mutant" || ! grep -Eq "$faults" "$TMPDIR/said"; then
        printf '%s: NOT caught\n' "$mutant"
        cat "$TMPDIR/said"
        failed=1
        continue
    fi
    printf '%s: caught after %s rounds\n' "$mutant" "$(grep -c '^round ' "$TMPDIR/said")"
    grep -E -m 1 "$faults" "$TMPDIR/said" | sed 's/^/    /'
done
exit "$failed"
