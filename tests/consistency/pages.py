"""The pages for users: the READMEs, and the documentation in both languages."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
import re
from typing import Any, override

from homeassistant.util.yaml import parse_yaml

from .sources import LANGUAGES, REPOSITORY

DOCS = REPOSITORY / "docs"
READMES = {"en": REPOSITORY / "README.md", "fa": REPOSITORY / "README.fa.md"}
STANDIN = {
    "en": REPOSITORY / "simulator/README.md",
    "fa": REPOSITORY / "simulator/README.fa.md",
}
NAMES = sorted(path.name for path in (DOCS / "en").glob("*.md"))

_CODE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+) (?:<a id=\"([\w-]+)\"></a>)?(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, and what a link to it ends with."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page in one language."""

    path: Path
    language: str

    @override
    def __str__(self) -> str:
        """Return the name by which a test shows the page."""
        return str(self.path.relative_to(REPOSITORY))

    @property
    def text(self) -> str:
        """Return all that is written there."""
        return self.path.read_text()

    @property
    def prose(self) -> str:
        """Return the page without its blocks of code."""
        return _CODE.sub("", self.text)

    @property
    def headings(self) -> list[Heading]:
        """Return the headings in their order."""
        return [
            Heading(len(marks), anchor or _anchor_of(text), text)
            for marks, anchor, text in _HEADING.findall(self.prose)
        ]

    @property
    def blocks(self) -> list[tuple[str, str]]:
        """Return the blocks of code, each with its language."""
        return _CODE.findall(self.text)

    @property
    def examples(self) -> list[Any]:
        """Return what is shown in YAML."""
        return [parse_yaml(code) for kind, code in self.blocks if kind == "yaml"]

    @property
    def links(self) -> list[str]:
        """Return where links and pictures lead, if that is in the repository."""
        return re.findall(r"\]\((?!\w+:)([^)\s]+)\)", self.prose)

    def section(self, anchor: str) -> str:
        """Return what stands under a heading, up to the next one, without its examples."""
        return _CODE.sub("", self._section(anchor))

    def example(self, anchor: str) -> Any:
        """Return the only example under a heading."""
        [(_, code)] = _CODE.findall(self._section(anchor))
        return parse_yaml(code)

    def examples_of(self, anchor: str) -> list[Any]:
        """Return the examples under a heading."""
        return [parse_yaml(code) for _, code in _CODE.findall(self._section(anchor))]

    def _section(self, anchor: str) -> str:
        # A comment in a block of code looks like a heading, but no link leads there.
        pieces = re.split(r"^(?=#+ )", self.text, flags=re.MULTILINE)
        [section] = [
            piece
            for piece in pieces
            if (found := _HEADING.match(piece))
            and (found[2] or _anchor_of(found[3])) == anchor
        ]
        return section

    def first_cells(self) -> Iterator[str]:
        """Return the first cell of each row of the tables, without those of the head."""
        yield from first_cells(self.prose)


def first_cells(prose: str) -> Iterator[str]:
    """Return the first cell of each row of the tables in a piece of a page."""
    for table in re.findall(
        r"^\|.+\|\n\|(?:-+\|)+\n((?:\|.+\|\n)+)", prose, re.MULTILINE
    ):
        yield from (row.split("|")[1].strip() for row in table.splitlines())


def _anchor_of(heading: str) -> str:
    """Return what GitHub makes of a heading in Latin letters; others need an anchor of their own."""
    return re.sub(r"[^a-z0-9_\- ]", "", heading.lower()).replace(" ", "-")


def pages() -> list[Page]:
    """Return all pages for users, and those of the stand-in."""
    return [
        *(Page(READMES[language], language) for language in LANGUAGES),
        *(Page(STANDIN[language], language) for language in LANGUAGES),
        Page(DOCS / "README.md", "en"),
        *(Page(DOCS / lang / name, lang) for lang in LANGUAGES for name in NAMES),
    ]


def pairs() -> list[tuple[Page, Page]]:
    """Return each page in English and in Persian."""
    return [
        (Page(READMES["en"], "en"), Page(READMES["fa"], "fa")),
        (Page(STANDIN["en"], "en"), Page(STANDIN["fa"], "fa")),
        *(
            (Page(DOCS / "en" / each, "en"), Page(DOCS / "fa" / each, "fa"))
            for each in NAMES
        ),
    ]
