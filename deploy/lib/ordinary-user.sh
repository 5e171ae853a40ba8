# Sourced by scripts that root may start but whose work an ordinary user must do: file modes, socket
# permissions and roles mean nothing to root, so they cannot be tested as root.
#
#   become_ordinary_user SCRIPT ARGUMENT...   as root: runs SCRIPT, whose path is relative to the
#       checkout, as the user `budstikke`, made if need be, and exits with its status.
#       As anybody else: returns.
#   hand_over FILE   sets `handed_over` to a path by which that user can read FILE.
#
# The caller sets `root`, the absolute path of the checkout. A checkout that the user cannot enter
# or read (root's home, a private temporary folder) is copied to a stage, where the script runs;
# the programs that it builds are copied back to build/<preset>/bin of the checkout.
# BUDSTIKKE_STANDARDS names the official examples and schemas in a place that the user can read.

ordinary_user=budstikke
ordinary_home=/var/lib/budstikke
ordinary_cache=/var/cache/budstikke-ccache
ordinary_temporary=""
handed_over=""

# Runs a command as the user with an environment of its own; only what is named here comes along.
as_ordinary_user() {
    kept='BUDSTIKKE_[A-Z0-9_]*\|CI\|MAKEFLAGS\|TERM\|CCACHE_MAXSIZE'
    for name in $(env | sed -n "s/^\($kept\)=.*/\1/p"); do
        eval "set -- \"$name=\$$name\" \"\$@\""
    done
    # Descriptor 9 is the lock of the stage: a process left behind must not hold it.
    (cd / && exec setpriv --reuid "$ordinary_user" --regid "$ordinary_user" --init-groups -- \
        env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        HOME="$ordinary_home" USER="$ordinary_user" LOGNAME="$ordinary_user" SHELL=/bin/sh \
        LC_ALL=C.UTF-8 CCACHE_DIR="$ordinary_cache" "$@" 9>&-)
}

make_ordinary_user() {
    if ! getent passwd "$ordinary_user" >/dev/null; then
        useradd --system --user-group --create-home --home-dir "$ordinary_home" \
            --shell /usr/sbin/nologin "$ordinary_user"
    fi
    install -d -m 755 -o "$ordinary_user" -g "$ordinary_user" "$ordinary_home" "$ordinary_cache"
}

# True if the user can read all of FOLDER, the build and git's own files apart.
ordinary_user_reads() {
    unreadable=$(as_ordinary_user find "$1/" \( -path "$1/build" -o -path "$1/.git" \) -prune \
        -o ! -readable -print -quit 2>&1 || true)
    [ -d "$1" ] && [ -z "$unreadable" ]
}

# copy_to_ordinary_user FROM TO TAR-OPTION...: root only reads, the user only writes. The copy is
# writable, however the original is protected, or it could not be removed again.
copy_to_ordinary_user() {
    from=$1
    to=$2
    shift 2
    as_ordinary_user mkdir -p "$to"
    tar -C "$from" --mode=u+rwX,go-w "$@" -cf "$ordinary_temporary/bundle" .
    as_ordinary_user tar -C "$to" -xf - --no-same-owner <"$ordinary_temporary/bundle"
    rm -f "$ordinary_temporary/bundle"
}

make_ordinary_temporary() {
    [ -z "$ordinary_temporary" ] || return 0
    ordinary_temporary=$(mktemp -d)
    chmod 711 "$ordinary_temporary"
    trap 'rm -rf "$ordinary_temporary"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

hand_over() {
    handed_over=$(realpath -- "$1")
    [ "$(id -u)" -eq 0 ] || return 0
    make_ordinary_user
    as_ordinary_user test -r "$handed_over" && return 0
    make_ordinary_temporary
    install -d -m 700 -o "$ordinary_user" -g "$ordinary_user" "$ordinary_temporary/handed"
    install -m 400 -o "$ordinary_user" -g "$ordinary_user" "$handed_over" \
        "$ordinary_temporary/handed/"
    handed_over="$ordinary_temporary/handed/$(basename -- "$handed_over")"
}

# Takes the first free stage. They are numbered, not named for the checkout, so that the compiler
# cache sees the same paths again and a thousand checkouts do not leave a thousand copies behind.
take_stage() {
    for number in 1 2 3 4 5 6 7 8; do
        stage="$ordinary_home/stage/$number"
        as_ordinary_user mkdir -p "$stage"
        exec 9>"$stage/lock"
        ! flock -n 9 || return 0
    done
    echo "all stages below $ordinary_home/stage are in use" >&2
    return 1
}

fill_stage() {
    # Another checkout's objects may be newer than these sources without being made from them.
    if [ "$(as_ordinary_user cat "$stage/origin" 2>/dev/null || true)" != "$root" ]; then
        as_ordinary_user rm -rf "$stage/src" "$stage/standards"
    fi
    printf '%s\n' "$root" | as_ordinary_user tee "$stage/origin" >/dev/null
    as_ordinary_user mkdir -p "$stage/src"
    as_ordinary_user find "$stage/src" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
    copy_to_ordinary_user "$root" "$stage/src" --exclude=./build --exclude=./.git
}

find_standards() {
    standards=$(realpath -m -- "${BUDSTIKKE_STANDARDS:-$root/../shared/standards}")
    [ -d "$standards" ] || return 0
    if ! ordinary_user_reads "$standards"; then
        [ -n "$stage" ] || take_stage
        as_ordinary_user rm -rf "$stage/standards"
        copy_to_ordinary_user "$standards" "$stage/standards"
        standards="$stage/standards"
    fi
    export BUDSTIKKE_STANDARDS="$standards"
}

return_programs() {
    mkdir -p "$root/build"
    as_ordinary_user sh -c 'cd "$1" 2>/dev/null || exit 0
        set -- */bin
        [ -d "$1" ] || exit 0
        exec tar -cf - "$@"' sh "$stage/src/build" >"$ordinary_temporary/programs"
    [ ! -s "$ordinary_temporary/programs" ] ||
        tar -C "$root/build" -xf "$ordinary_temporary/programs" --no-same-owner
}

become_ordinary_user() {
    [ "$(id -u)" -eq 0 ] || return 0
    make_ordinary_user
    make_ordinary_temporary
    stage=""
    status=0
    script=$1
    shift
    if ordinary_user_reads "$root"; then
        find_standards
        mkdir -p "$root/build"
        chown "$ordinary_user:$ordinary_user" "$root/build"
        for preset in release debug asan tsan tidy fuzz results; do
            [ ! -e "$root/build/$preset" ] ||
                chown -R "$ordinary_user:$ordinary_user" "$root/build/$preset"
        done
        as_ordinary_user sh "$root/$script" "$@" || status=$?
    else
        take_stage
        fill_stage
        find_standards
        as_ordinary_user sh "$stage/src/$script" "$@" || status=$?
        return_programs
    fi
    exit "$status"
}
