"""Two brokers with a real Postfix and a real Dovecot between them. Each test has mailboxes of its
own, so that a mail which is late comes to nobody else.
"""

import contextlib
import pathlib
import time

from ebxml_scene import Scene, alone
from harness import HOSPITAL, MUNICIPALITY, PATIENCE
from mailbox import Mailbox
from servers import PAIRS, PASSWORD

# What a resend of the tests waits, and so many that a busy machine makes no message expire.
RESEND = 'retries = 100\nretry_interval = "2s"\n'

SENDING = """
[ebxml.smtp]
url = "smtp://localhost:{smtp}"
user = "{address}"
password_file = "{password_file}"
ca = "{ca}"
"""

LOOKING = """
[[ebxml.mailbox]]
url = "{protocol}://localhost:{port}"
user = "{address}"
password_file = "{password_file}"
ca = "{ca}"
interval = "1s"
"""

LISTENING = """
[ebxml.lmtp]
address = "127.0.0.1"
port = {lmtp_port}
"""


class MailServers:
    """What servers.py started, by the file that it wrote."""

    def __init__(self, path):
        lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
        self.facts = dict(line.split("=", 1) for line in lines)
        self._taken = pathlib.Path(path).parent / "taken"

    def new_pair(self):
        """The mailboxes of a hospital and of a municipality, which no other test has."""
        number = next(number for number in range(1, PAIRS + 1) if self._take(number))
        return [Mailbox(int(self.facts["imaps"]), self.facts["ca"],
                        f"{kind}{number}@edi.example", PASSWORD)
                for kind in ("hospital", "municipality")]

    def _take(self, number):
        try:
            (self._taken / str(number)).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def ways(self, mailbox, protocol, password_file):
        """The lines of a configuration: mail goes by Postfix and comes by `protocol`."""
        known = {**self.facts, "address": mailbox.address, "password_file": password_file,
                 "protocol": protocol, "port": self.facts.get(protocol)}
        coming = LISTENING if protocol == "lmtp" else LOOKING
        return (SENDING + coming).format(**known)


class MailScene(Scene):
    """A Scene where `box_a` and `box_b` are the mailboxes of the two."""

    def __init__(self, a, b, box_a, box_b, address_b):
        super().__init__(a, b)
        self.box_a = box_a
        self.box_b = box_b
        self.address_b = address_b

    def introduce(self):
        ours, theirs = self.box_a.address, self.address_b
        self.a.know(HOSPITAL, MUNICIPALITY, self.b.keys_of, mail=theirs, our_mail=ours)
        self.b.know(MUNICIPALITY, HOSPITAL, self.a.keys_of, mail=ours, our_mail=theirs)
        self.a.reload()
        self.b.reload()

    def wait_until_quiet(self):
        """Nothing waits for an acknowledgement, and no mail is left."""
        for broker in (self.a, self.b):
            deadline = time.monotonic() + PATIENCE
            while broker.ctl("ebxml", "waiting")["waiting"]:
                assert time.monotonic() < deadline, "something still waits for an acknowledgement"
        for box in (self.box_a, self.box_b):
            box.wait_until_empty()


@contextlib.contextmanager
def by_mail(folder, pki, servers, protocol, settings=RESEND):
    """`protocol` is how mail comes to the municipality's; to the hospital's it comes by IMAPS."""
    password_file = servers.facts["password"]
    box_a, box_b = servers.new_pair()
    address_b = box_b.address
    if protocol == "lmtp":
        address_b = address_b.replace("@edi.", "@tcp.")
    way_a, way_b = (servers.ways(box, by, password_file)
                    for box, by in ((box_a, "imaps"), (box_b, protocol)))
    with alone(folder / "a", pki, HOSPITAL, settings=settings, ways=way_a) as a, \
            alone(folder / "b", pki, MUNICIPALITY, settings=settings, ways=way_b) as b:
        scene = MailScene(a, b, box_a, box_b, address_b)
        scene.introduce()
        yield scene
