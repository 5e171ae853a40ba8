"""A client of the exchange protocol that needs nothing of Budstikke but the .proto file: Python's
own `ssl` and `socket`, and Debian's python3-protobuf. It is the model for a vendor who writes one.

One connection, one thread. What arrives while an answer is waited for is kept in order and handed
out later, so questions may be asked in a pipeline and deliveries may come in between.
`exchange_pb2` is what `protoc --python_out=. budstikke/v1/exchange.proto` makes.
"""

import itertools
import socket
import ssl
import struct
from collections import deque

from budstikke.v1 import exchange_pb2 as v1

ALPN = "budstikke/1"
VERSION = 1


class Problem(Exception):
    """The broker could not act on what was asked; `code` is stable, the text is for people."""

    def __init__(self, problem):
        super().__init__(f"{problem.code}: {problem.text}")
        self.code = problem.code


class ConnectionEnded(Exception):
    """No more frames. `go_away` is the reason that the broker gave, or None where it gave none."""

    def __init__(self, why, go_away=None):
        reason = v1.GoAway.Reason.Name(go_away.reason) if go_away else None
        super().__init__(f"{why} ({reason}: {go_away.text})" if go_away else why)
        self.go_away = go_away
        self.reason = reason


def tls_context(ca, certificate=None, key=None, version=ssl.TLSVersion.TLSv1_3):
    """TLS as the protocol wants it: both sides show a certificate, and agree on the protocol."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = version
    context.maximum_version = version
    context.load_verify_locations(ca)
    context.set_alpn_protocols([ALPN])
    if certificate:
        context.load_cert_chain(certificate, key)
    return context


class ExchangeClient:
    """A connection that has said hello. Use it in a `with`, or close() it."""

    def __init__(self, port, context, host="localhost", *, software="python-example/1",
                 version=VERSION, session=None, timeout=60.0):
        self._numbers = itertools.count(1)
        self._received = bytearray()
        self._answers = {}  # the number of the question -> its answer
        self._deliveries = {}  # deliveries whose chunks are still arriving, by id
        self.deliveries = deque()  # whole ones
        self.events = deque()  # StatusEvents
        self.unasked = deque()  # Unsubscribed and Problems that answer nothing
        self.go_away = None
        plain = socket.create_connection((host, port), timeout)
        try:
            self._socket = context.wrap_socket(plain, server_hostname=host, session=session)
        except (ssl.SSLError, OSError) as error:
            plain.close()
            raise ConnectionEnded(str(error)) from error
        self.send(v1.Frame(hello=v1.Hello(version=version, software=software)))
        try:
            self.welcome = self._answer("welcome")
        except ConnectionEnded:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # --- Hand over -------------------------------------------------------------------------------

    def submit(self, payload, **fields):
        """Hands a message over; the receipt. Accepted means that it is on the broker's disk."""
        return self.receipt(self.start_submit(payload, **fields))

    def start_submit(self, payload, **fields):
        """The same without waiting, to have many under way: the number to ask receipt() for."""
        number = next(self._numbers)
        chunk, rest = self._chunks(payload)
        submit = self._submission(number, payload, chunk, fields)
        self.send(v1.Frame(submit=submit), *self._rest(number, rest))
        return number

    def check(self, payload, **fields):
        """The receipt that a submit would get. Nothing is stored."""
        number = next(self._numbers)
        chunk, rest = self._chunks(payload)
        submit = self._submission(number, payload, chunk, fields)
        self.send(v1.Frame(check=v1.Check(submit=submit)), *self._rest(number, rest))
        return self.receipt(number)

    def receipt(self, number):
        return self._answer(number)

    def may_i_send(self, sender, recipient, type, **fields):
        return self._ask("may_i_send", v1.MayISend(
            sender=sender, recipient=recipient, type=type, **fields))

    def withdraw(self, reason, recipients=(), **message):
        """`message` is a MessageRef: broker_id, or message_id and sender."""
        return self._ask("withdraw", v1.Withdraw(
            message=v1.MessageRef(**message), recipients=recipients, reason=reason))

    # --- Receive ---------------------------------------------------------------------------------

    def subscribe(self, her_id, credit=16):
        """From now on up to `credit` deliveries for the HER-id may be here unsettled."""
        return self._ask("subscribe", v1.Subscribe(her_id=her_id, credit=credit))

    def unsubscribe(self, her_id):
        return self._ask("unsubscribe", v1.Unsubscribe(her_id=her_id))

    def add_credit(self, her_id, add):
        self.send(v1.Frame(credit=v1.Credit(her_id=her_id, add=add)))

    def delivery(self):
        """The next delivery, with the whole payload. Waits for it."""
        while not self.deliveries:
            self._read()
        return self.deliveries.popleft()

    def settle(self, delivery, outcome=v1.Settle.ACCEPTED, reason_code="", reason=""):
        """Returns once it is durable; before that the delivery may come again."""
        return self._ask("settle", v1.Settle(
            delivery_id=delivery.delivery_id, outcome=outcome,
            reason_code=reason_code, reason=reason))

    # --- Follow ----------------------------------------------------------------------------------

    def status(self, **message):
        """`message` as for withdraw()."""
        return self._ask("status_request", v1.StatusRequest(message=v1.MessageRef(**message)))

    def follow(self, sender, after=0):
        """Status events of the sender's messages, from the one after a position on."""
        return self._ask("follow", v1.Follow(sender=sender, after_position=after))

    def event(self):
        while not self.events:
            self._read()
        return self.events.popleft()

    # --- The connection --------------------------------------------------------------------------

    def ping(self):
        """To be sent before welcome.idle_seconds_max have passed without another frame."""
        number = next(self._numbers)
        self.send(v1.Frame(ping=v1.Ping(number=number)))
        return self._answer(("pong", number))

    def leave(self):
        """Says goodbye and waits until the broker has answered all that was asked."""
        self.send(v1.Frame(go_away=v1.GoAway(reason=v1.GoAway.CLOSING)))
        self.wait_for_end()
        self.close()

    def wait_for_end(self):
        """Reads until the broker ends the connection; why it did."""
        try:
            while True:
                self._read()
        except ConnectionEnded as ended:
            return ended

    def close(self):
        self._socket.close()

    @property
    def tls(self):
        return self._socket

    def send(self, *frames):
        """A frame is its length in four bytes, the highest first, and the serialised message."""
        for frame in frames:
            body = frame.SerializeToString()
            self.send_bytes(struct.pack(">I", len(body)) + body)

    def send_bytes(self, data):
        try:
            self._socket.sendall(data)
        except (ssl.SSLError, OSError):
            # What the broker said before it hung up is still there to be read.
            raise self.wait_for_end() from None

    # --- Inside ----------------------------------------------------------------------------------

    def _chunks(self, payload):
        size = self.welcome.chunk_bytes_max
        chunks = [payload[at:at + size] for at in range(0, len(payload), size)] or [b""]
        return chunks[0], chunks[1:]

    @staticmethod
    def _submission(number, payload, chunk, fields):
        fields.setdefault("content_type", "application/xml")
        fields.setdefault("size", len(payload))
        return v1.Submit(submission=number, payload=chunk, **fields)

    @staticmethod
    def _rest(number, chunks):
        return (v1.Frame(chunk=v1.PayloadChunk(submission=number, payload=c)) for c in chunks)

    def _ask(self, kind, question):
        question.request = next(self._numbers)
        self.send(v1.Frame(**{kind: question}))
        return self._answer(question.request)

    def _answer(self, key):
        while key not in self._answers:
            self._read()
        answer = self._answers.pop(key)
        if isinstance(answer, v1.Problem):
            raise Problem(answer)
        return answer

    def _read_exactly(self, count):
        while len(self._received) < count:
            try:
                data = self._socket.recv(1 << 16)
            except TimeoutError:
                raise
            except (ssl.SSLError, OSError) as error:
                raise ConnectionEnded(str(error), self.go_away) from error
            if not data:
                raise ConnectionEnded("the broker closed the connection", self.go_away)
            self._received += data
        data = bytes(self._received[:count])
        del self._received[:count]
        return data

    def _read(self):
        """Reads one frame and puts it where it is waited for."""
        (length,) = struct.unpack(">I", self._read_exactly(4))
        frame = v1.Frame.FromString(self._read_exactly(length))
        kind = frame.WhichOneof("kind")
        message = getattr(frame, kind) if kind else None
        if kind == "welcome":
            self._answers["welcome"] = message
        elif kind == "receipt":
            self._answers[message.submission] = message
        elif kind == "pong":
            self._answers["pong", message.number] = message
        elif kind == "delivery":
            self._deliveries[message.delivery_id] = message
            self._if_whole(message)
        elif kind == "delivery_chunk":
            delivery = self._deliveries[message.delivery_id]
            delivery.payload += message.payload
            self._if_whole(delivery)
        elif kind == "status_event":
            self.events.append(message)
        elif kind == "go_away":
            self.go_away = message
        elif getattr(message, "request", 0):
            self._answers[message.request] = message
        elif message is not None:
            self.unasked.append(message)

    def _if_whole(self, delivery):
        if len(delivery.payload) == delivery.size:
            self.deliveries.append(self._deliveries.pop(delivery.delivery_id))
