#!/bin/sh
# clang-tidy with the checks of .clang-tidy over our own sources, all of them or those named.
# Generated code is built first because ours includes it, but is not itself looked at.
#   sh tests/lint/tidy.sh [REGEX...]   REGEX matches absolute paths of source files
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd -P)
. "$root/deploy/lib/environment.sh"

cd "$root"
mkdir -p build
cmake --preset tidy >build/tidy-configure.log 2>&1 || {
    cat build/tidy-configure.log >&2
    exit 1
}
cmake --build build/tidy --target budstikke_proto >/dev/null
[ $# -gt 0 ] || set -- "^$root/(broker|adapters|tests)/.*\.cpp$"
run-clang-tidy-19 -quiet -p build/tidy -j "$BUDSTIKKE_JOBS" "$@" >build/tidy/tidy.log 2>&1 || {
    grep -v 'warnings generated' build/tidy/tidy.log
    exit 1
}
