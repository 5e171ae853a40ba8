"""Holds broker/base/limits.hpp to its promise: every limit stands there, says what it bounds and
what happens beyond, is used by the broker and named by a test, and stands in deploy/doc/limits.md.

    limits.py            checks
    limits.py --write    writes the page anew
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import tree

HEADER = tree.ROOT / "broker" / "base" / "limits.hpp"
PAGE = tree.ROOT / "deploy" / "doc" / "limits.md"
CONFIGURATION = tree.ROOT / "deploy" / "doc" / "configuration.md"

# What no test can name: why nobody outside can reach it, or who holds it for us.
UNREACHED = {
    "account_entry_bytes_max": "only the machine's own users and groups fill it",
    "admin_backlog_max": "the kernel holds it",
    "client_waiting_bytes_max": "the client of a vendor waits for itself, no peer can fill it",
    "client_read_bytes_max": "the room of one read, not a bound on anything that comes",
    "connections_backlog_max": "the kernel holds it",
    "deliveries_kept_max": "a cache: what falls out is read from the store again",
    "messages_kept_max": "a cache: what falls out is read from the store again",
    "read_buffer_kept_bytes_max": "memory given back early or late, nothing else",
    "read_buffer_reserved_bytes_max": "room made early; what comes fills it or another",
    "store_log_bytes_max": "RocksDB holds it",
    "suggestion_bytes_max": "cuts a word that is only compared",
    "tasks_kept_max": "memory given back early or late, nothing else",
    "validators_kept_max": "a cache: what is not kept is made again",
    "xml_names_kept_bytes_max": "a cache: what is not kept is made again",
    "xml_names_kept_max": "a cache: what is not kept is made again",
    "write_buffer_kept_bytes_max": "memory given back early or late, nothing else",
}

CONSTANT = re.compile(r"^inline constexpr (\w[\w:]*) (\w+) =\s*([^;]+);", re.M)
LIMIT = re.compile(r"((?:^///.*\n)*)^inline constexpr ([\w:]+) (\w+) =\s*([^;]+);(.*)$", re.M)
SECTION = re.compile(r"^// --- (.+?) -+$", re.M)
PARTS = re.compile(r"^(?P<what>.+?)\. (?P<side>Beyond|Below): (?P<then>.+?)\."
                   r"(?: Key: (?P<key>.+)\.)?$")
ELSEWHERE = re.compile(r"\bconstexpr [\w:]+(?:<[^=]*>)? (\w+_(?:max|limit))\b\s*[={]([^;]*);")
UNITS = {"us": 1e-6, "ms": 0.001, "s": 1, "min": 60, "h": 3600}


@dataclass
class Limit:
    section: str
    name: str
    value: float
    is_time: bool
    what: str
    side: str
    then: str
    key: str | None


def evaluate(expression: str, known: dict[str, float]) -> float:
    text = expression.replace("'", "").replace("std::chrono::hours", "3600 * ")
    text = re.sub(r"\b(\d+)(?:ULL|UL|U)\b", r"\1", text)
    text = re.sub(r"\b(\d+)(us|ms|s|min|h)\b", lambda m: f"{m[1]} * {UNITS[m[2]]}", text)
    return eval(text, {"__builtins__": {}}, known)  # the expressions are our own


def parse(header: str, faults: list[str]) -> list[Limit]:
    sections = [(found.start(), found[1]) for found in SECTION.finditer(header)]
    known: dict[str, float] = {}
    limits = []
    for found in LIMIT.finditer(header):
        comment, kind, name, expression, rest = found.groups()
        known[name] = evaluate(expression, known)
        before = [title for at, title in sections if at < found.start()]
        if not before:  # kib and mib
            continue
        text = " ".join(line.removeprefix("///").strip() for line in comment.splitlines())
        parts = PARTS.match(text)
        if not parts or rest.strip():
            line = tree.line_at(header, found.start(3))
            faults.append(f"broker/base/limits.hpp:{line}: the comment above {name} must read "
                          "`What it bounds. Beyond: what happens. Key: `section.key`.`")
            continue
        is_time = kind == "auto" or kind.startswith("std::chrono::")
        limits.append(Limit(before[-1], name, known[name], is_time, parts["what"],
                            parts["side"], parts["then"], parts["key"]))
    constants = {found[2] for found in CONSTANT.finditer(header)}
    faults += [f"broker/base/limits.hpp:1: {name} could not be read"
               for name in constants - known.keys()]
    return limits


def number(value: float) -> str:
    return f"{int(value):,}".replace(",", " ") if value == int(value) else f"{value:g}"


def human(limit: Limit) -> str:
    value = limit.value
    if limit.is_time:
        for unit, seconds in (("days", 86400), ("hours", 3600), ("minutes", 60), ("seconds", 1)):
            if value % seconds == 0 and (value >= 2 * seconds or seconds == 1):
                return f"{number(value / seconds)} {unit}" if value != 1 else "1 second"
        return f"{number(round(value * 1e6))} microseconds"
    if "bytes_" in limit.name:
        for unit, size in (("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
            if value % size == 0:
                return f"{number(value / size)} {unit}"
        return f"{number(value)} bytes"
    if "_ratio_" in limit.name:
        return f"{number(value * 100)} %"
    return f"{number(value)} %" if "_percent_" in limit.name else number(value)


def page_of(limits: list[Limit]) -> str:
    text = """# Limits

