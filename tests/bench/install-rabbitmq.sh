#!/bin/sh
# Installs what only the benchmark needs: RabbitMQ, to compare with. Promises that the installation
# starts no RabbitMQ and no epmd, now or at the next boot: the benchmark starts its own.
# Needs root, or a machine where all of it is installed already.
set -eu

packages="rabbitmq-server"
missing=""
for package in $packages; do
    status=$(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null || true)
    case "$status" in ii*) ;; *) missing="$missing $package" ;; esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "these packages are missing; run tests/bench/install-rabbitmq.sh once as root:$missing" >&2
    exit 1
fi

log=$(mktemp)
policy=/usr/sbin/policy-rc.d
made_policy=no
clean_up() {
    rm -f "$log"
    [ "$made_policy" = no ] || rm -f "$policy"
}
trap clean_up EXIT

# Debian's way to keep an installation from starting what it installs.
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    made_policy=yes
fi
for unit in rabbitmq-server.service epmd.service epmd.socket; do
    [ ! -d /etc/systemd/system ] || [ -e "/etc/systemd/system/$unit" ] ||
        ln -s /dev/null "/etc/systemd/system/$unit"
done

apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 \
        -o DPkg::Lock::Timeout=300 "$@" >>"$log" 2>&1 </dev/null
}
apt update || apt update || true
# shellcheck disable=SC2086  # the names are words
if ! apt install -y --no-install-recommends $missing &&
    ! apt install -y --no-install-recommends $missing; then
    cat "$log" >&2
    echo "could not install:$missing" >&2
    exit 1
fi
