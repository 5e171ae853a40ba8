"""Ports of the loopback that stay free while nobody listens at them: the system gives them to
nobody who asks for any, and none of our tests takes one that another has reserved.
"""

import contextlib
import pathlib
import random
import socket

FEW = 1000


def _candidates(first, behind):
    """Those of that range that the system does not hand out; where it hands out nearly all of them,
    as some machines do, any other that it does not; where there is none, what there is."""
    handed_out = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii")
    low, high = map(int, handed_out.split())

    def kept_back(ports):
        return [port for port in ports if not low <= port <= high]

    for ports in (kept_back(range(first, behind)), kept_back(range(1024, 65_536))):
        if len(ports) >= FEW:
            return ports
    return list(range(first, behind))


def reserve(first, behind):
    """A port, of that range where it can be, and the socket whose life is that of the reservation.
    """
    ports = _candidates(first, behind)
    for port in random.sample(ports, len(ports)):
        # A name that only we know, which goes with the process.
        mark = socket.socket(socket.AF_UNIX)
        with contextlib.suppress(OSError):
            mark.bind(f"\0budstikke-test-port-{port}")
            with socket.create_server(("127.0.0.1", port)):
                return port, mark
        mark.close()
    raise OSError("there is no free port")
