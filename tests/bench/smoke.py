"""A moment of each measurement that needs no RabbitMQ, so that none can rot: the load generator and
its check of ids against our broker, with few and with declared facts, the crowds, the ceilings and
the hot pieces. Prints how many passed.
"""

import argparse
import pathlib
import tempfile

import bench
import ceilings
import ebxml
import parts


def load(each, **options):
    def run():
        with each.budstikke(pairs=2) as broker:
            broker.start()
            # So long that a machine which stands still for a second has sent something.
            said = each.load(broker, pairs=2, warmup=0.1, seconds=2, **options)
        assert said["arrived"] == said["confirmed"] > 0, said
    return run


def lost_messages_are_noticed(each):
    """Half of what one generator sends is fetched by nobody who knows it."""
    with each.budstikke(pairs=1) as broker:
        broker.start()
        each.load(broker, size=2048, pairs=1, count=10, no_recipients=True)
        try:
            each.load(broker, size=2048, pairs=1, count=10)
        except SystemExit as noticed:
            assert "'strange': 10" in str(noticed), noticed
        else:
            raise AssertionError("ten messages of somebody else were not noticed")


def ebxml_messages(each):
    said = ebxml.measure_once(each, count=320, min_time=0.05)
    assert said["arrived"] == said["confirmed"] == 320, said
    assert said["ratio"] > 0, said


def crowds(each):
    with each.budstikke(pairs=2) as broker:
        broker.start()
        for kind in ["idle", *parts.MISBEHAVIOURS]:
            with parts.Crowd(each, broker, kind, count=4, first_pair=1):
                each.load(broker, size=2048, pairs=1, count=50)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    options = parser.parse_args()
    options.seconds = 0.05
    with tempfile.TemporaryDirectory(prefix="budstikke-bench-") as folder:
        each = bench.Bench(folder, options.programs, options)
        cases = {
            "envelope": load(each, size=2048), "none": load(each, size=8192, opaque=True),
            "half load": load(each, size=2048, rate=200),
            "strangers": lambda: lost_messages_are_noticed(each),
            "ebxml": lambda: ebxml_messages(each),
            "crowds": lambda: crowds(each),
            "ceilings": lambda: ceilings.measure(each),
        }
        for name, case in cases.items():
            case()
            print(f"passed: {name}", flush=True)
    print(f"{len(cases)} passed, 0 failed")


if __name__ == "__main__":
    main()
