"""What the machine could do at most for one core, without any broker, and the hot pieces of ours by
themselves: how far the broker is from what is possible.
"""

import json
import os

import brokers

SIZE = 8192


def measure(bench):
    said = json.loads(brokers.output_of(
        bench.programs / "tests/budstikke_ceilings", "--messages", bench.messages(SIZE),
        "--schema", bench.schemas / "_driver.xsd", "--seconds", min(bench.options.seconds, 2)))
    for name, value in said.items():
        print(f"{name} {value:.1f}")
    pieces = hot_pieces(bench, min_time=min(bench.options.seconds, 0.3))
    return {"ceilings": said, "hot_pieces_us": pieces}


def hot_pieces(bench, *, min_time):
    """Microseconds of CPU for each."""
    bench.messages(2048)
    folder = bench.messages(SIZE).parent
    environment = {**os.environ, "BUDSTIKKE_BENCH_MESSAGES": str(folder),
                   "BUDSTIKKE_STANDARDS": str(bench.schemas.parents[1])}
    said = json.loads(brokers.output_of(
        bench.programs / "tests/budstikke_hot", f"--benchmark_min_time={min_time}",
        "--benchmark_format=json", env=environment))
    failed = [row["name"] for row in said["benchmarks"] if row.get("error_occurred")]
    if failed:
        raise SystemExit(f"these pieces failed: {failed}")
    micro = {"ns": 1e-3, "us": 1, "ms": 1e3}
    pieces = {row["name"].removesuffix("/real_time"):
              round(row["real_time" if "real_time" in row["name"] else "cpu_time"]
                    * micro[row["time_unit"]], 2) for row in said["benchmarks"]}
    for name, value in pieces.items():
        print(f"{name} {value} us")
    return pieces
