#!/bin/sh
# Fuzzes the decoders with libFuzzer, each target for a while, starting from its corpus.
#   sh tests/fuzz/run.sh [--seconds N] [--keep] [TARGET...]
#   --seconds N   for each target (60)
#   --keep        adds inputs that reach new code to tests/fuzz/corpus/TARGET, as few as do
# A crashing input is left in build/fuzz/artifacts/TARGET-*. Exits 1 if any target crashed.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd -P)
. "$root/deploy/lib/environment.sh"

seconds=60
keep=no
while [ $# -gt 0 ]; do
    case "$1" in
    --seconds)
        seconds=$2
        shift 2
        ;;
    --keep)
        keep=yes
        shift
        ;;
    -*)
        echo "usage: sh tests/fuzz/run.sh [--seconds N] [--keep] [TARGET...]" >&2
        exit 2
        ;;
    *) break ;;
    esac
done

cd "$root"
mkdir -p build/fuzz/artifacts
log=build/fuzz/run.log
cmake --preset fuzz >"$log" 2>&1 || {
    cat "$log" >&2
    exit 1
}
# CMake writes the names of the targets, so that nobody keeps a list of them twice.
[ $# -gt 0 ] || set -- $(cat build/fuzz/fuzz-targets.txt)
if [ $# -eq 0 ]; then
    echo "no fuzz targets" >&2
    exit 1
fi
cmake --build build/fuzz -j "$BUDSTIKKE_JOBS" --target "$@" >"$log" 2>&1 || {
    tail -n 100 "$log" >&2
    exit 1
}

export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT
passed=0
failed=0
for target in "$@"; do
    corpus="tests/fuzz/corpus/$target"
    mkdir -p "$found/$target"
    echo "== $target, $seconds seconds"
    # The first folder takes what is found; the corpus itself is only read.
    if "build/fuzz/tests/$target" "$found/$target" "$corpus" \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -max_len=65536 \
        -artifact_prefix="build/fuzz/artifacts/$target-" -print_final_stats=1 \
        >"$log" 2>&1 </dev/null; then
        passed=$((passed + 1))
        grep -E '^stat::(number_of_executed_units|new_units_added)' "$log" || true
        if [ "$keep" = yes ]; then
            "build/fuzz/tests/$target" -merge=1 "$corpus" "$found/$target" >"$log" 2>&1
        fi
    else
        failed=$((failed + 1))
        grep -nE 'ERROR|SUMMARY|Test unit written' "$log" | head -n 20 || true
        tail -n 60 "$log"
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
