"""Where the official examples and schemas lie, and which of them are cases of the conformance run.

Promises that no XML message of the Norwegian family is left out. Knows folders and files only;
what a message says is the business of reader.py. The data is not part of the project: see
README.md.
"""

import os
import pathlib
from typing import NamedTuple

PROJECT = pathlib.Path(__file__).resolve().parents[2]
VARIABLE = "BUDSTIKKE_STANDARDS"
# Other families (agreements, transport, FHIR, HL7 v2): not message payloads of the Norwegian XML
# family.
OTHER_FAMILIES = ("cpa-", "ebms-", "fhir-", "hl7-")
# What the issued pack holds today. Fewer means that somebody looks at a broken copy.
CASES_MIN = 471


class Case(NamedTuple):
    """One example file."""

    path: pathlib.Path
    standard: str  # the folder, for example `epikrise-1.2`
    name: str  # the path below the standards folder, with slashes

    @property
    def acceptance(self):
        """The part after `examples/acceptance/`, or None where it is an ordinary example."""
        _, found, rest = self.name.partition("/examples/acceptance/")
        return rest if found else None


def folder():
    """The standards folder. Ends the program with an instruction where it is missing."""
    chosen = os.environ.get(VARIABLE)
    path = pathlib.Path(chosen) if chosen else PROJECT.parent / "shared" / "standards"
    if not (path / "_all" / "schema" / "_driver.xsd").is_file():
        raise SystemExit(
            f"The official standards are not in {path}: no _all/schema/_driver.xsd there.\n"
            "They are other people's and not part of this project. Put them in\n"
            f"../shared/standards beside the project, or set {VARIABLE} to the folder that\n"
            "holds them, and run again."
        )
    return path.resolve()


def cases():
    """All cases, in a stable order."""
    root = folder()
    found = []
    for path in sorted(root.glob("*/examples/**/*.xml")):
        name = path.relative_to(root).as_posix()
        standard = name.split("/", 1)[0]
        if not standard.startswith(OTHER_FAMILIES):
            found.append(Case(path, standard, name))
    if len(found) < CASES_MIN:
        raise SystemExit(f"only {len(found)} examples in {root}, at least {CASES_MIN} expected")
    return found


def schema_folder(standard):
    """The pack of one standard, `_all` for all of them at once."""
    return folder() / standard / "schema"
