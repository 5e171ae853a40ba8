"""An HTTPS server of a test's own, on a free port of the loopback, on a thread of its own for as
long as its `with` block lasts. Knows no ebXML.
"""

import http.server
import ssl
import sys
import threading


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A broker that is killed breaks its connections; anything else is told."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class HttpsServer:
    """`handler` is the request handler's class. Without `client_ca` it lets anybody connect."""

    def __init__(self, pki, handler, client_ca=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pki.folder / "server.crt", pki.folder / "server.key")
        if client_ca:
            context.load_verify_locations(client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
        self._server = _Server(("127.0.0.1", 0), handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self):
        return f"https://localhost:{self._server.server_port}/msh"
