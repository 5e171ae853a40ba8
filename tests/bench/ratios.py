"""How many messages a second the broker accepts, against RabbitMQ in the same rounds: `none`, whose
payloads the broker may not read, `envelope` and `schema`. The rounds alternate, because what else a
machine does changes from minute to minute; the medians over all rounds are the figures.
"""

import statistics

PAIRS_MAX = 16
LOADS = [(8192, 4), (8192, 16), (2048, 4), (2048, 16)]
KINDS = ["rabbitmq", "none", "envelope", "schema"]
COLUMNS = ["confirmed_per_s", "arrived_per_s", "cpu_us_per_message", "own_cpu_us_per_message"]


def broker_for(bench, kind):
    if kind == "rabbitmq":
        return bench.rabbitmq()
    return bench.budstikke(pairs=PAIRS_MAX, validation="envelope" if kind == "none" else kind)


def _measure_kind(bench, kind, record):
    with broker_for(bench, kind) as broker:
        broker.start()
        for size, pairs in LOADS:
            said = bench.load(broker, size=size, pairs=pairs, seconds=bench.options.seconds,
                              amqp=kind == "rabbitmq", opaque=kind == "none")
            said["own_cpu_us_per_message"] = said["own_cpu_s"] / said["sent"] * 1e6
            record.setdefault((size, pairs, kind), []).append(said)
            print(f"{kind:9} {size} bytes, {pairs:2} senders: {said['confirmed_per_s']:7.0f}/s "
                  f"accepted, {said['arrived_per_s']:7.0f}/s delivered, "
                  f"{said['cpu_us_per_message']:4.0f} us of CPU each", flush=True)


def measure(bench):
    record = {}
    for number in range(bench.options.rounds):
        # Each comes first, and last, in its turn: the machine is not the same all the time.
        turn = number % len(KINDS)
        for kind in KINDS[turn:] + KINDS[:turn]:
            _measure_kind(bench, kind, record)
    median = {key: {column: statistics.median(each[column] for each in rows) for column in COLUMNS}
              for key, rows in record.items()}
    # Each round against RabbitMQ of the same round.
    ratio = {key: statistics.median(
        ours["confirmed_per_s"] / theirs["confirmed_per_s"]
        for ours, theirs in zip(rows, record[(*key[:2], "rabbitmq")], strict=True))
        for key, rows in record.items()}
    _print(median, ratio)

    def over_loads(size, kind):
        """The lesser of the ratios of few and of many senders."""
        return round(min(ratio[key] for key in ratio if key[0] == size and key[2] == kind), 3)

    return {"ratio_8k_none": over_loads(8192, "none"),
            "ratio_8k_envelope": over_loads(8192, "envelope"),
            "ratio_8k_schema": over_loads(8192, "schema"),
            "ratio_2k_none": over_loads(2048, "none"),
            "ratio_2k_envelope": over_loads(2048, "envelope"),
            "ratio_2k_schema": over_loads(2048, "schema"),
            "ratios": [{"bytes": size, "senders": pairs, "kind": kind,
                        "ratio": round(ratio[size, pairs, kind], 3),
                        **{column: round(value, 1) for column, value in columns.items()}}
                       for (size, pairs, kind), columns in median.items()]}


def _print(median, ratio):
    print("| bytes | senders | kind | accepted/s | delivered/s | CPU us | generator us | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for size, pairs in LOADS:
        for kind in KINDS:
            row = median[size, pairs, kind]
            print(f"| {size} | {pairs} | {kind} | {row['confirmed_per_s']:.0f} "
                  f"| {row['arrived_per_s']:.0f} | {row['cpu_us_per_message']:.0f} "
                  f"| {row['own_cpu_us_per_message']:.0f} | {ratio[size, pairs, kind]:.2f} |")
