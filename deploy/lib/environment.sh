# Sourced by the scripts of deploy/ and tests/: the settings that all of them share, each of which
# the caller's environment may override. Knows nothing of users or of what is to be run.

umask 022
export LC_ALL=C.UTF-8

# Debian's Python has Debian's lxml and protobuf; another one that comes first in PATH has not.
export BUDSTIKKE_PYTHON="${BUDSTIKKE_PYTHON:-/usr/bin/python3}"
export PYTHONDONTWRITEBYTECODE=1

# Compilations and tests at a time.
export BUDSTIKKE_JOBS="${BUDSTIKKE_JOBS:-$(nproc)}"

export CCACHE_MAXSIZE="${CCACHE_MAXSIZE:-5G}"
