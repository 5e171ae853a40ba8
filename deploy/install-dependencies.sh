#!/bin/sh
# Installs every Debian 12 package that building, testing and running Budstikke needs.
# Needs root, or a machine where all of them are installed already. Nothing else is fetched.
# Silent and quick when nothing is missing; on a failure it shows what apt said.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd -P)
. "$root/deploy/lib/debian-packages.sh"

# Compilers and build tools.
build="g++ cmake ninja-build ccache pkg-config clang-19 clang-tidy-19 clang-format-19
    libclang-rt-19-dev lld-19 mold"
# Libraries of the broker; ARCHITECTURE.md says what each one is for.
libraries="libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev protobuf-compiler
    libprotobuf-dev libssl-dev libxml2-dev librocksdb-dev libzstd-dev libcli11-dev
    libtomlplusplus-dev libspdlog-dev libfmt-dev libgtest-dev libgmock-dev libbenchmark-dev"
# The broker's allocator: a message is many small allocations on three threads.
libraries="$libraries libjemalloc-dev"
# MIME fields and transfer encodings of the ebXML message service; its XML signatures over OpenSSL,
# and what is compressed inside its encryption.
libraries="$libraries libgmime-3.0-dev libxmlsec1-dev libxmlsec1-openssl zlib1g-dev"
# HTTPS and mail of the ebXML message service, outwards: HTTP, SMTP, POP3, IMAP over OpenSSL.
libraries="$libraries libcurl4-openssl-dev"
# Test PKI, independent client, XML reader and verifier of XML signatures of the tests, a network
# that a test may cut (iproute2), and what the scripts use.
tests="openssl ca-certificates python3 python3-protobuf python3-lxml python3-pytest python3-xmlsec
    libxml2-utils
    strace util-linux iproute2 procps passwd binutils"

# shellcheck disable=SC2086  # the names are words
find_missing deploy/install-dependencies.sh $build $libraries $tests
[ -n "$missing" ] || exit 0
install_missing
