"""Holds the sources against the house's sizes: no file over 500 lines, no line over 100 columns, and
every file opens with words that say what it is (a .cpp beside its own header may leave that to it).
"""

import tree

LINES_MAX = 500
COLUMNS_MAX = 100
SOURCES = (".hpp", ".cpp", ".py", ".sh", ".proto", ".cmake", ".toml", "CMakeLists.txt")
OPENED = (".hpp", ".cpp", ".py", ".sh", ".proto")
# Inputs for the fuzz targets, wrong on purpose.
CORPUS = tree.ROOT / "tests" / "fuzz" / "corpus"
COMMENTS = ("//", "/*", "#", '"""')


def opens_with_comment(text: str) -> bool:
    lines = text.splitlines()
    if lines and lines[0].startswith("#!"):
        lines = lines[1:]
    # protobuf wants its syntax and package first.
    opening = next((line for line in lines
                    if line.strip() and not line.startswith(("syntax =", "package "))), "")
    if opening.startswith("#pragma once") or opening.startswith("#include"):
        return False
    return opening.startswith(COMMENTS) and len(opening) > 3


def faults_of(name: str, text: str, has_header: bool) -> list[str]:
    lines = text.splitlines()
    faults = []
    if len(lines) > LINES_MAX:
        faults.append(f"{name}:{LINES_MAX + 1}: the file has {len(lines)} lines")
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS_MAX and "clang-format off" not in text:
            faults.append(f"{name}:{number}: the line has {len(line)} columns")
    if name.endswith(OPENED) and not has_header and not opens_with_comment(text):
        faults.append(f"{name}:1: the file does not say what it is")
    return faults


def faults_of_the_check_itself() -> list[str]:
    planted = ("// A.\n" + "x\n" * LINES_MAX, "// A.\n" + "x" * (COLUMNS_MAX + 1), "#pragma once\n")
    faults = [f"sizes.py: did not notice planted text {number}"
              for number, text in enumerate(planted) if len(faults_of("a.hpp", text, False)) != 1]
    edge = "// A.\n" + "x" * COLUMNS_MAX + "\n" + "x\n" * (LINES_MAX - 2)
    return faults + (["sizes.py: refused text at the limits"] if faults_of("a.hpp", edge, False)
                     else [])


def main() -> None:
    faults = faults_of_the_check_itself()
    sources = [path for path in tree.files(*SOURCES) if CORPUS not in path.parents]
    for path in sources:
        name = path.relative_to(tree.ROOT).as_posix()
        has_header = path.suffix == ".cpp" and path.with_suffix(".hpp").exists()
        if (text := tree.text_of(path)) is None:
            faults.append(f"{name}:1: the file is not UTF-8")
        elif text.strip():
            faults += faults_of(name, text, has_header)
    tree.report(len(sources) + len(faults), faults)


if __name__ == "__main__":
    main()
