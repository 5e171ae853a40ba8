# Sourced by the scripts of tests/ that count: builds and tests a preset, runs a further check, and
# counts. A failure never ends the run: the rest is still worth knowing, and the closing line tells.
# Promises that what cannot be built, crashes or runs out of time counts as failed.

results="$root/build/results"

begin_results() {
    rm -rf "$results"
    mkdir -p "$results"
}

# Only failures of the machinery are recorded here; successes are counted from the tests themselves.
record_failure() {
    printf 'failed %s\n' "$1" >>"$results/checks"
    printf 'FAILED: %s\n' "$1" >&2
}

# check NAME COMMAND...: a check outside ctest, one case however much it looks at.
check() {
    name=$1
    shift
    printf '== %s\n' "$name"
    if "$@" </dev/null; then
        printf 'passed %s\n' "$name" >>"$results/checks"
    else
        record_failure "$name"
    fi
}

configure() {
    (cd "$root" && cmake --preset "$1" -D BUDSTIKKE_PYTHON="$BUDSTIKKE_PYTHON" </dev/null) \
        >"$results/configure-$1.log" 2>&1 || {
        cat "$results/configure-$1.log" >&2
        record_failure "configure $1"
        return 1
    }
}

# build PRESET ARGUMENT...: goes on after an error, so that all that can be built is tested.
build() {
    printf '== build %s\n' "$1"
    preset=$1
    shift
    (cd "$root" && cmake --build "build/$preset" "$@" -- -j "$BUDSTIKKE_JOBS" -k 0 </dev/null) \
        >"$results/build-$preset.log" 2>&1 || {
        grep -v '^\[[0-9]*/[0-9]*\] ' "$results/build-$preset.log" | tail -n 200 >&2
        record_failure "build $preset"
        return 1
    }
}

# Kernels that scatter memory widely put it where gcc 12's sanitizers keep their shadow.
without_scatter=""
if setarch -R true 2>/dev/null; then without_scatter="setarch -R"; fi

# test_built PRESET ARGUMENT...: the tests that ctest chooses by the arguments; all without.
# The size limits only keep what a test prints whole, because the cases are counted from it.
test_built() {
    printf '== test %s\n' "$1"
    preset=$1
    shift
    # shellcheck disable=SC2086  # the prefix is words
    (cd "$root" && $without_scatter ctest --preset "$preset" -j "$((BUDSTIKKE_JOBS + 1))" \
        --timeout 600 --output-on-failure --output-junit "$results/$preset.xml" \
        --test-output-size-passed 8000000 --test-output-size-failed 8000000 "$@" </dev/null) || true
    [ -s "$results/$preset.xml" ] || record_failure "test $preset"
}

test_preset() {
    configure "$1" || return 0
    build "$1" || true
    test_built "$1"
}

# with_mail_servers SCRIPT ARGUMENT...: as root: runs SCRIPT, whose path is relative to the
# checkout, anew with mail servers beside it, and exits with its status. As anybody else: says that
# the tests of mail are not run, and returns.
with_mail_servers() {
    case "${BUDSTIKKE_MAIL_SERVERS:-}" in
    "") ;;
    none) # with-servers.sh has said why; ctest counts the tests as not run
        [ "$(id -u)" -eq 0 ] || unset BUDSTIKKE_MAIL_SERVERS
        return 0
        ;;
    *) return 0 ;;
    esac
    if [ "$(id -u)" -ne 0 ]; then
        echo "the tests of mail are not run: only root can start Postfix and Dovecot"
        return 0
    fi
    script=$1
    shift
    exec sh "$root/tests/mail/with-servers.sh" sh "$root/$script" "$@"
}

# Prints the closing line and gives the status of the whole run.
close_results() {
    "$BUDSTIKKE_PYTHON" "$root/tests/lib/count.py" "$results"
}
