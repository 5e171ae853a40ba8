"""ebXML over HTTPS: how many signed and encrypted messages a second the broker takes, stores,
acknowledges with a signature in the same exchange and delivers, and how much of the CPU that it
uses for one is cryptography that nobody could do without.
"""

import json
import pathlib
import shutil
import statistics
import sys

import brokers

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import ebxml_texts  # noqa: E402  (in the folder above)

SIZE, PAIRS = 8192, 32
# About what a broker takes on two cores: a load is so many messages, not a time.
MESSAGES_PER_SECOND = 800


def add_keys(pki):
    """What signs and what is encrypted for, beside the clients of make_pki."""
    for name, number, kind in (("hospital-sign", brokers.SENDERS, "--signing"),
                               ("clinic-sign", brokers.RECIPIENTS, "--signing"),
                               ("clinic-crypt", brokers.RECIPIENTS, "--encryption")):
        if not (pki / f"clients/{name}.crt").exists():
            brokers.run("sh", brokers.PROJECT / "certs/issue.sh", pki, name, number, kind)


class EbxmlBudstikke(brokers.Budstikke):
    """The recipients' broker; the senders are partners that only have ebXML."""

    def __init__(self, folder, pki, programs, schemas, *, pairs):
        super().__init__(folder, pki, programs, schemas, pairs=pairs, validation="envelope")
        self.ebxml_port = 0
        directory = self.folder / "directory/parties.toml"
        text = directory.read_text(encoding="utf-8")
        senders, recipients = (
            text.partition(f'[[organisation]]\nnumber = "{brokers.RECIPIENTS}"')[::2])
        signs = pki / "clients/hospital-sign.crt"
        shutil.copy(pki / "clients/clinic-crypt.crt", self.folder / "directory/partner.crt")
        directory.write_text(senders.replace('endpoint = "exchange"\n', (
            'endpoint = "ebxml"\nebxml_url = "https://localhost:1/ebxml"\n'
            'encryption_certificate = "partner.crt"\n'
            f'signing_certificates = ["{ebxml_texts.fingerprint(signs)}"]\n'))
            + f'[[organisation]]\nnumber = "{brokers.RECIPIENTS}"' + recipients, encoding="utf-8")
        configuration = self.folder / "budstikked.toml"
        configuration.write_text(
            configuration.read_text(encoding="utf-8")
            + ebxml_texts.LISTENER.format(pki=pki, port=0)
            + ebxml_texts.SERVICE.format(
                pki=pki, number=brokers.RECIPIENTS, settings="",
                signing=pki / "clients/clinic-sign", encryption=pki / "clients/clinic-crypt"),
            encoding="utf-8")

    def start(self):
        super().start()
        for line in (self.folder / "ports").read_text(encoding="utf-8").splitlines():
            protocol, _, port = line.split()
            if protocol == "ebxml":
                self.ebxml_port = int(port)
            else:
                self.port = int(port)
        return self


def ceiling_us(bench, *, min_time):
    """Microseconds of CPU that the cryptography of one of these messages takes by itself."""
    said = json.loads(brokers.output_of(
        bench.programs / "tests/ebxml_crypto", bench.pki, bench.messages(SIZE) / "0-0.xml",
        "--benchmark_filter=^message/", f"--benchmark_min_time={min_time}",
        "--benchmark_format=json"))
    (row,) = said["benchmarks"]
    if row.get("error_occurred"):
        raise SystemExit(f"the cryptography by itself failed: {row}")
    return row["cpu_time"] * {"ns": 1e-3, "us": 1, "ms": 1e3}[row["time_unit"]]


def measure_once(bench, *, count, min_time=1):
    """What the load generator says, what a message cost, and what its cryptography costs."""
    add_keys(bench.pki)
    with EbxmlBudstikke(bench.folder / "broker", bench.pki, bench.programs, bench.schemas,
                        pairs=PAIRS) as broker:
        broker.start()
        said = bench.load(broker, size=SIZE, pairs=PAIRS, count=count,
                          ebxml_port=broker.ebxml_port)
    said["ceiling_us"] = ceiling_us(bench, min_time=min_time)
    said["ratio"] = said["ceiling_us"] / said["cpu_us_per_message"]
    return said


def measure(bench):
    rows = []
    for _ in range(bench.options.rounds):
        said = measure_once(bench, count=int(MESSAGES_PER_SECOND * bench.options.seconds))
        rows.append(said)
        print(f"{said['confirmed_per_s']:5.0f}/s acknowledged, {said['arrived_per_s']:5.0f}/s "
              f"delivered, {said['cpu_us_per_message']:5.0f} us of CPU each, of which the "
              f"cryptography by itself {said['ceiling_us']:5.0f} us: {said['ratio']:.2f}; "
              f"generator {said['own_cpu_s'] / said['sent'] * 1e6:.0f} us", flush=True)

    def median(column):
        return statistics.median(row[column] for row in rows)

    return {"ebxml_msgs_per_s": round(median("confirmed_per_s"), 1),
            "ebxml_ratio_to_crypto_ceiling": round(median("ratio"), 3),
            "ebxml_cpu_us_per_message": round(median("cpu_us_per_message"), 1),
            "ebxml_crypto_us_per_message": round(median("ceiling_us"), 1)}
