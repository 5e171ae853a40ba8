"""Fixtures of the integration tests: the generated protocol module, one PKI for the process, and a
broker with the usual three parties for each test that asks for one.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import pytest

HERE = pathlib.Path(__file__).resolve().parent
PROTO = HERE.parents[1] / "proto"
GENERATED = tempfile.TemporaryDirectory(prefix="budstikke-proto-")
subprocess.run(["protoc", f"--proto_path={PROTO}", f"--python_out={GENERATED.name}",
                PROTO / "budstikke/v1/exchange.proto"], check=True)
sys.path[:0] = [str(HERE), GENERATED.name]

import harness  # noqa: E402  (needs the module generated above)


def pytest_configure():
    if os.geteuid() == 0:
        pytest.exit("budstikked refuses to run as root: run the tests as an ordinary user", 2)


def pytest_unconfigure():
    GENERATED.cleanup()


@pytest.fixture
def folder():
    """Short on purpose: the path of a Unix socket has at most 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="budstikke-") as name:
        yield pathlib.Path(name)


@pytest.fixture(scope="session")
def pki():
    with tempfile.TemporaryDirectory(prefix="budstikke-pki-") as name:
        yield harness.Pki(pathlib.Path(name) / "pki")


@pytest.fixture
def broker(folder, pki):
    with harness.running(folder, pki) as running:
        yield running
