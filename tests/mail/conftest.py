"""Fixtures of the tests of mail between brokers: those of the integration tests, and the servers
that run.sh started, which BUDSTIKKE_MAIL_SERVERS names.
"""

import importlib.util
import os
import pathlib

import pytest

# What ctest takes for a test that was not run.
NOT_RUN = 77
HERE = pathlib.Path(__file__).resolve().parent
# Not importable by its name, which is that of this file.
spec = importlib.util.spec_from_file_location("usual", HERE.parent / "integration" / "conftest.py")
usual = importlib.util.module_from_spec(spec)
spec.loader.exec_module(usual)

import mail_scene  # noqa: E402  (needs the paths and the module that the line above made)

pytest_unconfigure = usual.pytest_unconfigure
folder = usual.folder
pki = usual.pki


def pytest_configure():
    usual.pytest_configure()
    if not os.environ.get("BUDSTIKKE_MAIL_SERVERS"):
        pytest.exit("not run: tests/mail/with-servers.sh did not start the mail servers", NOT_RUN)


@pytest.fixture(scope="session")
def servers():
    return mail_scene.MailServers(os.environ["BUDSTIKKE_MAIL_SERVERS"])


@pytest.fixture
def scene(folder, pki, servers, request):
    """Two brokers; a test may name how mail comes to the municipality's: pop3s, imaps, lmtp."""
    with mail_scene.by_mail(folder, pki, servers, getattr(request, "param", "pop3s")) as staged:
        yield staged
