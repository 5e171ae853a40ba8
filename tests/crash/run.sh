#!/bin/sh
# Kills the broker under load, round after round, and says what became of every message:
#   sh tests/crash/run.sh [[--power-cut] [--ebxml] | --disk-faults] [--rounds N] [--seed S] [--keep]
#   --power-cut     the kill also takes what was not synced, as far as it likes
#   --disk-faults   the broker's disk is full or broken from a random write or sync on
#   --ebxml         two brokers that speak ebXML with each other; one of them is killed, or both
# Builds what it needs. As root it makes an ordinary user and works as that one. The last line is
# `rounds N acknowledged A delivered D lost 0 duplicated 0 reordered 0`; exits with 1 where a
# figure that should be 0 is not. The seed is printed, to go the same way again.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd -P)
. "$root/deploy/lib/environment.sh"
. "$root/deploy/lib/ordinary-user.sh"
. "$root/tests/crash/build.sh"

sh "$root/deploy/install-dependencies.sh"
become_ordinary_user tests/crash/run.sh "$@"

broker=bin/budstikked
target=budstikked
for option in "$@"; do
    shift
    case "$option" in
    --power-cut) target=budstikked_power_cut ;;
    --disk-faults) target=budstikked_power_cut && set -- "$@" "$option" ;;
    *) set -- "$@" "$option" ;;
    esac
done
[ "$target" = budstikked ] || broker=tests/$target
build_crash_programs budstikke_crash "$target"
"$build/tests/budstikke_crash" --broker "$build/$broker" "$@"
