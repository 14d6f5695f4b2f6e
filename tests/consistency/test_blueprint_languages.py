"""The blueprints' two languages: each file in one language alone, and both do the same."""

from collections.abc import Iterator
import re
from typing import Any

from homeassistant.util.yaml import Input, parse_yaml
import pytest

from .sources import REPOSITORY

_FOLDER = REPOSITORY / "blueprints/automation/payamak"
_NAMES = sorted(
    path.stem for path in _FOLDER.iterdir() if not path.stem.endswith("_fa")
)
# What a user reads. The values of the last ones are words and marks that a text is put together from.
_TEXTS = ("name", "description", "label", "alias", "unit_of_measurement")
_PIECES = ("weekdays", "digits", "comma", "at", "nobody")

_PERSIAN = re.compile(r"[\u0600-\u06ff]")
# Code keeps its Latin letters, and stands by itself: its marks would otherwise go astray among Persian words.
_CODE = re.compile(r"\u2066[^\u2069]*\u2069")
_TEMPLATE = re.compile(r"\{\{.*?\}\}")
_QUOTED_IN_CODE = re.compile(r"[\"']")
_ARABIC_OR_LATIN = re.compile(r"[يىكة٠-٩0-9]|[آ-ی۰-۹\u200c] ?[,;?]")
_WITHOUT_HALF_SPACE = re.compile(
    r"\bن?می [آ-ی]|[آ-ی] (?:ها|های|هایی|تر|ترین)\b|\u200c(?![آ-ی])|(?<![آ-ی])\u200c"
)

every_name = pytest.mark.parametrize("name", _NAMES)


def _content(name: str) -> dict[str, Any]:
    content = parse_yaml((_FOLDER / f"{name}.yaml").read_text())
    assert isinstance(content, dict)
    return content


def _is_text(key: str, around: dict[str, Any]) -> bool:
    """Tell whether a value is one that a user reads; a default is, where its field holds a text."""
    if key == "default":
        return "text" in around.get("selector", {}) and isinstance(around[key], str)
    return key in (*_TEXTS, *_PIECES) and not isinstance(around[key], Input | dict)


def _texts(content: Any) -> Iterator[str]:
    """Give what a user reads."""
    if isinstance(content, list):
        for each in content:
            yield from _texts(each)
    elif isinstance(content, dict):
        for key, value in content.items():
            if not _is_text(key, content):
                yield from _texts(value)
            elif isinstance(value, list):
                yield from value
            elif key not in ("digits", "comma"):
                yield from filter(None, value.split("\n"))


def _without_texts(content: Any) -> Any:
    """Give what a blueprint does, and of each text only how much it holds of what is filled in."""
    if isinstance(content, list):
        return [_without_texts(each) for each in content]
    if not isinstance(content, dict):
        return content
    return {
        key: _kind(key, value) if _is_text(key, content) else _without_texts(value)
        for key, value in content.items()
        if key != "source_url"
    }


def _kind(key: str, text: Any) -> Any:
    if key in ("weekdays", "digits"):
        return len(text)
    return [bool(text), text.count("\n"), sorted(re.findall(r"\{\{ ([\w.]+)", text))]


@every_name
def test_both_languages_do_the_same(name: str) -> None:
    """Whatever is no text is equal: triggers, conditions, actions, inputs and their order."""
    english, persian = _content(name), _content(f"{name}_fa")
    assert _without_texts(persian) == _without_texts(english)
    assert list(persian["blueprint"]["input"]) == list(english["blueprint"]["input"])
    assert list(_texts(persian)) != list(_texts(english))


@every_name
def test_an_english_blueprint_is_english(name: str) -> None:
    """Nothing that a user reads is in another script."""
    texts = list(_texts(_content(name)))
    assert len(texts) > 20
    assert [text for text in texts if _PERSIAN.search(text)] == []


@every_name
def test_a_persian_blueprint_is_persian(name: str) -> None:
    """Each paragraph, with Persian letters, digits, marks and half-spaces."""
    texts = list(_texts(_content(f"{name}_fa")))
    assert [text for text in texts if not _PERSIAN.search(text)] == []
    prose = [_TEMPLATE.sub("", _CODE.sub("", text)) for text in texts]
    wrong = (_ARABIC_OR_LATIN, _WITHOUT_HALF_SPACE, _QUOTED_IN_CODE)
    assert [
        text for text in prose if any(pattern.search(text) for pattern in wrong)
    ] == []


@every_name
def test_the_persian_file_leads_to_the_english_one(name: str) -> None:
    """There stand the comments."""
    first, *others = (_FOLDER / f"{name}_fa.yaml").read_text().splitlines()
    assert first == f"# The same as {name}.yaml, in Persian."
    assert [line for line in others if line.lstrip().startswith("# ")] == []
