"""The pages for users: alike in both languages, their links lead somewhere, and the READMEs stay short."""

from pathlib import Path
import re
from typing import Any
from urllib.parse import unquote

import pytest

from custom_components.payamak.const import PAGES

from .pages import DOCS, NAMES, READMES, Page, pages, pairs
from .sources import COMPONENT, REPOSITORY, flat, manifest, translations

every_page = pytest.mark.parametrize("page", pages(), ids=str)
every_pair = pytest.mark.parametrize(
    ("english", "persian"), pairs(), ids=[str(pair[0]) for pair in pairs()]
)
every_document = pytest.mark.parametrize(
    "page", [page for page in pages() if page.path.name in NAMES], ids=str
)

# What is called the same whatever language a reader speaks, and so has to be the same in an example.
_NAMES_IN_EXAMPLES = ("action", "trigger", "condition", "entity_id", "mode")


def _anchors(path: Path) -> list[str]:
    return [heading.anchor for heading in Page(path, "").headings]


def test_there_is_a_page_for_each_subject_in_both_languages() -> None:
    """A reader can change the language anywhere."""
    assert len(NAMES) >= 14
    assert sorted(path.name for path in (DOCS / "fa").glob("*.md")) == NAMES


@pytest.mark.parametrize("path", READMES.values(), ids=lambda path: path.name)
def test_a_readme_stays_short(path: Path) -> None:
    """It leads to the pages; nobody reads more at a first look."""
    assert len(path.read_text().splitlines()) <= 200


@every_pair
def test_a_page_is_the_same_in_both_languages(english: Page, persian: Page) -> None:
    """The same headings in the same order, the same pictures and examples, and each leads to the other."""
    levels = [heading.level for heading in english.headings]
    assert len(levels) > 2
    assert levels[0] == 1
    assert 1 not in levels[1:]
    assert [heading.level for heading in persian.headings] == levels
    assert _pictures(english) == _pictures(persian)
    assert [kind for kind, _ in english.blocks] == [kind for kind, _ in persian.blocks]
    assert _commands(english) == _commands(persian)
    assert _shape(english.examples) == _shape(persian.examples)
    for one, other in ((english, persian), (persian, english)):
        way = other.path.relative_to(one.path.parent, walk_up=True)
        assert f"({way})" in one.text


def _pictures(page: Page) -> list[str]:
    return [Path(link).name for link in page.links if link.endswith(".png")]


def _commands(page: Page) -> list[str]:
    """Return the commands of a page, without what is said of them."""
    return [re.sub(r" *#.*", "", code) for kind, code in page.blocks if kind == "sh"]


def _shape(example: Any, key: str = "") -> Any:
    """Return an example without its texts."""
    match example:
        case dict():
            return {name: _shape(value, name) for name, value in example.items()}
        case list():
            return [_shape(value, key) for value in example]
        case str() if key not in _NAMES_IN_EXAMPLES:
            return "a text"
        case str():
            return re.sub(r"\{\{.*\}\}", "a template", example)
    return "a number" if key == "estimated_cost" else example


@every_document
def test_a_page_begins_with_what_is_in_it(page: Page) -> None:
    """Its list of contents names each heading of the second level, and links to it."""
    contents = re.findall(r"^- \[(.+)\]\(#([\w-]+)\)$", page.prose, re.MULTILINE)
    second = [heading for heading in page.headings if heading.level == 2]
    assert contents == [(heading.text, heading.anchor) for heading in second]


@every_pair
def test_a_heading_has_the_same_address_in_both_languages(
    english: Page, persian: Page
) -> None:
    """A link survives a change of the language, and none depends on what a browser makes of half-spaces."""
    if english.path.name in NAMES:
        wanted = [heading.anchor for heading in english.headings[1:]]
        assert len(set(wanted)) == len(wanted)
        assert [heading.anchor for heading in persian.headings[1:]] == wanted


