"""A mailbox of Dovecot's as a test sees it, beside the broker that looks into it: what is there,
put there, taken away. Promises that waiting is waiting for the server to say so (IDLE, RFC 2177).
"""

import contextlib
import email
import imaplib
import ssl

from harness import PATIENCE


class Mail:
    """One as it lies there."""

    def __init__(self, raw):
        self.raw = raw
        self.headers = email.message_from_bytes(raw)
        self.body = raw.partition(b"\r\n\r\n")[2]

    @property
    def message_id(self):
        return self.headers["Message-ID"]

    @property
    def package(self):
        """What the mail carries: all that a resend must repeat to the byte."""
        return self.headers["Content-Type"], self.body


class Mailbox:
    def __init__(self, port, ca, user, password):
        self.address = user
        self._port = port
        self._context = ssl.create_default_context(cafile=str(ca))
        self._password = password

    @contextlib.contextmanager
    def _session(self):
        session = imaplib.IMAP4_SSL("localhost", self._port, ssl_context=self._context,
                                    timeout=PATIENCE)
        try:
            session.login(self.address, self._password)
            session.select("INBOX")
            yield session
        finally:
            session.logout()

    @staticmethod
    def _numbers(session):
        return session.search(None, "UNDELETED")[1][0].split()

    def _fetch(self, session):
        mails = []
        for number in self._numbers(session):
            parts = session.fetch(number, "(BODY.PEEK[])")[1]
            # One that the broker took in this moment has none.
            mails += [Mail(part[1]) for part in parts if isinstance(part, tuple)]
        return mails

    def mails(self):
        with self._session() as session:
            return self._fetch(session)

    def _wait(self, done):
        with self._session() as session:
            while True:
                session.untagged_responses.clear()
                if done(len(self._numbers(session))):
                    return self._fetch(session)
                # What the server told with the answer it does not tell again.
                if not {"EXISTS", "EXPUNGE"} & set(session.untagged_responses):
                    self._idle(session)

    @staticmethod
    def _idle(session):
        """Until something comes or goes, or did since the server was last asked."""
        session.send(b"wait IDLE\r\n")
        assert session.readline().startswith(b"+")
        while not session.readline().rstrip().endswith((b"EXISTS", b"EXPUNGE")):
            pass
        session.send(b"DONE\r\n")
        while not session.readline().startswith(b"wait "):
            pass

    def wait_for(self, count):
        """So many, or more; in order of arrival."""
        return self._wait(lambda there: there >= count)

    def wait_until_empty(self):
        self._wait(lambda there: there == 0)

    def remove_all(self):
        with self._session() as session:
            for number in self._numbers(session):
                session.store(number, "+FLAGS.SILENT", r"(\Deleted)")
            session.expunge()

    def put(self, mail):
        with self._session() as session:
            assert session.append("INBOX", None, None, mail.raw)[0] == "OK"
