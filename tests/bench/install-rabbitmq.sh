#!/bin/sh
# Installs what only the benchmark needs: RabbitMQ, to compare with. Promises that the installation
# starts no RabbitMQ and no epmd, now or at the next boot: the benchmark starts its own.
# Needs root, or a machine where all of it is installed already.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd -P)
. "$root/deploy/lib/debian-packages.sh"

find_missing tests/bench/install-rabbitmq.sh rabbitmq-server
[ -n "$missing" ] || exit 0

# Debian's way to keep an installation from starting what it installs.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
for unit in rabbitmq-server.service epmd.service epmd.socket; do
    [ ! -d /etc/systemd/system ] || [ -e "/etc/systemd/system/$unit" ] ||
        ln -s /dev/null "/etc/systemd/system/$unit"
done
install_missing
