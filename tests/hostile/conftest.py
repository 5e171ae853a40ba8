"""Fixtures of the hostile tests: those of the integration tests, and a scene with a well-behaved
pair beside which a test misbehaves.
"""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from usual import folder, pki, pytest_configure, pytest_unconfigure  # noqa: E402, F401

import scene as scenes  # noqa: E402  (needs what the lines above made)


@pytest.fixture
def scene(folder, pki):  # noqa: F811
    with scenes.staged(folder, pki) as staged:
        yield staged
