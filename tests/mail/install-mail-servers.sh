#!/bin/sh
# Installs what only the tests of mail need: Postfix and Dovecot. Promises that the installation
# starts neither, now or at the next boot: the tests start their own, with a configuration of their
# own, on free ports of the loopback.
# Needs root, or a machine where all of it is installed already.
set -eu

packages="postfix dovecot-core dovecot-imapd dovecot-pop3d dovecot-lmtpd"
missing=""
for package in $packages; do
    status=$(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null || true)
    case "$status" in ii*) ;; *) missing="$missing $package" ;; esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "missing; run tests/mail/install-mail-servers.sh once as root:$missing" >&2
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
for unit in postfix.service postfix@.service dovecot.service dovecot.socket; do
    [ ! -d /etc/systemd/system ] || [ -e "/etc/systemd/system/$unit" ] ||
        ln -s /dev/null "/etc/systemd/system/$unit"
done
# Postfix asks what kind of a server it shall be: none.
echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections

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
