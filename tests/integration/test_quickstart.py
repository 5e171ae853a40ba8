"""The quickstart's second half: the official examples that a newcomer would try, with the programs
of this build. Installing and building are left to the script itself.
"""

import os
import subprocess

import pytest
from harness import BIN, PATIENCE, PROJECT, STANDARDS


def quickstart(folder, *arguments):
    """The steps after the build, in a temporary folder that must be empty afterwards."""
    script = f"""
        set -eu
        root={PROJECT}
        . "$root/deploy/lib/environment.sh"
        . "$root/deploy/quickstart/steps.sh"
        message=$1
        make_work_folder
        bin={BIN}
        run_from_message
    """
    done = subprocess.run(
        ["sh", "-c", script, "quickstart", *map(str, arguments)], capture_output=True, text=True,
        check=False, timeout=PATIENCE, stdin=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(folder)})
    assert list(folder.iterdir()) == []
    return done


@pytest.mark.parametrize("message", [
    PROJECT / "deploy/quickstart/discharge-note.xml",
    STANDARDS / "epikrise-1.2/examples/epikrise_v1.2_m.xml",
    STANDARDS / "dialogmelding-1.1/examples/Helsefaglig_dialog.xml",
    STANDARDS / "plo-1.6/examples/Innleggelsesrapport_v1-6_Ny.xml",
], ids=lambda path: path.stem)
def test_it_ends_confirmed_by_all_recipients(folder, message):
    done = quickstart(folder, message)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "confirmed by all recipients"
    assert "(apprec_ok)" in done.stdout


def test_a_receipt_is_delivered_and_not_answered(folder):
    done = quickstart(folder, STANDARDS / "apprec-1.1/examples/fiks-example-avvist.xml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("delivered")


def test_what_cannot_be_routed_is_said_and_leaves_nothing(folder):
    source = (PROJECT / "deploy/quickstart/discharge-note.xml").read_bytes()
    broken = folder.parent / f"{folder.name}.xml"
    broken.write_bytes(source.replace(b"<Id>3001</Id>", b"<Id>30.01</Id>"))
    try:
        done = quickstart(folder, broken)
    finally:
        broken.unlink()
    assert done.returncode == 1
    assert "not 1 to 10 digits" in done.stderr
