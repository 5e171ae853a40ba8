#!/bin/sh
# Installs what only the benchmark needs: RabbitMQ, to compare with. Promises that the installation
# starts no RabbitMQ and no epmd, now or at the next boot: the benchmark starts its own.
# Needs root, or a machine where all of it is installed already.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd -P)
. "$root/deploy/lib/debian-packages.sh"

find_missing tests/bench/install-rabbitmq.sh rabbitmq-server
[ -n "$missing" ] || exit 0

install_unstarted rabbitmq-server.service epmd.service epmd.socket
