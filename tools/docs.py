"""Writes the generated parts of the documents, and checks that they are current and that every link leads somewhere.

A generated part stands between `<!-- generated: NAME -->` and `<!-- end -->`; NAME stands in the `PARTS` of one of the
modules `tools.docs_parts*`.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tools import docs_parts, docs_parts_api, docs_parts_offices, docs_parts_reference

ROOT = Path(__file__).resolve().parent.parent
PART = re.compile(r"(<!-- generated: (?P<name>[\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
Parts = Mapping[str, Callable[[Path], str]]
PARTS: Parts = {**docs_parts.PARTS, **docs_parts_reference.PARTS, **docs_parts_offices.PARTS, **docs_parts_api.PARTS}


def documents(root: Path) -> list[Path]:
    """Every Markdown file that we wrote."""
    return sorted([*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("plugins/*/*.md")])


def generated(text: str, root: Path, parts: Parts) -> str:
    """The document with its generated parts written anew."""

    def fill(found: re.Match[str]) -> str:
        return f"{found[1]}{parts[found['name']](root).rstrip()}\n{found[3]}"

    return PART.sub(fill, text)


def anchors(path: Path) -> set[str]:
    """What a link may name in a document: its headings, as their readers' programs write them."""
    text = BLOCK.sub("", path.read_text("utf-8"))
    return {re.sub(r"[^\w -]", "", found.strip().lower()).replace(" ", "-") for found in HEADING.findall(text)}


def dead_links(path: Path, root: Path) -> Iterator[str]:
    """Relative links to files or headings that are not there."""
    for target in LINK.findall(CODE.sub("", path.read_text("utf-8"))):
        place, _mark, anchor = target.partition("#")
        if "://" in place or place.startswith("mailto:"):
            continue
        there = path.parent / place if place else path
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            yield f"{path.relative_to(root)}: the link to {target} leads nowhere"


def faults(root: Path, parts: Parts) -> Iterator[str]:
    """What `--check` refuses."""
    for path in documents(root):
        text = path.read_text("utf-8")
        unknown = {found["name"] for found in PART.finditer(text)} - set(parts)
        if unknown:
            yield f"{path.relative_to(root)}: nothing generates {', '.join(sorted(unknown))}"
        elif generated(text, root, parts) != text:
            yield f"{path.relative_to(root)}: generated parts are out of date; run `make docs`"
        yield from dead_links(path, root)


def main(arguments: Sequence[str]) -> int:
    if "--check" in arguments:
        wrong = list(faults(ROOT, PARTS))
        print("\n".join(wrong))
        return 1 if wrong else 0
    for path in documents(ROOT):
        text = path.read_text("utf-8")
        if (fresh := generated(text, ROOT, PARTS)) != text:
            path.write_text(fresh, "utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
