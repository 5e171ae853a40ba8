"""The benchmark: runs its parts in turn, prints their tables, writes the figures as JSON. What each
part measures is in its own module; README.md says what the figures mean.
"""

import argparse
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import brokers
import ceilings
import ebxml
import messages
import parts
import ratios

PARTS = {
    "ratios": ratios.measure,
    "latency": parts.latency,
    "backlog": parts.backlog,
    "idle": parts.idle,
    "neighbour": parts.neighbour,
    "ceilings": ceilings.measure,
    "ebxml": ebxml.measure,
}
FLOOD_BEGUN = 1000  # messages
PAIRS_MAX = max(ratios.PAIRS_MAX, ebxml.PAIRS)
STANDARDS = pathlib.Path(
    os.environ.get("BUDSTIKKE_STANDARDS", brokers.PROJECT.parent / "shared/standards"))


class Bench:
    """What all parts share: folders, programs, messages, options."""

    def __init__(self, folder, programs, options):
        self.folder = pathlib.Path(folder)
        self.programs = programs.resolve()
        self.options = options
        self.pki = brokers.make_pki(self.folder / "pki")
        self.schemas = STANDARDS / "_all/schema"
        self._messages = {}

    def messages(self, size):
        """The folder of the messages of a size, for as many pairs as any part uses."""
        if size not in self._messages:
            self._messages[size] = messages.write(
                STANDARDS, self.folder / "messages" / str(size), size, PAIRS_MAX)
        return self._messages[size]

    def budstikke(self, *, pairs, validation="envelope", loud=()):
        return brokers.Budstikke(self.folder / "broker", self.pki, self.programs, self.schemas,
                                 pairs=pairs, validation=validation, loud=loud)

    def rabbitmq(self):
        return brokers.RabbitMq(self.folder / "broker", self.pki)

    def _load_command(self, broker, *, size, pairs, **options):
        words = [self.programs / "tests/budstikke_load", "--port", broker.port, "--pki", self.pki,
                 "--messages", self.messages(size), "--pairs", pairs]
        for name, value in options.items():
            if value is not False:
                words.append(f"--{name.replace('_', '-')}")
                words += [] if value is True else [value]
        return [str(word) for word in words]

    def load(self, broker, **options):
        """What the load generator says, and what the messages cost the broker."""
        before = broker.process.cpu_seconds()
        said = json.loads(brokers.output_of(*self._load_command(broker, **options)) or "{}")
        if not said.get("good"):
            raise SystemExit(f"messages were lost, doubled or refused: {said}\n{broker.log()}")
        said["cpu_us_per_message"] = (broker.process.cpu_seconds() - before) / said["sent"] * 1e6
        return said

    @contextlib.contextmanager
    def feed(self, broker, *, before=(), **options):
        """Messages that nobody else fetches, from before the `with` block to its end."""
        open_before = broker.open_deliveries()
        feed = subprocess.Popen(
            [*before, *self._load_command(broker, no_recipients=True, seconds=600, **options)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            while feed.poll() is None and broker.open_deliveries() < open_before + FLOOD_BEGUN:
                pass  # asking takes its time, so this does not spin
            yield
            if feed.poll() is not None:
                raise SystemExit("the flood ended before what was to be measured beside it")
        finally:
            feed.kill()
            feed.wait()


def file_system(folder):
    """Where the brokers keep what they promise to keep."""
    kind = brokers.output_of("stat", "-f", "-c", "%T", folder).strip()
    if kind in ("tmpfs", "ramfs"):
        raise SystemExit(f"{folder} is in memory, where a synced write is free; set TMPDIR")
    return kind


def write(path, figures):
    """After each part, so that one that fails takes nothing with it."""
    if path:
        path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def arguments():
    parser = argparse.ArgumentParser(prog="run.sh", description=__doc__)
    parser.add_argument("--programs", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--only", action="append", choices=PARTS)
    parser.add_argument("--misbehaviour", action="append", choices=parts.NEIGHBOURS,
                        help="of the part `neighbour`: only these")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    return parser.parse_args()


def main():
    options = arguments()
    # So that the brokers and their folders go, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    begun = time.monotonic()
    run = {"rounds": options.rounds, "seconds": options.seconds, "cores": os.cpu_count()}
    figures = {"run": run}
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="budstikke-bench-"))
        run["file_system"] = file_system(folder)
        bench = Bench(folder, options.programs, options)
        for name, measure in PARTS.items():
            if not options.only or name in options.only:
                print(f"== {name}", flush=True)
                figures.update(measure(bench))
                run["took_s"] = round(time.monotonic() - begun)
                write(options.json, figures)
    for key, value in figures.items():
        if not isinstance(value, (dict, list)):
            print(f"{key} {value}")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
