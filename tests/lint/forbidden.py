"""Looks for what must not be in the checkout: sleeping in place of waiting for an event, promises
of later work, errors that are caught and dropped, national identity numbers that a person may have,
private keys, and copies of the national schemas and examples, which are not ours to ship.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import tree

CODE = (".hpp", ".cpp", ".py", ".sh", ".proto", ".cmake", "CMakeLists.txt", "run")
STANDARDS = Path(os.environ.get("BUDSTIKKE_STANDARDS", tree.ROOT / "../shared/standards"))

SLEEP = re.compile(r"\b(?:sleep" r"_for|sleep" r"_until|usl" r"eep|nanosl" r"eep)\b|\btime\.sleep\b"
                   r"|(?:^|[;&|(\"'`]|\b(?:do|then|else))\s*sleep\s+[\d$.]", re.MULTILINE)
LATER = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
DROPPED = re.compile(r"\bcatch\s*\([^)]*\)\s*\{\s*(?://[^\n]*\s*)*\}|\bexcept\b[^\n:]*:\s*pass\b")
NUMBER = re.compile(r"(?<![\d.])(\d{6}) ?(\d{5})(?![\d.]?\d)")
KEY = re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?:\\n|\\r|[\"'\s])*[A-Za-z0-9+/]{40}")
SCHEMA = re.compile(r"<(?:\w+:)?schema\b[^>]*http://www\.w3\.org/2001/XMLSchema")
DECLARATION = re.compile(r"<(?:\w+:)?(?:element|complexType|simpleType)\b")
DECLARATIONS_OF_AN_INVENTED_SCHEMA_MAX = 20


def weighted(digits: list[int], weights: tuple[int, ...]) -> int:
    return -sum(d * w for d, w in zip(digits, weights, strict=False)) % 11


def may_be_a_persons(number: str) -> bool:
    """True for a fødselsnummer or D-number as Skatteetaten issues them. The synthetic series, whose
    months are 40, 65 or 80 too high, belong to nobody and are what tests use."""
    digits = [int(digit) for digit in number]
    day, month = int(number[:2]), int(number[2:4])
    if not (1 <= day <= 31 or 41 <= day <= 71) or not 1 <= month <= 12:
        return False
    return (weighted(digits, (3, 7, 6, 1, 8, 9, 4, 5, 2)) == digits[9]
            and weighted(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) == digits[10])


def findings(name: str, text: str) -> Iterator[tuple[int, str]]:
    """Offset and description of everything forbidden in the text of a file."""
    if name.endswith(CODE):
        yield from ((m.start(), "sleeps; wait for the event itself") for m in SLEEP.finditer(text))
        yield from ((m.start(), "promises later work") for m in LATER.finditer(text))
        yield from ((m.start(), "drops an error") for m in DROPPED.finditer(text))
    for match in NUMBER.finditer(text):
        if may_be_a_persons(match[1] + match[2]):
            yield match.start(), "a national identity number that is in no synthetic series"
    yield from ((m.start(), "a private key") for m in KEY.finditer(text))
    if name.endswith(".xsd"):
        yield 0, "a schema file; the national schemas are not ours to ship"
    elif ((match := SCHEMA.search(text))
          and len(DECLARATION.findall(text)) > DECLARATIONS_OF_AN_INVENTED_SCHEMA_MAX):
        yield match.start(), "more of a schema than a test invents"


def a_persons_number() -> str:
    """Computed, so that no such number stands in this file."""
    for serial in range(100, 1000):
        start = "010150" + str(serial)
        first = weighted([int(d) for d in start], (3, 7, 6, 1, 8, 9, 4, 5, 2))
        second = weighted([*map(int, start), first], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2))
        if first < 10 and second < 10:
            return f"{start}{first}{second}"
    raise AssertionError("no serial number has two check digits")


def faults_of_the_check_itself() -> list[str]:
    number = a_persons_number()
    planted = {
        "a.cpp": ["std::this_thread::sleep" "_for(1s);", "// TO" "DO: later", "catch (...) " "{ }"],
        "a.sh": ["while true; do sleep" " 1; done", "sleep" " 0.5"],
        "a.py": ["time.sl" "eep(1)", "except OSError:\n    pa" "ss"],
        "a.txt": [number, f"nr {number[:6]} {number[6:]}.",
                  "-----BEGIN RSA PRIVATE" " KEY-----\n" + "A" * 64],
        "a.xsd": ["<x/>"],
        "a.md": ["<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>" + "<xs:element/>" * 21],
    }
    harmless = {
        "a.cpp": ["catch (const E& e) { return error(e); }"],
        "a.txt": [number[:2] + "81" + number[4:], "1.2." + number, "1" + number, "TO" "DO"],
    }
    wrong = [f"forbidden.py: did not notice planted text in {name}: {text[:9]}..."
             for name, texts in planted.items() for text in texts if not list(findings(name, text))]
    return wrong + [f"forbidden.py: refused harmless text in {name}" for name, texts
                    in harmless.items() for text in texts if list(findings(name, text))]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    faults = faults_of_the_check_itself()
    if not STANDARDS.is_dir():
        print(f"{STANDARDS} is missing: copies of the official files would not be noticed")
    official = {digest(path) for path in tree.files(root=STANDARDS) if path.stat().st_size > 64}
    checked = tree.files()
    for path in checked:
        name = path.relative_to(tree.ROOT).as_posix()
        if digest(path) in official:
            faults.append(f"{name}:1: a copy of an official file")
        text = tree.text_of(path)
        for offset, what in findings(name, text or ""):
            faults.append(f"{name}:{tree.line_at(text or '', offset)}: {what}")
    tree.report(len(checked) + len(faults), faults)


if __name__ == "__main__":
    main()
