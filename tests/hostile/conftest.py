"""Fixtures of the hostile tests: those of the integration tests, and a scene with a well-behaved
pair beside which a test misbehaves.
"""

import importlib.util
import pathlib

import pytest

HERE = pathlib.Path(__file__).resolve().parent
# Not importable by its name, which is that of this file.
spec = importlib.util.spec_from_file_location("usual", HERE.parent / "integration" / "conftest.py")
usual = importlib.util.module_from_spec(spec)
spec.loader.exec_module(usual)

import scene as scenes  # noqa: E402  (needs the paths and the module that the line above made)

pytest_configure = usual.pytest_configure
pytest_unconfigure = usual.pytest_unconfigure
folder = usual.folder
pki = usual.pki


@pytest.fixture
def scene(folder, pki):
    with scenes.staged(folder, pki) as staged:
        yield staged
