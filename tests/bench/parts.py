"""What else is measured of our broker: latency at half load, a backlog of a million messages, idle
connections, a well-behaved party beside others that are not, and what the machine could do at most.
"""

import contextlib
import statistics
import subprocess

import brokers
import ratios

BACKLOG_MESSAGES = 1_000_000
IDLE_CONNECTIONS = 2_000


class Crowd:
    """Connections that do nothing useful while the `with` block lasts."""

    def __init__(self, bench, broker, kind, *, before=(), **options):
        words = [*before, bench.programs / "tests/budstikke_crowd", kind,
                 "--port", broker.port, "--pki", bench.pki]
        for name, value in options.items():
            words += [f"--{name.replace('_', '-')}", value]
        self._process = subprocess.Popen([str(word) for word in words], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        if self._process.stdout.readline() != "ready\n":
            self._process.kill()
            raise SystemExit(f"{self._process.args} did not get ready")
        return self

    def __exit__(self, *_):
        self._process.communicate(timeout=brokers.PATIENCE)
        if self._process.returncode != 0:
            raise SystemExit(f"{self._process.args} failed")


def latency(bench):
    """At half of the rate that each kind of work reaches here, 8 KiB, 16 senders."""
    size, pairs = 8192, ratios.PAIRS_MAX
    columns = ["accept_p50_ms", "accept_p99_ms", "deliver_p50_ms", "deliver_p99_ms"]
    record = {}
    for _ in range(bench.options.rounds):
        for kind in ratios.KINDS:
            with ratios.broker_for(bench, kind) as broker:
                broker.start()
                asked = {"size": size, "pairs": pairs, "amqp": kind == "rabbitmq",
                         "opaque": kind == "none", "seconds": bench.options.seconds}
                full = bench.load(broker, **asked)["confirmed_per_s"]
                said = bench.load(broker, **asked, rate=full / 2)
            record.setdefault(kind, []).append(said)
            print(f"{kind:9} at {full / 2:6.0f}/s: " + ", ".join(
                f"{column} {said[column]:.1f}" for column in columns), flush=True)
    medians = {kind: {column: statistics.median(row[column] for row in rows) for column in columns}
               for kind, rows in record.items()}
    print("| kind | " + " | ".join(columns) + " |\n|---|" + "---|" * len(columns))
    for kind, row in medians.items():
        print(f"| {kind} | " + " | ".join(f"{row[column]:.1f}" for column in columns) + " |")
    # The worst of our kinds of work.
    return {"accept_p99_ms": max(row["accept_p99_ms"] for kind, row in medians.items()
                                 if kind != "rabbitmq"),
            "latency": medians}


def backlog(bench):
    """A million messages that nobody has fetched: memory, and the time until a broker that was
    killed with them listens again."""
    with bench.budstikke(pairs=ratios.PAIRS_MAX) as broker:
        broker.start()
        said = bench.load(broker, size=2048, pairs=ratios.PAIRS_MAX, count=BACKLOG_MESSAGES,
                          no_recipients=True)
        filled = broker.process.memory_kib() / 1024
        broker.process.kill()
        killed = broker.timed_start()
        restarted = broker.process.memory_kib() / 1024
        broker.stop()
        stopped = broker.timed_start()
        disk = broker.disk_mib()
        waiting = broker.open_deliveries()
    if waiting != BACKLOG_MESSAGES:
        raise SystemExit(f"{waiting} deliveries wait after the restarts, not {BACKLOG_MESSAGES}")
    print(f"{said['confirmed_per_s']:.0f}/s stored; {filled:.0f} MiB of memory when filled, "
          f"{restarted:.0f} MiB after a restart, {disk:.0f} MiB of disk; listens "
          f"{killed:.2f} s after SIGKILL, {stopped:.2f} s after SIGTERM")
    return {"backlog_rss_mib": round(max(filled, restarted), 1),
            "backlog_restart_s": round(max(killed, stopped), 2),
            "backlog_rss_restarted_mib": round(restarted, 1), "backlog_disk_mib": round(disk, 1),
            "backlog_stored_per_s": round(said["confirmed_per_s"], 1)}


def idle(bench):
    """What one more silent connection costs the broker in memory."""
    with bench.budstikke(pairs=1) as broker:
        broker.start()
        with Crowd(bench, broker, "idle", count=50):
            before = broker.process.memory_kib()
            with Crowd(bench, broker, "idle", count=IDLE_CONNECTIONS):
                after = broker.process.memory_kib()
    each = (after - before) / IDLE_CONNECTIONS
    print(f"{IDLE_CONNECTIONS} connections: {before / 1024:.0f} to {after / 1024:.0f} MiB, "
          f"{each:.1f} KiB each")
    return {"idle_connection_kib": round(each, 2)}


# They would run on machines of their own, and take the processor only while nobody else of this one
# wants it. A low priority (nice) is not that: Linux lets a thread that wakes wait until the slice
# of such a neighbour ends.
ASIDE = ("chrt", "--idle", "0")
# Each with what its crowd needs, and how many messages for its recipients are stored beforehand.
# All are of one organisation, which the well-behaved party is not of.
LOUD = {"client": "loud"}
LOUD_PAIRS = {"first_pair": 1, "pairs": 4}
LOUD_SENDERS = {**LOUD_PAIRS, "sender": "loud"}
MISBEHAVIOURS = {
    # So much for each that no socket's buffers hold it.
    "slow-readers": ({"count": 64, **LOUD, **LOUD_PAIRS}, 8000),
    "slow-writers": ({"count": 1000, **LOUD}, 0),
    "takers": ({**LOUD, **LOUD_PAIRS}, 2000),
    "half-open": ({"count": 48}, 0),
    "reconnecting": (LOUD, 0),
    "strangers": ({}, 0),
    "garbage": (LOUD, 0),
    "bombs": (LOUD, 0),
}
# And one that does nothing wrong, as fast as it is let.
FLOOD = "flood"
NEIGHBOURS = (*MISBEHAVIOURS, FLOOD)


@contextlib.contextmanager
def _misbehaving(bench, broker, kind):
    """`kind` beside what the block does, from before it to after it."""
    if kind == FLOOD:
        with bench.feed(broker, size=2048, before=ASIDE, **LOUD_SENDERS):
            yield
        return
    options, stored = MISBEHAVIOURS[kind]
    if stored:
        bench.load(broker, size=8192, count=stored, no_recipients=True, **LOUD_SENDERS)
    with Crowd(bench, broker, kind, before=ASIDE, **options):
        yield


def neighbour(bench):
    """The p99 of one party at a modest rate beside others that misbehave, against the lesser of
    what it is alone before and afterwards."""
    columns = ("accept_p99_ms", "deliver_p99_ms")
    asked = {"size": 2048, "pairs": 1, "rate": 400, "seconds": bench.options.seconds}
    record = {}
    for _ in range(bench.options.rounds):
        with bench.budstikke(pairs=8, loud=range(1, 5)) as broker:
            broker.start()
            bench.load(broker, **asked)  # a broker that is new to its work would flatter the ratio
            before = bench.load(broker, **asked)
            for kind in bench.options.misbehaviour or NEIGHBOURS:
                with _misbehaving(bench, broker, kind):
                    loud = bench.load(broker, **asked)
                after = bench.load(broker, **asked)
                quiet = {column: min(before[column], after[column]) for column in columns}
                record.setdefault(kind, []).append(
                    {column: loud[column] / quiet[column] for column in columns})
                before = after
                print(f"{kind:12} p99 {loud['accept_p99_ms']:.1f} ms to accept, "
                      f"{loud['deliver_p99_ms']:.1f} ms to deliver; quiet "
                      f"{quiet['accept_p99_ms']:.1f} and {quiet['deliver_p99_ms']:.1f}",
                      flush=True)
    ratio = {kind: max(statistics.median(row[column] for row in rows) for column in columns)
             for kind, rows in record.items()}
    return {"neighbour_p99_ratio": round(max(ratio.values()), 2),
            "neighbour": {kind: round(value, 2) for kind, value in ratio.items()}}