@every_page
def test_the_links_of_a_page_lead_somewhere(page: Page) -> None:
    """To a file or a picture of the repository, and to a heading that is there."""
    lost = []
    for link in page.links:
        address, _, anchor = unquote(link).partition("#")
        target = page.path.parent / address if address else page.path
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            lost.append(link)
    assert lost == []


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "CHANGELOG.md", "info.md"])
def test_other_pages_links_lead_somewhere_too(name: str) -> None:
    """They are read on GitHub and in HACS."""
    links = Page(REPOSITORY / name, "en").links
    assert [link for link in links if not (REPOSITORY / link).exists()] == []


@every_page
def test_a_page_leads_to_its_own_language(page: Page) -> None:
    """Except where it offers the other one, in its first lines."""
    if page.path.parent != DOCS:
        other = {"en": "fa", "fa": "en"}[page.language]
        _, _, below = page.text.partition("\n## ")
        assert not re.findall(rf"\]\((?:\.\./|docs/){other}/", below)
        assert f"pictures/{other}/" not in page.text


def test_every_picture_is_shown() -> None:
    """A picture that no page shows is only weight."""
    shown = {
        (page.path.parent / link).resolve() for page in pages() for link in page.links
    }
    kept = {path.resolve() for path in (DOCS / "pictures").rglob("*.png")}
    assert kept
    assert kept - shown == set()


def test_both_overviews_lead_to_every_page() -> None:
    """No page can be found by luck alone."""
    overview = (DOCS / "README.md").read_text()
    for language, readme in READMES.items():
        for name in NAMES:
            assert f"({language}/{name})" in overview
            assert f"(docs/{language}/{name})" in readme.read_text()


def test_the_question_mark_of_a_form_leads_to_the_overview() -> None:
    """Home Assistant knows one address for all forms, so it is the page that leads on from each of them."""
    assert manifest()["documentation"] == f"{PAGES}/README.md"


@pytest.mark.parametrize("language", READMES)
def test_a_form_leads_to_its_page_in_the_readers_language(language: str) -> None:
    """What the address of the question mark can't do, a link in the form's own text can."""
    texts = " ".join(text for _, text in flat(translations(language)))
    links = re.findall(r"\{pages\}/([^)]+)\)", texts)
    assert len(links) == 3
    assert {link.partition("/")[0] for link in links} == {language}
    assert [link for link in links if not (DOCS / link).exists()] == []


@pytest.mark.parametrize("language", READMES)
def test_the_repairs_link_leads_to_a_section_of_a_page(language: str) -> None:
    """It is where a user is sent who does not know how to go on."""
    source = (COMPONENT / "account/repairs.py").read_text()
    [(name, anchor)] = re.findall(r"/([\w-]+\.md)#([\w-]+)\"", source)
    assert anchor in _anchors(DOCS / language / name)


@pytest.mark.parametrize("page", [persian for _, persian in pairs()], ids=str)
def test_a_persian_page_runs_from_right_to_left_except_for_code(page: Page) -> None:
    """Brackets and quotes of an example would be turned round."""
    opening, closing = '<div dir="rtl">', "</div>"
    assert page.text.startswith(opening)
    for block in re.finditer(r"^```\w+\n", page.text, re.MULTILINE):
        before = page.text[: block.start()]
        assert before.count(opening) == before.count(closing)
    assert page.text.count(opening) == page.text.count(closing)


@pytest.mark.parametrize("page", [persian for _, persian in pairs()], ids=str)
def test_a_persian_page_keeps_latin_names_and_zeros_readable(page: Page) -> None:
    """A name in code stands in U+2066 and U+2069, or its ends change places; a lone ۰ looks like a full stop."""
    lines = [
        line
        for line in page.prose.splitlines()
        if not re.match(r"#+ |- \[.*\]\(#", line)
    ]
    bare = [
        code
        for line in lines
        for code in re.findall(r".?`[^`]+`.?", line)
        if not re.fullmatch("\u2066`.*`\u2069", code)
    ]
    assert bare == []
    assert not re.search(r"(?<![۰-۹٬٫])۰(?![۰-۹٫])", page.prose)
