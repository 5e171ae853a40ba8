"""The brokers that are measured, each with a folder, ports and processes of its own: budstikked,
and RabbitMQ with quorum queues behind mutual TLS. Promises that a broker is up when start()
returns, and that nothing of it runs or lies about once its `with` block has ended.
"""

import contextlib
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import time

PROJECT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 120.0
TICKS = os.sysconf("SC_CLK_TCK")
SENDERS, RECIPIENTS, LOUD = "999000002", "999000004", "999000006"


def run(*command):
    subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, check=True,
                   stdout=subprocess.DEVNULL, timeout=PATIENCE)


def output_of(*command, env=None):
    """What a program prints; what it says of a failure goes to our own standard error."""
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, check=False,
                          stdout=subprocess.PIPE, text=True, env=env).stdout


def make_pki(folder):
    """A server, and one organisation each for all senders, all recipients, and senders that
    others are to be protected from."""
    run("sh", PROJECT / "certs/make-test-pki.sh", folder)
    run("sh", PROJECT / "certs/issue.sh", folder, "sender", SENDERS)
    run("sh", PROJECT / "certs/issue.sh", folder, "recipient", RECIPIENTS)
    run("sh", PROJECT / "certs/issue.sh", folder, "loud", LOUD)
    run("sh", PROJECT / "certs/issue.sh", folder, "stranger", SENDERS, "--foreign-ca")
    return folder


def free_port():
    """Free now; what takes it next is one of ours."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A program that says when it is ready as it would to systemd (sd_notify)."""

    def __init__(self, folder, command, environment, log):
        notify = folder / "notify.sock"
        notify.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor, open(log, "ab") as out:
            supervisor.bind(str(notify))
            self._process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env={**environment, "NOTIFY_SOCKET": str(notify)}, process_group=0)
            try:
                self._wait_until_ready(supervisor)
            except BaseException:
                self.kill()
                raise

    @property
    def pid(self):
        return self._process.pid

    def _wait_until_ready(self, supervisor):
        ended = os.pidfd_open(self.pid)
        try:
            while True:
                readable, _, _ = select.select([supervisor, ended], [], [], PATIENCE)
                if supervisor not in readable:
                    raise RuntimeError(f"{self._process.args[0]} did not get ready")
                if b"READY=1" in supervisor.recv(4096):
                    return
        finally:
            os.close(ended)

    def cpu_seconds(self):
        with open(f"/proc/{self.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_kib(self, key="VmRSS"):
        with open(f"/proc/{self.pid}/status", encoding="utf-8") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(f"{key}:"))

    def terminate(self):
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


class Broker:
    """What both kinds have: a folder that goes with them, a process, a port."""

    def __init__(self, folder, pki):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(mode=0o700)
        self.pki = pki
        self.port = 0
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder)

    def start(self):
        raise NotImplementedError

    def timed_start(self):
        """Seconds from the start of the process until it is ready."""
        before = time.monotonic()
        self.start()
        return time.monotonic() - before

    def disk_mib(self):
        return sum(file.stat().st_blocks for file in self.folder.rglob("*")
                   if file.is_file()) * 512 / 2**20

    def log(self):
        return (self.folder / "broker.log").read_text(encoding="utf-8", errors="replace")[-4000:]

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process = None


CONFIGURATION = """
[broker]
data = "data"
directory = "directory"
master_keys = "master-keys"
schemas = "{schemas}"

[[listener]]
address = "127.0.0.1"
port = 0

[listener.tls]
certificate = "{pki}/server.crt"
key = "{pki}/server.key"
client_ca = ["{pki}/ca.crt"]
crl = ["{pki}/root-ca.crl", "{pki}/issuing-ca.crl"]

[admin]
socket = "admin.sock"

[limits]
disk_free_percent_min = 0

[log]
level = "warning"
"""


