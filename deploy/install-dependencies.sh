#!/bin/sh
# Installs every Debian 12 package that building, testing and running Budstikke needs.
# Needs root, or a machine where all of them are installed already. Nothing else is fetched.
set -eu

# Compilers and build tools.
build="g++ cmake ninja-build ccache pkg-config clang-19 clang-tidy-19 clang-format-19 libclang-rt-19-dev lld-19"
# Libraries of the broker; architecture.md says what each one is for.
libraries="libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev protobuf-compiler libprotobuf-dev
    libssl-dev libxml2-dev librocksdb-dev libzstd-dev libcli11-dev libtomlplusplus-dev libspdlog-dev libfmt-dev
    libgtest-dev libgmock-dev libbenchmark-dev"
# Test PKI, independent client and independent XML reader of the tests.
tests="openssl ca-certificates python3 python3-protobuf python3-lxml python3-pytest libxml2-utils strace git util-linux procps"

missing=""
# shellcheck disable=SC2086
for package in $build $libraries $tests; do
    status=$(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null || true)
    case "$status" in ii*) ;; *) missing="$missing $package" ;; esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "these packages are missing; run this script once as root:$missing" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
