"""Fixtures of the tests of mail between brokers: those of the integration tests, and the servers
that run.sh started, which BUDSTIKKE_MAIL_SERVERS names.
"""

import os
import pathlib
import sys

import pytest

# What ctest takes for a test that was not run.
NOT_RUN = 77
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

import usual  # noqa: E402  (in the folder above)
from usual import folder, pki, pytest_unconfigure  # noqa: E402, F401

import mail_scene  # noqa: E402  (needs what the lines above made)


def pytest_configure():
    usual.pytest_configure()
    if not os.environ.get("BUDSTIKKE_MAIL_SERVERS"):
        pytest.exit("not run: tests/mail/with-servers.sh did not start the mail servers", NOT_RUN)


@pytest.fixture(scope="session")
def servers():
    return mail_scene.MailServers(os.environ["BUDSTIKKE_MAIL_SERVERS"])


@pytest.fixture
def scene(folder, pki, servers, request):  # noqa: F811
    """Two brokers; a test may name how mail comes to the municipality's: pop3s, imaps, lmtp."""
    with mail_scene.by_mail(folder, pki, servers, getattr(request, "param", "pop3s")) as staged:
        yield staged
