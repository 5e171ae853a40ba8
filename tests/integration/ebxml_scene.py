"""Two brokers that speak ebXML with each other: the hospital's and the municipality's. Each has its
own keys, directory and folder, and knows the other's party as a partner. Promises ports that stay
over a restart, so that one may be killed while the other goes on.
"""

import contextlib
import pathlib
import shutil
import sys

from harness import HOSPITAL, MUNICIPALITY, ORGANISATIONS, Broker, organisation, party

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import ebxml_texts  # noqa: E402  (in the folder above)
import ports  # noqa: E402


class Keys:
    """The pairs of an organisation: what it signs with, what it is encrypted for, its client's."""

    def __init__(self, pki, number):
        self.number = number
        self.signing = pki.issue(f"sign-{number}", number, "--signing")[0].with_suffix("")
        self.encryption = pki.issue(f"crypt-{number}", number, "--encryption")[0].with_suffix("")
        self.client = pki.issue(f"org-{number}", number)[0].with_suffix("")

    @property
    def fingerprint(self):
        return ebxml_texts.fingerprint(self.signing.with_suffix(".crt"))


class EbxmlBroker(Broker):
    """A broker for one organisation, with a listener for ebXML."""

    def __init__(self, folder, pki, number, *, settings="", ways="", identity="", **options):
        folder.mkdir()
        self.keys_of = Keys(pki, number)
        self.settings = settings
        self.ways = ways
        self.identity = identity
        # Still free when a broker that was killed comes back.
        self.ebxml_port, self._reservation = ports.reserve(10_000, 20_000)
        super().__init__(folder, pki, **options)

    def configure(self):
        keys, pki = self.keys_of, self.pki.folder
        listener = ebxml_texts.LISTENER.format(port=self.ebxml_port, pki=pki)
        ebxml = ebxml_texts.SERVICE.format(
            pki=pki, number=keys.number, settings=self.settings, signing=keys.signing,
            encryption=keys.encryption)
        # A table of TOML ends where the next one begins.
        nested = "[[ebxml.identity.decryption]]"
        ebxml = ebxml.replace(nested, f"{self.identity}\n{nested}")
        ebxml += ebxml_texts.HTTPS.format(pki=pki, client=keys.client, ways=self.ways)
        self.write_configuration(
            extra=f"[limits]\ndisk_free_percent_min = 0\n{listener}{ebxml}")

    def start(self):
        self.configure()
        return super().start()

    @property
    def url(self):
        return f"https://localhost:{self.ebxml_port}/ebxml"

    def know(self, ours, partner, keys, url="", mail="", our_mail=""):
        """Writes the directory: our party, and the partner's by ebXML. `reload` afterwards."""
        certificate = self.folder / "directory" / f"partner-{partner}.crt"
        shutil.copy(keys.encryption.with_suffix(".crt"), certificate)
        reached = "".join(
            f'{key} = "{value}"\n' for key, value in (("ebxml_url", url), ("edi_address", mail))
            if value)
        ours_too = f'edi_address = "{our_mail}"\n' if our_mail else ""
        kinds = {HOSPITAL: "hospital", MUNICIPALITY: "municipality"}
        self.write_directory(
            organisation(self.keys_of.number, [ours])
            + party(ours, self.keys_of.number, kinds[ours], extra=ours_too)
            + organisation(keys.number, [partner])
            + party(partner, keys.number, kinds[partner], endpoint="ebxml",
                    extra=f'{reached}encryption_certificate = "{certificate.name}"\n'
                          f'signing_certificates = ["{keys.fingerprint}"]\n'))


class Scene:
    """Broker A is the hospital's, broker B the municipality's."""

    def __init__(self, a, b):
        self.a = a
        self.b = b

    def introduce(self, *, url_of_a="", url_of_b=""):
        """Each to the other; by another URL where something stands in between."""
        self.a.know(HOSPITAL, MUNICIPALITY, self.b.keys_of, url_of_b or self.b.url)
        self.b.know(MUNICIPALITY, HOSPITAL, self.a.keys_of, url_of_a or self.a.url)
        self.a.reload()
        self.b.reload()


@contextlib.contextmanager
def alone(folder, pki, her_id, **options):
    """One such broker, stopped in order, or killed where the test failed."""
    broker = EbxmlBroker(folder, pki, ORGANISATIONS[her_id], **options)
    broker.write_directory(
        organisation(ORGANISATIONS[her_id], [her_id]) + party(her_id, ORGANISATIONS[her_id]))
    broker.start()
    try:
        yield broker
        broker.stop()
    finally:
        if broker.pid is not None:
            broker.kill()


@contextlib.contextmanager
def two_brokers(folder, pki, environment_of=None, **options):
    """`environment_of` is for the one, by its letter."""
    own = environment_of or {}
    with alone(folder / "a", pki, HOSPITAL, environment=own.get("a"), **options) as a, \
            alone(folder / "b", pki, MUNICIPALITY, environment=own.get("b"), **options) as b:
        scene = Scene(a, b)
        scene.introduce()
        yield scene


