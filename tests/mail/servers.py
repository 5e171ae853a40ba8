"""Postfix and Dovecot for tests: with a configuration of their own, in a folder of their own, on
free ports of the loopback. Needs root, because Postfix does; stops what it started, by process id.

    servers.py start FOLDER PKI USER   PKI as certs/make-test-pki.sh makes it; USER, not root, runs
                                       the tests, and owns what they need
    servers.py stop FOLDER

FOLDER/servers has lines NAME=VALUE: smtp, smtps, pop3s, imaps (ports), plain (SMTP that has no TLS
and asks for no user), user, other, password (a file), lmtp (a Unix socket that mail for any address
of `lmtp.example` goes to), lmtp_port (of the loopback, for `tcp.example`; nobody listens there
until a test does), ca. Postfix never takes mail for `later@edi.example` at once; it takes mail for
`gone@edi.example`, for whom Dovecot has no mailbox. For tests that must not see each other's mail
there are PAIRS more mailboxes of each kind, `hospital1@edi.example` and so on; a test that takes
one makes a file of that number in FOLDER/taken.
"""

import os
import pathlib
import pwd
import select
import signal
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import ports  # noqa: E402  (in the folder above)

PAIRS = 200
USERS = tuple(f"{kind}{number}@edi.example" for number in ("", *range(1, PAIRS + 1))
              for kind in ("hospital", "municipality"))
LASTING_PORTS = 20_000, 30_000  # other tests take theirs below
PASSWORD = "invented-for-tests"

MAIN_CF = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
myhostname = mail.example
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
smtpd_tls_cert_file = {pki}/server.crt
smtpd_tls_key_file = {pki}/server.key
smtpd_tls_security_level = encrypt
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = unix:{folder}/dovecot/auth-postfix
smtpd_tls_auth_only = yes
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions =
    check_recipient_access inline:{{ {{ later@edi.example = 450 4.2.0 come again }} }},
    permit_sasl_authenticated, reject
virtual_mailbox_domains = edi.example
virtual_mailbox_maps = inline:{{ {mailboxes} }}
virtual_transport = lmtp:unix:{folder}/dovecot/lmtp
transport_maps = inline:{{
    {{ lmtp.example = lmtp:unix:{folder}/broker/lmtp }}
    {{ tcp.example = lmtp:inet:127.0.0.1:{lmtp_port} }} }}
relay_domains = lmtp.example, tcp.example
message_size_limit = 52428800
mailbox_size_limit = 0
virtual_mailbox_limit = 0
minimal_backoff_time = 2s
maximal_backoff_time = 2s
queue_run_delay = 1s
smtpd_error_sleep_time = 0
"""

MASTER_CF = """
127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
127.0.0.1:{plain} inet n - n - - smtpd
    -o smtpd_tls_security_level=none -o smtpd_sasl_auth_enable=no
    -o mynetworks=127.0.0.0/8 -o smtpd_relay_restrictions=permit_mynetworks,reject
    -o smtpd_recipient_restrictions=
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

DOVECOT_CONF = """
base_dir = {folder}/dovecot/run
state_dir = {folder}/dovecot/state
log_path = {folder}/dovecot.log
protocols = imap pop3 lmtp
listen = 127.0.0.1
ssl = required
ssl_cert = <{pki}/server.crt
ssl_key = <{pki}/server.key
disable_plaintext_auth = yes
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
first_valid_uid = 1
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = 0
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
service lmtp {{
  unix_listener {folder}/dovecot/lmtp {{
    mode = 0666
  }}
}}
service anvil {{
  # Else who was once refused waits longer and longer.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener {folder}/dovecot/auth-postfix {{
    mode = 0666
  }}
}}
"""


def free_ports(count: int) -> list[int]:
    """Nobody else takes them before they are listened at."""
    reserved = [ports.reserve(*LASTING_PORTS) for _ in range(count)]
    for _, reservation in reserved:
        reservation.close()
    return [port for port, _ in reserved]


def require_greeting(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=120):
        return


def start(folder: pathlib.Path, pki: pathlib.Path, user: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    owner = pwd.getpwnam(user)
    for name in ("queue", "data", "dovecot", "mail", "postfix", "broker", "taken"):
        (folder / name).mkdir()
    os.chown(folder / "data", pwd.getpwnam("postfix").pw_uid, -1)
    for name in ("mail", "broker", "taken"):
        os.chown(folder / name, owner.pw_uid, owner.pw_gid)
    (folder / "broker").chmod(0o755)
    names = ("smtp", "smtps", "plain", "pop3s", "imaps")
    *taken, lmtp_port = free_ports(len(names) + 1)
    listening = dict(zip(names, taken, strict=True))
    mailboxes = " ".join(f"{{ {user} = x }}" for user in (*USERS, "later@edi.example",
                                                          "gone@edi.example"))
    facts = {"folder": folder, "pki": pki, "mailboxes": mailboxes, "uid": owner.pw_uid,
             "gid": owner.pw_gid, "lmtp_port": lmtp_port, **listening}
    (folder / "postfix/main.cf").write_text(MAIN_CF.format(**facts))
    (folder / "postfix/master.cf").write_text(MASTER_CF.format(**facts))
    (folder / "dovecot.conf").write_text(DOVECOT_CONF.format(**facts))
    (folder / "users").write_text("".join(f"{user}:{PASSWORD}\n" for user in USERS))
    (folder / "password").write_text(PASSWORD + "\n")
    (folder / "password").chmod(0o600)
    os.chown(folder / "password", owner.pw_uid, owner.pw_gid)
    subprocess.run(["dovecot", "-c", folder / "dovecot.conf"], check=True)
    subprocess.run(["postfix", "-c", folder / "postfix", "start"], check=True,
                   stdout=subprocess.DEVNULL, stderr=(folder / "start.log").open("w"))
    for port in listening.values():  # both listen before they go to the background
        require_greeting(port)
    lines = [f"{name}={port}" for name, port in listening.items()]
    lines += [f"user={USERS[0]}", f"other={USERS[1]}", f"password={folder}/password",
              f"lmtp={folder}/broker/lmtp", f"lmtp_port={lmtp_port}", f"ca={pki}/ca.crt"]
    (folder / "servers").write_text("\n".join(lines) + "\n")


def end(pid: int) -> None:
    """Asks it to end, and waits until it has."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    signal.pidfd_send_signal(process, signal.SIGTERM)
    ended, _, _ = select.select([process], [], [], 120)
    os.close(process)
    if not ended:
        raise SystemExit(f"process {pid} did not end")


def stop(folder: pathlib.Path) -> None:
    for name in ("queue/pid/master.pid", "dovecot/run/master.pid"):
        if (folder / name).exists():
            end(int((folder / name).read_text()))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["start", folder, pki, user]:
            start(pathlib.Path(folder).resolve(), pathlib.Path(pki).resolve(), user)
        case ["stop", folder]:
            stop(pathlib.Path(folder).resolve())
        case _:
            raise SystemExit(__doc__)
