# Sourced by run.sh and mutants.sh: builds what they run, in release, silent unless it fails. The
# caller sets `root`; `build` is where the programs are.

build=${BUDSTIKKE_CRASH_BUILD:-$root/build/release}

# build_crash_programs TARGET...
build_crash_programs() {
    log=$(mktemp)
    {
        (cd "$root" &&
            cmake --preset release -B "$build" -D BUDSTIKKE_PYTHON="$BUDSTIKKE_PYTHON") &&
            cmake --build "$build" -j "$BUDSTIKKE_JOBS" --target "$@"
    } >"$log" 2>&1 </dev/null || {
        tail -n 60 "$log" >&2
        rm -f "$log"
        exit 1
    }
    rm -f "$log"
}
