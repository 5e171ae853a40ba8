#!/bin/sh
# quickstart.sh [FILE.xml]: the broker's main job, from nothing: installs, builds, makes a test PKI
# and a directory, starts the broker in a temporary folder, hands it a discharge note with a copy
# recipient (or FILE), lets the recipients' clients answer, and shows what became of it for each.
# Exit status 0 and the last line `confirmed by all recipients` when all is well; 1 when the message
# cannot be routed, was refused, or something failed; 2 for usage. Leaves nothing behind but build/.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd -P)
. "$root/deploy/lib/environment.sh"
. "$root/deploy/lib/ordinary-user.sh"

if [ $# -gt 1 ] || [ "${1-}" = --help ]; then
    echo "usage: quickstart.sh [FILE.xml]" >&2
    exit 2
fi
if [ $# -eq 1 ]; then
    if [ ! -f "$1" ] || [ ! -r "$1" ]; then
        echo "quickstart.sh: cannot read $1" >&2
        exit 2
    fi
    hand_over "$1"
    set -- "$handed_over"
fi
sh "$root/deploy/install-dependencies.sh"
become_ordinary_user deploy/quickstart.sh "$@"

. "$root/deploy/quickstart/steps.sh"
make_work_folder
message=${1:-$root/deploy/quickstart/discharge-note.xml}

step "Building the programs (a while the first time)"
build_programs
run_from_message
