"""budstikked never starts half valid: it names file, line and cause of what is wrong, and so does
--check-config.
"""

import contextlib
import os
import socket
import subprocess

import pytest
from harness import BIN, PATIENCE, Broker, usual_parties


@pytest.fixture
def still(folder, pki):
    """A broker that has not been started."""
    return Broker(folder, pki)


def budstikked(broker, *words):
    return subprocess.run(
        [BIN / "budstikked", "--config", broker.folder / "budstikked.toml", *words],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False)


def both_refuse(broker, *causes):
    for words in (["--check-config"], []):
        done = budstikked(broker, *words)
        assert done.returncode == 1, done
        for cause in causes:
            assert cause in done.stderr
        assert not broker.socket.exists()


def test_a_good_configuration_is_called_good(still):
    done = budstikked(still, "--check-config")
    assert done.returncode == 0
    assert "good" in done.stdout


def test_every_fault_of_the_configuration_is_named_with_its_line(still):
    still.write_configuration(extra="[delivery]\nattempts_max = 0\nspeed = 3\n")
    both_refuse(still, "budstikked.toml:", "attempts_max", "speed")


def test_every_fault_of_the_directory_is_named_with_its_line(still):
    still.write_directory(usual_parties() + '[[party]]\nher_id = "12x"\n')
    both_refuse(still, "parties.toml:", "12x", "`organisation`", "`kind`")


def test_faults_of_both_are_named_in_one_run(still):
    still.write_configuration(extra="[delivery]\nspeed = 3\n")
    still.write_directory(usual_parties() + '[[party]]\nher_id = "12x"\n')
    both_refuse(still, "speed", "parties.toml:", "12x")


def test_a_private_key_that_others_may_read_is_refused(still):
    still.keys.chmod(0o644)
    both_refuse(still, "budstikked.toml:")


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_tls_key_that_others_may_read_is_refused(folder, pki, mode):
    own = pki.copy(folder / "pki")
    (own.folder / "server.key").chmod(mode)
    both_refuse(Broker(folder, own), "budstikked.toml:", "server.key")


def test_it_does_not_run_as_root_but_checks_as_anybody(still):
    # The only user of a user namespace may call himself root there.
    as_root = ["unshare", "--user", "--map-root-user"]
    if subprocess.run([*as_root, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine gives ordinary users no user namespaces")
    command = [*as_root, BIN / "budstikked", "--config", still.folder / "budstikked.toml"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1, done
    assert "will not run as root" in done.stderr
    assert list((still.folder / "data").iterdir()) == []
    assert subprocess.run([*command, "--check-config"], capture_output=True, timeout=PATIENCE,
                          check=False).returncode == 0


def test_a_data_folder_that_others_may_enter_is_noted(still):
    (still.folder / "data").chmod(0o755)
    done = budstikked(still, "--check-config")
    assert "note: " in done.stderr
    assert "data folder" in done.stderr


def test_a_port_that_is_taken_stops_the_start(still):
    with socket.create_server(("127.0.0.1", 0)) as other:
        text = (still.folder / "budstikked.toml").read_text(encoding="utf-8")
        port = other.getsockname()[1]
        (still.folder / "budstikked.toml").write_text(
            text.replace("port = 0", f"port = {port}"), encoding="utf-8")
        done = budstikked(still)
    assert done.returncode == 1
    assert "start_failed" in done.stderr
    assert not still.socket.exists()


def test_no_file_that_it_makes_is_for_others(still):
    still.start()
    try:
        for path in (still.folder / "data").rglob("*"):
            with contextlib.suppress(FileNotFoundError):  # the store tidies up meanwhile
                assert os.stat(path).st_mode & 0o077 == 0, path
    finally:
        still.stop()


def test_what_does_not_speak_tls_is_told_nothing(still):
    still.start()
    try:
        with socket.create_connection(("127.0.0.1", still.port), 60) as stranger:
            stranger.sendall(b"GET / HTTP/1.1\r\n\r\n")
            answer = stranger.recv(4096)
        assert b"HTTP" not in answer
        still.wait_event("handshake_refused_not_tls")
    finally:
        still.stop()
