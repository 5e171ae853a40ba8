"""Holds every #include of broker/ and adapters/ against layers.toml.

Promises: an include of a higher layer, or of a neighbour in the same one, is found; so is a library
that shows in a header or is used outside its folder. Proves on a planted tree that it would notice.
"""

import re
import tempfile
import tomllib
from pathlib import Path

import tree

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
RULES = tomllib.loads((Path(__file__).parent / "layers.toml").read_text())
LAYERS = RULES["layers"]
BESIDE = RULES["beside"]


def fault_of_own_include(source: str, target: str) -> str | None:
    """What is wrong with `source` including `target`, both relative to the root, or None."""
    adapters = RULES["adapters"]
    if target == adapters["entrance"]:
        allowed = source.startswith("adapters/") or source.split("/")[1] in adapters["guests"]
        return None if allowed else f"only {', '.join(adapters['guests'])} may register adapters"
    if target.startswith("adapters/"):
        inside = source.startswith("adapters/")
        return None if inside else "a format is known to nobody but adapters/register.cpp"
    if not target.startswith("broker/"):
        return "an own header is included by its path from the root"
    target_folder = target.split("/")[1]
    if target_folder not in LAYERS:
        return f"{target_folder} has no layer in layers.toml"
    if source.startswith("adapters/"):
        allowed = target_folder in adapters["folders"]
        return None if allowed else f"an adapter may not see {target_folder}"
    source_folder = source.split("/")[1]
    if source_folder not in LAYERS:
        return f"{source_folder} has no layer in layers.toml"
    if source_folder == target_folder or LAYERS[target_folder] < LAYERS[source_folder]:
        return None
    if target_folder in BESIDE.get(source_folder, []):
        return None
    return (f"{source_folder} (layer {LAYERS[source_folder]}) may not see "
            f"{target_folder} (layer {LAYERS[target_folder]})")


def fault_of_library(source: str, target: str) -> str | None:
    """What is wrong with `source` including a library's header `target`, or None."""
    matching = [(name, rule) for name, rule in RULES["libraries"].items()
                if re.search(rule["include"], target)]
    for name, rule in matching:
        if source.endswith(".hpp"):
            return f"{name} must not show in a header"
        if rule["sources"] and not source.startswith(tuple(rule["sources"])):
            return f"{name} is used only in {', '.join(rule['sources'])}"
    return None


def faults_of(root: Path) -> tuple[int, list[str]]:
    """The number of includes that were held against the rules, and the faults."""
    checked = 0
    faults = []
    for path in tree.files(".hpp", ".cpp", root=root):
        source = path.relative_to(root).as_posix()
        if not source.startswith(("broker/", "adapters/")):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not (match := INCLUDE.match(line)):
                continue
            checked += 1
            bracket, target = match.groups()
            library = fault_of_library(source, target)
            # Generated headers stand in quotes in some sources; they are a library all the same.
            own = bracket == '"' and not target.endswith(".pb.h")
            if fault := library or (fault_of_own_include(source, target) if own else None):
                faults.append(f"{source}:{number}: {line.strip()}: {fault}")
    return checked, faults


PLANTED = {
    "broker/base/up.cpp": '#include "broker/store/store.hpp"',
    "broker/message/neighbour.cpp": '#include "broker/xml/reader.hpp"',
    "broker/store/neighbour.cpp": '#include "broker/directory/directory.hpp"',
    "broker/pipeline/format.cpp": '#include "adapters/msghead/msghead.hpp"',
    "broker/pipeline/register.cpp": '#include "adapters/register.hpp"',
    "broker/transport/session.hpp": "#include <boost/asio/ip/tcp.hpp>",
    "broker/transport/wire.hpp": '#include "budstikke/v1/exchange.pb.h"',
    "broker/admin/digest.cpp": "#include <openssl/evp.h>",
    "broker/pipeline/parse.cpp": "#include <libxml/parser.h>",
    "broker/app/open.cpp": "#include <rocksdb/db.h>",
    "broker/app/near.cpp": '#include "near.hpp"',
    "broker/unheard/of.cpp": '#include "broker/base/ids.hpp"',
    "adapters/hcp/wide.cpp": '#include "broker/pipeline/broker.hpp"',
}
HARMLESS = {
    "broker/app/main.cpp": '#include "adapters/register.hpp"',
    "broker/xml/reader.cpp": '#include "broker/message/finding.hpp"',
    "broker/crypto/digest.cpp": "#include <openssl/evp.h>",
    "broker/transport/session.cpp": "#include <boost/asio/ip/tcp.hpp>",
    "adapters/hcp/decode.cpp": '#include "broker/xml/reader.hpp"',
}


def faults_of_the_check_itself() -> list[str]:
    faults = []
    for planted, expected in ((PLANTED, len(PLANTED)), (HARMLESS, 0)):
        with tempfile.TemporaryDirectory() as folder:
            for name, line in planted.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(line + "\n")
            found = faults_of(Path(folder))[1]
            if len(found) != expected:
                faults.append(f"layering.py: planted {expected} faults but found {found}")
    return faults


if __name__ == "__main__":
    own = faults_of_the_check_itself()
    checked, faults = faults_of(tree.ROOT)
    tree.report(checked + len(PLANTED) + len(HARMLESS), own + faults)
