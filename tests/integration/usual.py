"""What the integration tests, the hostile ones and those of mail begin with: the generated protocol
module, a folder for each test, one PKI for the process. Their conftest.py takes what it needs by
name. Promises that the modules of this folder can be imported once this one has been.
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
