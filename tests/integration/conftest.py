"""Fixtures of the integration tests: the usual ones, and a broker with the usual three parties for
each test that asks for one.
"""

import pytest
from usual import folder, pki, pytest_configure, pytest_unconfigure  # noqa: F401

import harness  # noqa: E402  (needs the module that the line above generated)


@pytest.fixture
def broker(folder, pki):  # noqa: F811
    with harness.running(folder, pki) as running:
        yield running
