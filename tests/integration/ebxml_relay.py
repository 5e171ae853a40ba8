"""What stands between two message services and is neither: takes each ebXML message over HTTPS and
hands it on, as it is, once, not at all, twice, later, as a test says. The way there is as bad as a
network can be; what goes over it stays signed by who sent it.
"""

import contextlib
import http.client
import http.server
import ssl

from ebxml_partner import Message
from ebxml_scene import two_brokers
from ebxml_server import HttpsServer
from harness import PATIENCE

NAMES = ("Content-Type", "Content-Transfer-Encoding", "SOAPAction")


class Relay(HttpsServer):
    """In front of one broker. `pass_on` is asked for each message: called with the message and a
    function that hands it on and gives what came back, (status, headers, body); it gives what goes
    back to the sender, or None to break the connection.
    """

    def __init__(self, pki, client):
        self.port = 0  # of the broker behind
        self.pass_on = lambda message, hand_on: hand_on()
        self._client = ssl.create_default_context(cafile=pki.folder / "ca.crt")
        self._client.load_cert_chain(client.with_suffix(".crt"), client.with_suffix(".key"))
        relay = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = relay.pass_on(Message(self.headers, body),
                                       lambda: relay.hand_on(self.headers, body))
                if answer is None:
                    self.close_connection = True
                    return
                status, headers, back = answer
                self.send_response(status)
                for name in NAMES:
                    if headers[name]:
                        self.send_header(name, headers[name])
                self.send_header("Content-Length", str(len(back)))
                self.end_headers()
                self.wfile.write(back)

            def log_message(self, *_):
                pass

        super().__init__(pki, Handler)

    def hand_on(self, headers, body):
        """To the broker behind, as it came; 503 where that one is not there."""
        connection = http.client.HTTPSConnection("localhost", self.port, context=self._client,
                                                 timeout=PATIENCE)
        try:
            connection.request("POST", "/ebxml", body, {
                name: headers[name] for name in NAMES if headers[name]})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        except (OSError, http.client.HTTPException):
            return 503, dict.fromkeys(NAMES), b""
        finally:
            connection.close()


@contextlib.contextmanager
def two_brokers_apart(folder, pki, **options):
    """two_brokers() with a relay in front of each: the scene, to_a and to_b."""
    with two_brokers(folder, pki, **options) as scene, \
            Relay(pki, scene.b.keys_of.client) as to_a, Relay(pki, scene.a.keys_of.client) as to_b:
        to_a.port, to_b.port = scene.a.ebxml_port, scene.b.ebxml_port
        scene.introduce(url_of_a=to_a.url, url_of_b=to_b.url)
        yield scene, to_a, to_b