Generated by `tests/lint/limits.py` from `broker/base/limits.hpp`; edit that file, then run
`tests/lint/limits.py --write`. A test compares the two.

Everything that the broker takes in, keeps or waits for has a bound. A code in the fourth column is
the finding that answers the sender ([findings.md](findings.md)). A limit with a key is the default
of that key in [configuration.md](configuration.md), which also says how far it goes; the others
are fixed. What an exchange session must know is announced in its Welcome.
"""
    section = None
    for limit in limits:
        if limit.section != section:
            section = limit.section
            text += (f"\n## {section}\n\n| limit | value | what it bounds | beyond | key |\n"
                     "|---|---|---|---|---|\n")
        then = limit.then if limit.side == "Beyond" else f"below: {limit.then}"
        text += (f"| `{limit.name}` | {human(limit)} | {limit.what} | {then} | "
                 f"{limit.key or 'fixed'} |\n")
    return text


def keys_of(configuration: str) -> set[str]:
    keys = set()
    for part in re.split(r"^## ", configuration, flags=re.M)[1:]:
        if section := re.match(r"`\[+([\w.]+)\]+`", part):
            keys |= {f"{section[1]}.{key}" for key in re.findall(r"^\| `(\w+)` \|", part, re.M)}
    return keys


def words_of(folders: list[str]) -> set[str]:
    words: set[str] = set()
    for folder in folders:
        for path in tree.files(".hpp", ".cpp", ".py", root=tree.ROOT / folder):
            if path not in (HEADER, Path(__file__).resolve()):
                words |= set(re.findall(r"\w+", tree.text_of(path) or ""))
    return words


def faults_elsewhere(name: str, text: str) -> list[str]:
    """A bound that is derived from a limit, or from the machine, may stand where it is used."""
    return [f"{name}:{tree.line_at(text, found.start())}: {found[1]} belongs in limits.hpp"
            for found in ELSEWHERE.finditer(text)
            if not re.search(r"limits::\w+_(?:max|min)\b|numeric_limits|sizeof", found[2])]


def faults_of(limits: list[Limit], keys: set[str], used: set[str], tested: set[str]) -> list[str]:
    faults = []
    for limit in limits:
        key = limit.key and re.match(r"`([\w.]+)`", limit.key)
        if limit.key and (not key or key[1] not in keys):
            faults.append(f"{limit.name}: the configuration has no such key: {limit.key}")
        if limit.name not in used:
            faults.append(f"{limit.name}: enforced nowhere")
        if limit.name not in tested | UNREACHED.keys():
            faults.append(f"{limit.name}: no test names it")
        if limit.name in tested and limit.name in UNREACHED:
            faults.append(f"{limit.name}: a test names it, so it needs no excuse here")
    names = {limit.name for limit in limits}
    return faults + [f"{name}: excused, but no limit" for name in UNREACHED if name not in names]


def faults_of_the_check_itself() -> list[str]:
    faults: list[str] = []
    planted = ("// --- A ---\n/// This much. Beyond: it ends. Key: `a.b`, downwards.\n"
               "inline constexpr std::size_t good_bytes_max = 2 * 1024;\n"
               "/// This much.\ninline constexpr auto bad_time_max = 10s;\n")
    limits = parse(planted, faults)
    noticed = len(faults) == 1 and len(limits) == 1 and human(limits[0]) == "2 KiB"
    faults = [] if noticed else ["limits.py: did not read planted limits"]
    name = {"good_bytes_max"}
    for keys, used, tested in ((set(), name, name), ({"a.b"}, set(), name), ({"a.b"}, name, set())):
        found = [fault for fault in faults_of(limits, keys, used, tested)
                 if fault.startswith("good_bytes_max")]
        if len(found) != 1:
            faults.append(f"limits.py: of a planted limit it said {found}")
    for text, count in (("constexpr int a_max = 3;", 1), ("static constexpr int a_max{3};", 1),
                        ("constexpr int a_max = limits::kib;", 1),
                        ("constexpr int a_max = limits::b_max / 2;", 0)):
        if len(faults_elsewhere("a.cpp", text)) != count:
            faults.append(f"limits.py: did not judge rightly: {text}")
    return faults


def main() -> None:
    faults = faults_of_the_check_itself()
    limits = parse(HEADER.read_text("utf-8"), faults)
    page = page_of(limits)
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page, "utf-8")
    if not PAGE.exists() or PAGE.read_text("utf-8") != page:
        faults.append("deploy/doc/limits.md:1: differs from the header; run limits.py --write")
    faults += faults_of(limits, keys_of(CONFIGURATION.read_text("utf-8")),
                        words_of(["broker", "adapters"]), words_of(["tests"]))
    sources = [path for folder in ("broker", "adapters")
               for path in tree.files(".hpp", ".cpp", root=tree.ROOT / folder) if path != HEADER]
    for path in sources:
        faults += faults_elsewhere(path.relative_to(tree.ROOT).as_posix(), tree.text_of(path) or "")
    tree.report(len(limits) + len(sources), faults)


if __name__ == "__main__":
    main()
