#!/bin/sh
# All of tests/run.sh, and what takes longer: the thread sanitizer, clang-tidy over the tree, a
# thousand rounds of killing the broker, power cuts, failing disks, the mutants that these must
# catch, the hostile tests in their long form, a short soak, and minutes of fuzzing for each target.
#   --rounds N    rounds of the crash test (1000)
#   --seconds N   seconds of fuzzing for each target (60)
set -eu
root=$(cd "$(dirname "$0")/.." && pwd -P)
. "$root/deploy/lib/environment.sh"
. "$root/deploy/lib/ordinary-user.sh"
. "$root/tests/lib/presets.sh"

sh "$root/deploy/install-dependencies.sh"
with_mail_servers tests/full.sh "$@"
become_ordinary_user tests/full.sh "$@"

rounds=1000
seconds=60
while [ $# -gt 0 ]; do
    case "$1" in
    --rounds) rounds=$2 ;;
    --seconds) seconds=$2 ;;
    *)
        echo "usage: sh tests/full.sh [--rounds N] [--seconds N]" >&2
        exit 2
        ;;
    esac
    shift 2
done

begin_results
test_preset release
check quickstart sh "$root/deploy/quickstart.sh"
test_preset asan
test_preset tsan
check clang-tidy sh "$root/tests/lint/tidy.sh"
if [ -f "$root/tests/crash/run.sh" ]; then
    check "crash, $rounds rounds" sh "$root/tests/crash/run.sh" --rounds "$rounds"
    check "power cut, 100 rounds" sh "$root/tests/crash/run.sh" --power-cut --rounds 100
    check "crash with ebXML, 100 rounds" sh "$root/tests/crash/run.sh" --ebxml --rounds 100
    check "power cut with ebXML, 30 rounds" \
        sh "$root/tests/crash/run.sh" --power-cut --ebxml --rounds 30
    check "disk faults, 20 rounds" sh "$root/tests/crash/run.sh" --disk-faults --rounds 20
    check "mutants" sh "$root/tests/crash/mutants.sh"
fi
check "hostile, long" sh "$root/tests/hostile/run.sh" --scale 10 --long
check "soak, 10 minutes" sh "$root/tests/hostile/soak.sh" --minutes 10
check "fuzz, $seconds seconds a target" sh "$root/tests/fuzz/run.sh" --seconds "$seconds"
close_results
