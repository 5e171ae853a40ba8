"""The table of the official acceptance cases (acceptance.toml), for any test that wants to hold the
broker to it. An integration test takes the rows `E21 by directory` from here:

    for row in acceptance.rows():
        if row.by_directory: submit row.case.path where the directory lacks row.unknown
"""

import pathlib
import tomllib
from typing import NamedTuple

import standards

TABLE = pathlib.Path(__file__).with_name("acceptance.toml")
BY_DIRECTORY = "E21 by directory"
APPLICATION = "application decides"
CODES = {"T01", "T02", "E10", "E36"}


class Row(NamedTuple):
    """What the table says of one case."""

    case: standards.Case
    codes: frozenset  # of CODES: what the message itself shows
    by_directory: bool
    unknown: tuple  # HER-ids of receivers that the directory of the test must not hold
    because: str


def row_of(case, key, words, unknown):
    verdicts = words[0].split(" + ")
    strange = set(verdicts) - CODES - {BY_DIRECTORY, APPLICATION}
    if strange or (APPLICATION in verdicts and len(verdicts) > 1):
        raise SystemExit(f"{TABLE.name}: {key}: the verdict {words[0]!r} means nothing")
    by_directory = BY_DIRECTORY in verdicts
    if by_directory != bool(unknown):
        raise SystemExit(f"{TABLE.name}: {key}: {BY_DIRECTORY} and [unknown] go together")
    because = words[1] if len(words) > 1 else ""
    return Row(case, frozenset(CODES.intersection(verdicts)), by_directory, tuple(unknown), because)


def rows():
    """One row per case. Ends the program where table and files do not match one to one."""
    with TABLE.open("rb") as stream:
        table = tomllib.load(stream)
    unknown = table.pop("unknown")
    keys = {f"{folder}/{key}" for folder, entries in table.items() for key in entries}
    found = {}
    for case in standards.cases():
        if case.acceptance is None:
            continue
        folder, name = case.acceptance.rsplit("/", 1)
        stem = name.removesuffix(".xml")
        entries = table.get(f"{case.standard}/{folder}", {})
        fitting = [key for key in entries if stem == key or stem.startswith(f"{key}-")]
        if not fitting:
            raise SystemExit(f"{TABLE.name} has no row for {case.name}")
        best = max(fitting, key=len)
        key = f"{case.standard}/{folder}/{best}"
        if key in found:
            raise SystemExit(f"{TABLE.name}: {key} fits {case.name} and {found[key].case.name}")
        found[key] = row_of(case, key, entries[best], unknown.get(key, ()))
    idle = (keys | set(unknown)) - set(found)
    if idle:
        raise SystemExit(f"{TABLE.name}: no case for {sorted(idle)}")
    return list(found.values())
