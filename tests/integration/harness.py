"""What the integration tests stand on: a test PKI, a directory, a configuration, and the real
budstikked in a temporary folder. Promises that waiting is waiting for an event (the supervisor's
socket, a line of the log, a frame), and that nothing outlives a test.

Knows the broker as its operators do: command line, configuration, log, admin socket.
"""

import contextlib
import json
import os
import pathlib
import resource
import select
import shutil
import signal
import socket
import subprocess
import threading
import time

import exchange_client

PROJECT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("BUDSTIKKE_BIN", PROJECT / "build" / "release" / "bin"))
STANDARDS = pathlib.Path(os.environ.get("BUDSTIKKE_STANDARDS", PROJECT.parent / "shared/standards"))
# For what must happen, on a machine that does much else at once; nothing waits that long in vain.
PATIENCE = 300.0


def run(*command, **options):
    """The output of a program that must succeed."""
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=PATIENCE, check=False, **options)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


class Pki:
    """A test PKI by the scripts of certs/."""

    def __init__(self, folder, made=False):
        self.folder = pathlib.Path(folder)
        if not made:
            run("sh", PROJECT / "certs/make-test-pki.sh", self.folder)

    def copy(self, folder):
        """One's own, to revoke in."""
        shutil.copytree(self.folder, folder)
        return Pki(folder, made=True)

    def issue(self, name, number, *options):
        """Certificate and key of an organisation; made at the first call of that name."""
        certificate = self.folder / "clients" / f"{name}.crt"
        if not certificate.exists():
            run("sh", PROJECT / "certs/issue.sh", self.folder, name, number, *options)
        return certificate, certificate.with_suffix(".key")

    def revoke(self, name):
        run("sh", PROJECT / "certs/revoke.sh", self.folder, name)

    def refresh(self, *options):
        run("sh", PROJECT / "certs/refresh-crls.sh", self.folder, *options)

    def context(self, name, number, *options, **tls):
        return exchange_client.tls_context(
            self.folder / "ca.crt", *self.issue(name, number, *options), **tls)


# The parties of most tests: HER-id, organisation number, kind.
HOSPITAL, GP, MUNICIPALITY = "2001", "3001", "1001"
ORGANISATIONS = {HOSPITAL: "999000002", GP: "999000004", MUNICIPALITY: "999000001"}
KINDS = {HOSPITAL: "hospital", GP: "gp", MUNICIPALITY: "municipality"}


def organisation(number, acts_for, extra=""):
    acts = ", ".join(f'"{her_id}"' for her_id in acts_for)
    return f'[[organisation]]\nnumber = "{number}"\nname = "Org {number}"\nacts_for = [{acts}]\n' \
           f"{extra}\n"


def party(her_id, number, kind="gp", endpoint="exchange", extra=""):
    return f'[[party]]\nher_id = "{her_id}"\norganisation = "{number}"\nname = "Part {her_id}"\n' \
           f'kind = "{kind}"\nendpoint = "{endpoint}"\n{extra}\n'


def usual_parties(**extra):
    """The directory of the three; `extra` has lines for a party by its HER-id: h3001="..."."""
    return "\n".join(
        organisation(number, [her_id])
        + party(her_id, number, KINDS[her_id], extra=extra.get(f"h{her_id}", ""))
        for her_id, number in ORGANISATIONS.items())


CONFIGURATION = """
[broker]
data = "{data}"
directory = "{directory}"
master_keys = "{keys}"
{schemas}
[[listener]]
address = "127.0.0.1"
port = 0

[listener.tls]
certificate = "{pki}/server.crt"
key = "{pki}/server.key"
client_ca = ["{pki}/ca.crt"]
crl = ["{pki}/root-ca.crl", "{pki}/issuing-ca.crl"]
{tls}

[admin]
socket = "{socket}"

[threads]
io = 2
workers = 1
{extra}
"""


