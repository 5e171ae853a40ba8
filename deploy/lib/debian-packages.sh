# Sourced by the scripts that install Debian packages. Silent where all goes well; knows nothing of
# what the packages are for.
#
#   find_missing SCRIPT PACKAGE...   sets `missing` to the packages that are not installed. Where
#       some are and the caller is not root, says that SCRIPT must be run, and exits with 1.
#   install_missing   installs them, or shows what apt said and fails.
#   install_unstarted UNIT...   the same, and nothing of it is started, now or at the next boot.
#       Units of what is on the machine already stay as they are.

missing=""

find_missing() {
    script=$1
    shift
    missing=""
    for package in "$@"; do
        status=$(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null || true)
        case "$status" in ii*) ;; *) missing="$missing $package" ;; esac
    done
    if [ -n "$missing" ] && [ "$(id -u)" -ne 0 ]; then
        echo "these packages are missing; run $script once as root:$missing" >&2
        exit 1
    fi
}

# A subshell, so that the log goes whatever traps the caller has.
install_missing() (
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT

    apt() {
        DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 \
            -o DPkg::Lock::Timeout=300 "$@" >>"$log" 2>&1 </dev/null
    }

    # A mirror that is busy answers the second time more often than not. When the lists cannot be
    # refreshed at all, those on the machine may still do, so only the installation decides.
    apt update || apt update || true
    # shellcheck disable=SC2086  # the names are words
    if ! apt install -y --no-install-recommends $missing &&
        ! apt install -y --no-install-recommends $missing; then
        cat "$log" >&2
        echo "could not install:$missing" >&2
        exit 1
    fi
)

# Debian's way to keep an installation from starting what it installs; a policy that is there
# already stays.
install_unstarted() (
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap 'rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    for unit in "$@"; do
        [ ! -d /etc/systemd/system ] || [ -e "/etc/systemd/system/$unit" ] ||
            [ -e "/lib/systemd/system/$unit" ] ||
            ln -s /dev/null "/etc/systemd/system/$unit"
    done
    install_missing
)
