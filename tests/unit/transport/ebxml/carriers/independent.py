"""The other end of HTTPS by Python's own http and ssl, which share nothing with ours.

    independent.py client PORT CA CERTIFICATE KEY   posts, prints status and body of each answer
    independent.py server CA CERTIFICATE KEY        prints its port, then serves until its standard
                                                    input ends: the path says what it answers
"""

import http.client
import http.server
import ssl
import sys
import threading

TYPE = 'multipart/related; type="text/xml"; boundary="b"'


def context(purpose, authority, certificate, key):
    made = ssl.create_default_context(purpose, cafile=authority)
    made.load_cert_chain(certificate, key)
    return made


def post(connection, body, encode_chunked=False):
    headers = {"Content-Type": TYPE, "SOAPAction": '"ebXML"'}
    connection.request("POST", "/ebxml", body, headers, encode_chunked=encode_chunked)
    answer = connection.getresponse()
    print(answer.status, answer.getheader("Content-Type"), answer.read().decode())


def client(port, authority, certificate, key):
    tls = context(ssl.Purpose.SERVER_AUTH, authority, certificate, key)
    connection = http.client.HTTPSConnection("localhost", int(port), context=tls, timeout=60)
    post(connection, b"--b\r\n\r\nwhole\r\n--b--\r\n")
    post(connection, iter([b"--b\r\n\r\nin ", b"pieces\r\n--b--\r\n"]), encode_chunked=True)
    post(connection, b"x" * 1_000_000)
    connection.close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):  # noqa: N802  (the name is http.server's)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", f"https://localhost:{self.server.server_port}/echo")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.path == "/break":
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"half")
            self.close_connection = True
            return
        statuses = {"/echo": 200, "/fault": 500, "/busy": 503, "/many": 429, "/no": 403}
        self.send_response(statuses[self.path])
        self.send_header("Content-Type", "text/html" if self.path == "/busy"
                         else self.headers["Content-Type"])
        self.send_header("X-Other", "not for the message")
        self.send_header("SOAPAction", self.headers["SOAPAction"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing: the test looks at what the client made of it."""


def server(authority, certificate, key):
    tls = context(ssl.Purpose.CLIENT_AUTH, authority, certificate, key)
    tls.verify_mode = ssl.CERT_REQUIRED
    serving = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving.daemon_threads = True
    serving.socket = tls.wrap_socket(serving.socket, server_side=True)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    print(serving.server_port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    {"client": client, "server": server}[sys.argv[1]](*sys.argv[2:])