class Broker:
    """One budstikked and its folder; may be killed and started again."""

    def __init__(self, folder, pki, directory=None, *, extra="", tls="", schemas=None,
                 limits="disk_free_percent_min = 0", environment=None, program=None):
        self.folder = pathlib.Path(folder)
        self._program = program or BIN / "budstikked"
        self._environment = environment or {}
        self.pki = pki
        self.socket = self.folder / "admin.sock"
        self.keys = self.folder / "master-keys"
        self.log = []  # every event since the first start
        self._log_changed = threading.Condition()
        self._process = None
        self.port = 0
        (self.folder / "data").mkdir(mode=0o700)
        (self.folder / "directory").mkdir()
        self.write_directory(directory or usual_parties())
        self.add_master_key("first", "11" * 32)
        self._settings = {
            "extra": f"[limits]\n{limits}\n{extra}", "tls": tls,
            "schemas": f'schemas = "{schemas}"' if schemas else ""}
        self.write_configuration()

    # --- What it reads ---------------------------------------------------------------------------

    def write_configuration(self, **settings):
        self._settings.update(settings)
        text = CONFIGURATION.format(
            data=self.folder / "data", directory=self.folder / "directory", keys=self.keys,
            pki=self.pki.folder, socket=self.socket, **self._settings)
        (self.folder / "budstikked.toml").write_text(text, encoding="utf-8")

    def write_directory(self, text):
        (self.folder / "directory" / "parties.toml").write_text(text, encoding="utf-8")

    def add_master_key(self, name, hex_digits):
        with os.fdopen(os.open(self.keys, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as f:
            f.write(f"{name} {hex_digits}\n")

    # --- Its life --------------------------------------------------------------------------------

    @property
    def pid(self):
        """None while it does not run."""
        return self._process.pid if self._process else None

    def start(self):
        """Returns once it says that it is ready, as a supervisor would hear it (sd_notify), and all
        that it had logged before is here."""
        notify = self.folder / "notify.sock"
        starts = len(self.events("ready"))
        notify.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
            supervisor.bind(str(notify))
            self._process = subprocess.Popen(
                [self._program, "--config", self.folder / "budstikked.toml",
                 "--ports-file", self.folder / "ports"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                # SIGXFSZ stays ignored as Python has it, for fail_writes().
                restore_signals=False,
                env={**os.environ, **self._environment, "NOTIFY_SOCKET": str(notify)})
            self._reader = threading.Thread(target=self._read_log, args=(self._process.stderr,))
            self._reader.start()
            self._wait_until_ready(supervisor)
        self.wait_event("ready", starts + 1)
        self.port = int((self.folder / "ports").read_text(encoding="utf-8").split()[2])
        return self

    def _wait_until_ready(self, supervisor):
        ended = os.pidfd_open(self._process.pid)
        try:
            readable, _, _ = select.select([supervisor, ended], [], [], PATIENCE)
        finally:
            os.close(ended)
        if supervisor not in readable or not supervisor.recv(4096).startswith(b"READY=1"):
            self.kill()
            raise AssertionError(f"budstikked did not get ready: {self.log}")

    def _read_log(self, pipe):
        with pipe:
            for line in pipe:
                text = line.decode("utf-8").rstrip("\n")
                try:
                    event = json.loads(text)
                except ValueError:
                    event = {"event": "not_an_event", "text": text}  # of a sanitizer
                with self._log_changed:
                    self.log.append(event)
                    self._log_changed.notify_all()

    def last_words(self):
        """Its exit status and the end of its log, where it has gone without being asked to; else
        None."""
        if self._process is None or self._process.poll() is None:
            return None
        self._reader.join(PATIENCE)  # a sanitizer's report comes last
        return f"budstikked ended with {self._process.returncode}: {self.log[-40:]}"

    def kill(self):
        """SIGKILL: as if the machine had gone."""
        self._end(signal.SIGKILL)

    def stop(self):
        """In order; its exit status is part of the promise."""
        if self._process is not None:
            self.ask_to_stop()
            status = self.wait_for_exit()
            assert status == 0, f"budstikked ended with {status}: {self.log[-20:]}"

    def ask_to_stop(self):
        self._process.send_signal(signal.SIGTERM)

    def fail_writes(self):
        """From now on no write of it to a file succeeds: EFBIG, as if the disk were broken."""
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (0, 0))

    def wait_for_exit(self):
        status = self._process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        self._process = None
        return status

    def _end(self, by):
        self._process.send_signal(by)
        return self.wait_for_exit()

    def restart(self):
        self.kill()
        return self.start()

    # --- What operations sees --------------------------------------------------------------------

    def wait_event(self, event, count=1, **fields):
        """The log's `count`th event of that id, or of one of several, with those fields. Waits."""
        names = event if isinstance(event, tuple) else (event,)

        def found():
            return [e for e in self.log if e["event"] in names
                    and all(e.get(name) == value for name, value in fields.items())]

        until = time.monotonic() + PATIENCE
        with self._log_changed:
            while len(found()) < count:
                left = until - time.monotonic()
                assert left > 0, f"no event {event} {fields} in {self.log[-50:]}"
                self._log_changed.wait(left)
            return found()[count - 1]

    def wait_counted(self, event, count):
        """Until the log's lines of that event, each with how many it stands for, stand for so many.
        There is one at once and then one in ten seconds for an address."""
        lines = 0
        while sum(int(line["count"]) for line in self.events(event)) < count:
            lines += 1
            self.wait_event(event, lines)

    def events(self, event):
        return [e for e in list(self.log) if e["event"] == event]

    def ctl_raw(self, *words, out=subprocess.PIPE):
        return subprocess.run(
            [BIN / "budstikkectl", "--socket", self.socket, "--json", *words],
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, text=True,
            timeout=PATIENCE, check=False)

    def ctl(self, *words):
        """The result of a command that must succeed."""
        done = self.ctl_raw(*words)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return json.loads(done.stdout)["result"]

    def change(self, *words):
        """A changing command needs a reason."""
        return self.ctl(*words, "--reason", "integration test")

    def reload(self):
        return self.change("reload")

    # --- Who connects ----------------------------------------------------------------------------

    def client(self, her_id, **options):
        """A client with the certificate of the organisation that owns one of the usual parties."""
        return self.client_of(ORGANISATIONS[her_id], **options)

    def client_of(self, number, **options):
        context = self.pki.context(f"org-{number}", number)
        return exchange_client.ExchangeClient(self.port, context, timeout=PATIENCE, **options)

    def vendor(self, number, *words, out=subprocess.PIPE):
        """The program `budstikke` with the certificate of an organisation."""
        certificate, key = self.pki.issue(f"org-{number}", number)
        return subprocess.run(
            [BIN / "budstikke", "--server", f"localhost:{self.port}",
             "--ca", self.pki.folder / "ca.crt", "--cert", certificate, "--key", key, *words],
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, text=True,
            timeout=PATIENCE, check=False, env={**os.environ, "LANG": "C"})


@contextlib.contextmanager
def running(folder, pki, directory=None, **options):
    """A broker that is stopped in order, or killed where the test failed."""
    broker = Broker(folder, pki, directory, **options).start()
    try:
        yield broker
        broker.stop()
    finally:
        if broker.pid is not None:
            broker.kill()