class Budstikke(Broker):
    """budstikked as it comes, but for folders and port: all settings are the defaults. `loud` are
    the pairs of the organisation LOUD, which others are to be protected from."""

    def __init__(self, folder, pki, programs, schemas, *, pairs, validation, loud=()):
        super().__init__(folder, pki)
        self.programs = programs
        (self.folder / "data").mkdir(mode=0o700)
        (self.folder / "directory").mkdir()
        rules = f'validation = "{validation}"\n'
        text = self._organisation(
            SENDERS, [str(2000 + n) for n in range(pairs) if n not in loud], "hospital", "")
        if loud:
            text += self._organisation(LOUD, [str(first + n) for first in (2000, 3000)
                                              for n in loud], "gp", rules)
        text += self._organisation(
            RECIPIENTS, [str(3000 + n) for n in range(pairs) if n not in loud], "gp", rules)
        (self.folder / "directory/parties.toml").write_text(text, encoding="utf-8")
        keys = self.folder / "master-keys"
        keys.write_text("first " + os.urandom(32).hex() + "\n", encoding="utf-8")
        keys.chmod(0o600)
        (self.folder / "budstikked.toml").write_text(
            CONFIGURATION.format(pki=pki, schemas=schemas), encoding="utf-8")

    @staticmethod
    def _organisation(number, her_ids, kind, extra):
        acts_for = ", ".join(f'"{her_id}"' for her_id in her_ids)
        return (f'[[organisation]]\nnumber = "{number}"\nname = "Virksomhet {number}"\n'
                f"acts_for = [{acts_for}]\n\n") + "".join(
                    f'[[party]]\nher_id = "{her_id}"\norganisation = "{number}"\n'
                    f'name = "Part {her_id}"\nkind = "{kind}"\nendpoint = "exchange"\n{extra}\n'
                    for her_id in her_ids)

    def start(self):
        self.process = Process(
            self.folder, [self.programs / "bin/budstikked", "--config",
                          self.folder / "budstikked.toml", "--ports-file", self.folder / "ports"],
            os.environ, self.folder / "broker.log")
        self.port = int((self.folder / "ports").read_text(encoding="utf-8").split()[2])
        return self


    def open_deliveries(self):
        status = json.loads(output_of(self.programs / "bin/budstikkectl", "--socket",
                                      self.folder / "admin.sock", "--json", "status"))
        return status["result"]["open_deliveries"]


RABBITMQ = """
listeners.tcp = none
listeners.ssl.default = 127.0.0.1:{port}
ssl_options.cacertfile = {pki}/ca.crt
ssl_options.certfile = {pki}/server.crt
ssl_options.keyfile = {pki}/server.key
ssl_options.verify = verify_peer
ssl_options.fail_if_no_peer_cert = true
ssl_options.depth = 3
log.console.level = warning
log.file = false
log.console = true
"""


class RabbitMq(Broker):
    """RabbitMQ as Debian ships it, but for folders, ports and TLS; no plugin, one node."""

    SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"

    def __init__(self, folder, pki):
        super().__init__(folder, pki)
        self._epmd = None

    def start(self):
        self.port = free_port()
        ports = {"ERL_EPMD_PORT": str(free_port()), "RABBITMQ_DIST_PORT": str(free_port())}
        config = self.folder / "rabbitmq.conf"
        config.write_text(RABBITMQ.format(port=self.port, pki=self.pki), encoding="utf-8")
        (self.folder / "enabled_plugins").write_text("[].\n", encoding="utf-8")
        cookie = self.folder / ".erlang.cookie"
        cookie.write_text(os.urandom(16).hex(), encoding="utf-8")
        cookie.chmod(0o400)
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
            "HOME": str(self.folder), "ERL_EPMD_ADDRESS": "127.0.0.1", **ports,
            "RABBITMQ_NODENAME": f"bench-{os.getpid()}@localhost",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": str(config),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
        }
        self._epmd = subprocess.Popen(
            ["epmd", "-port", ports["ERL_EPMD_PORT"], "-address", "127.0.0.1"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=environment)
        self.process = Process(self.folder, [self.SERVER], environment, self.folder / "broker.log")
        return self

    def stop(self):
        super().stop()
        if self._epmd is not None:
            self._epmd.terminate()
            self._epmd.wait()
            self._epmd = None
