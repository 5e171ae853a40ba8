"""A parser opens no file and no socket, whatever it reads. The parsers behind the fuzz targets read
the bombs where the kernel would end them for it (tests/fuzz/jail.hpp); `budstikke inspect`, with
the official schemas, reads them under strace.
"""

import os
import pathlib
import re
import subprocess

import pytest
from bombs import MIB, bombs, envelope, msghead, note
from harness import BIN, PATIENCE, STANDARDS

# Each with the messages that it would read to the place where the bomb lies.
PARSERS = {"fuzz_msghead": msghead, "fuzz_hcp": note, "fuzz_apprec": note,
           "fuzz_xmldsig": envelope, "fuzz_ebxml_message": envelope}
# The leak check of a sanitizer traces its own process, through a pipe: strace does the former
# already, the jail forbids the latter. Leaks are looked for where the corpora are replayed.
UNLEAKED = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0", "LC_ALL": "C"}
# The name, the folder that a path is relative to, and the path.
CALL = re.compile(r'^(?:\d+ +)?(\w+)\((?:\w+<([^>]*)>, )?(?:"([^"]*)")?')
SOCKETS = {"socket", "socketpair", "connect", "bind", "sendto", "sendmsg", "accept", "accept4"}


def written(folder, message):
    """Each bomb in a file of its own, but for those that are long and nothing else."""
    files = []
    documents = [document for document, _ in bombs(message).values() if len(document) < 2 * MIB]
    for number, document in enumerate(documents):
        files.append(folder / f"bomb-{number:02}.xml")
        files[-1].write_bytes(document)
    return files


@pytest.mark.parametrize("parser", PARSERS)
def test_the_parsers_read_every_bomb_in_jail(parser, folder):
    files = written(folder, PARSERS[parser])
    done = subprocess.run([BIN.parent / "tests" / parser, "--jail", *files],
                          capture_output=True, text=True, timeout=PATIENCE, check=False,
                          env=UNLEAKED)
    assert done.returncode == 0, done.stderr
    assert f"replayed {len(files)} inputs in the jail" in done.stdout
    # The jail was proved first: two that broke out of it were caught.
    assert done.stderr.count("forbidden system call") == 2


def traced(folder, *words):
    """The calls that have to do with files or sockets: (name, first path or "")."""
    output = folder / "calls"
    done = subprocess.run(
        ["strace", "-f", "-qq", "-y", "-s", "4096", "-o", output, "-e", "trace=%file,%network",
         BIN / "budstikke", "inspect", *words],
        capture_output=True, text=True, timeout=PATIENCE, check=False, env=UNLEAKED)
    assert done.returncode == 1, f"strace must be allowed to trace: {done.stderr[-500:]}"
    calls = []
    for line in output.read_text(errors="replace").splitlines():
        if match := CALL.match(line):
            # Without a path it is about a descriptor that is open already.
            calls.append((match[1], os.path.join(match[2] or "", match[3]) if match[3] else ""))
    return calls, done.stdout


def test_inspect_opens_its_input_and_its_schemas_and_nothing_else(folder):
    files = written(folder, note)
    schemas = STANDARDS / "_all" / "schema"
    assert schemas.is_dir(), "the official schemas; BUDSTIKKE_STANDARDS says where"
    calls, output = traced(folder, "--json", "--schemas", schemas, *files)
    assert output.count("\n") == len(files)
    assert SOCKETS.isdisjoint(name for name, _ in calls)
    paths = [path for _, path in calls]
    begin = paths.index(str(files[0]))
    # Before the first message: the program, its libraries and the pack.
    opened = [path for name, path in calls[:begin] if name == "openat" and path.endswith(".xsd")]
    assert opened, "the schemas were read"
    assert all(within(path, schemas) for path in opened)
    # From then on: the messages, each for itself.
    assert set(paths[begin:]) - {""} == {str(file) for file in files}


def within(path, folder):
    """By its name: the pack may be a folder of links."""
    return pathlib.Path(os.path.normpath(path)).is_relative_to(folder)


def test_the_trace_would_have_seen_it(folder):
    """The same trace of something that does open what it was told to open, and was not named."""
    other = folder / "other.xml"
    other.write_bytes(b"<a/>")
    calls, _ = traced(folder, "--json", other)
    assert ("openat", str(other)) in calls
