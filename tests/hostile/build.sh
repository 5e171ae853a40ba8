# Sourced by run.sh and soak.sh: builds what they run, in release, silent unless it fails, and says
# where it is. The caller sets `root`.

build_hostile_programs() {
    build=$root/build/release
    log=$(mktemp)
    {
        (cd "$root" && cmake --preset release -D BUDSTIKKE_PYTHON="$BUDSTIKKE_PYTHON") &&
            cmake --build "$build" -j "$BUDSTIKKE_JOBS" --target budstikked budstikke budstikkectl \
                budstikke_clock_shift fuzz_msghead fuzz_hcp fuzz_apprec
    } >"$log" 2>&1 </dev/null || {
        tail -n 60 "$log" >&2
        rm -f "$log"
        exit 1
    }
    rm -f "$log"
    export BUDSTIKKE_BIN="$build/bin"
    export BUDSTIKKE_CLOCK_SHIFT_LIBRARY="$build/tests/libbudstikke_clock_shift.so"
}
