#!/bin/sh
# Installs what only the tests of mail need: Postfix and Dovecot. Promises that the installation
# starts neither, now or at the next boot: the tests start their own, with a configuration of their
# own, on free ports of the loopback.
# Needs root, or a machine where all of it is installed already.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd -P)
. "$root/deploy/lib/debian-packages.sh"

find_missing tests/mail/install-mail-servers.sh \
    postfix dovecot-core dovecot-imapd dovecot-pop3d dovecot-lmtpd
[ -n "$missing" ] || exit 0

case "$missing " in
*" postfix "*)
    # apt would remove it for Postfix.
    if [ -e /usr/sbin/sendmail ]; then
        echo "this machine has a mail server of its own, which Postfix would replace" >&2
        exit 1
    fi
    # Postfix asks what kind of a server it shall be: none.
    echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
    ;;
esac
install_unstarted postfix.service postfix@.service dovecot.service dovecot.socket
