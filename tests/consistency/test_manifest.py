"""manifest.json and hacs.json: what hassfest, the HACS action and the Marketplace demand."""

import ast
from collections.abc import Iterator
import json
from pathlib import Path
import re
import tomllib
from urllib.parse import urlsplit

from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
import homeassistant
from homeassistant.const import Platform
import pytest

from custom_components.payamak.const import DOCUMENTATION, DOMAIN

from .sources import (
    COMPONENT,
    REPOSITORY,
    manifest,
    modules,
    nodes,
    read_json,
    translations,
)

_REQUIRED = {
    "codeowners",
    "documentation",
    "domain",
    "integration_type",
    "iot_class",
    "issue_tracker",
    "name",
    "version",
}
_ALLOWED = _REQUIRED | {
    "after_dependencies",
    "categories",
    "config_flow",
    "connectivity",
    "dependencies",
    "loggers",
    "requirements",
    "single_config_entry",
}
_HACS_KEYS = {
    "content_in_root": bool,
    "country": list,
    "filename": str,
    "hacs": str,
    "hide_default_branch": bool,
    "homeassistant": str,
    "name": str,
    "persistent_directory": str,
    "render_readme": bool,
    "zip_release": bool,
}
_VERSIONS = [
    AwesomeVersionStrategy.CALVER,
    AwesomeVersionStrategy.SEMVER,
    AwesomeVersionStrategy.SIMPLEVER,
    AwesomeVersionStrategy.BUILDVER,
    AwesomeVersionStrategy.PEP440,
]
# Home Assistant always has these, so hassfest lets them be used without a dependency.
_ALWAYS_LOADED = {platform.value for platform in Platform} | {
    "homeassistant",
    "persistent_notification",
    "system_health",
}


def test_the_manifest_has_the_required_keys_and_no_unknown_one() -> None:
    """Hassfest refuses both."""
    assert manifest().keys() >= _REQUIRED
    assert manifest().keys() <= _ALLOWED


def test_the_manifests_keys_are_in_hassfests_order() -> None:
    """Domain and name come first, the others by the alphabet."""
    domain, name, *others = manifest()
    assert (domain, name) == ("domain", "name")
    assert others == sorted(others)


def test_the_name_holds_the_words_that_people_search_for() -> None:
    """The search of Home Assistant's list finds a word only if it begins within the first 20 characters."""
    name = manifest()["name"]
    for word in ("payamak", "پیامک", "sms", "melipayamak"):
        assert 0 <= name.lower().find(word) <= 20, word
    # The list of integrations to add has this name in every language, so it holds the Persian word too.
    assert name.replace("پیامک ", "") == f"{translations('en')['title']} (Melipayamak)"
    # Wherever Home Assistant translates the name, Persian users see their own word for it. Both are short: before the
    # name of an action, on a phone, a longer one would leave no room for it.
    assert translations("fa")["title"] == "پیامک"
    assert len(translations("en")["title"]) <= 12


def test_the_domain_is_the_folders_name() -> None:
    """Home Assistant looks for the one in the other."""
    assert manifest()["domain"] == DOMAIN == COMPONENT.name
    folders = [path.name for path in COMPONENT.parent.iterdir() if path.is_dir()]
    assert sorted(set(folders) - {"__pycache__"}) == [DOMAIN]


def test_no_integration_of_home_assistant_has_the_domain() -> None:
    """A custom one of the same domain would hide it."""
    assert not (Path(homeassistant.__file__).parent / "components" / DOMAIN).exists()


@pytest.mark.parametrize("key", ["documentation", "issue_tracker"])
def test_the_manifests_addresses_lead_to_the_repository(key: str) -> None:
    """Both are shown as links."""
    url = urlsplit(manifest()[key])
    assert (url.scheme, url.netloc) == ("https", "github.com")
    assert manifest()[key].startswith(DOCUMENTATION)


def test_the_version_is_one_that_can_be_compared_and_the_same_everywhere() -> None:
    """The Marketplace refuses others; the changelog has a section for it."""
    version = manifest()["version"]
    assert AwesomeVersion(version).strategy in _VERSIONS
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    assert project["project"]["version"] == version
    changelog = (REPOSITORY / "CHANGELOG.md").read_text()
    assert f"## [{version}]" in changelog


def test_every_codeowner_is_an_account_of_github() -> None:
    """The Marketplace shows them as the authors."""
    assert manifest()["codeowners"]
    for owner in manifest()["codeowners"]:
        assert re.fullmatch(r"@[A-Za-z0-9][A-Za-z0-9/_-]*", owner)


def test_the_integration_is_a_polled_service_of_the_cloud() -> None:
    """So it is sorted in by Home Assistant's settings."""
    assert manifest()["integration_type"] == "service"
    assert manifest()["iot_class"] == "cloud_polling"
    assert manifest()["config_flow"] is True
    assert (COMPONENT / "config_flow.py").is_file()


def test_categories_and_connectivity_are_home_assistants_own_words() -> None:
    """Newer versions bring the lists; the older ones tested here ignore both keys."""
    categories, connectivity = manifest()["categories"], manifest()["connectivity"]
    generated = Path(homeassistant.__file__).parent / "generated"
    if (generated / "integration_categories.json").is_file():
        slugs = {
            f"{category['slug']}.{subcategory['slug']}"
            for category in json.loads(
                (generated / "integration_categories.json").read_text()
            )
            for subcategory in category["subcategories"]
        }
        words = {
            item["slug"]
            for item in json.loads(
                (generated / "integration_connectivity.json").read_text()
            )
        }
    else:
        # As in the lists of 2026.11, the first version that has them.
        slugs = {"messaging_notifications.email_sms_calls"}
        words = {"cloud"}
    assert slugs.issuperset(categories)
    assert words.issuperset(connectivity)


def test_nothing_has_to_be_downloaded() -> None:
    """Package registries are often out of reach where the gateway is used."""
    assert manifest()["requirements"] == []


def _dependencies() -> set[str]:
    return {*manifest()["dependencies"], *manifest()["after_dependencies"]}


def _used_components(path: str) -> Iterator[str]:
    for imported in nodes(ast.ImportFrom, path):
        module = (imported.module or "").split(".")
        if module[:2] == ["homeassistant", "components"]:
            yield from module[2:3] or [alias.name for alias in imported.names]


def test_every_component_that_is_used_is_a_dependency_or_always_there() -> None:
    """Hassfest refuses imports of others."""
    used = {
        component
        for path in modules()
        for component in _used_components(path)
        # A platform's own file is loaded by that component alone.
        if component != path.removesuffix(".py")
    }
    assert used
    assert used <= _ALWAYS_LOADED | _dependencies()


def test_every_dependency_is_a_component_of_home_assistant() -> None:
    """A dependency that doesn't exist keeps the integration from loading."""
    components = Path(homeassistant.__file__).parent / "components"
    for dependency in _dependencies():
        assert (components / dependency / "manifest.json").is_file()


def test_hacs_json_has_only_known_keys_of_the_right_type() -> None:
    """The HACS action refuses others, the Marketplace leaves them out."""
    hacs = read_json(REPOSITORY / "hacs.json")
    assert hacs["name"] == manifest()["name"].replace("پیامک ", "")
    for key, value in hacs.items():
        assert isinstance(value, _HACS_KEYS[key]), key
    assert hacs["country"] == ["IR"]


def test_hacs_finds_the_zip_that_a_release_brings() -> None:
    """zip_release needs a filename, and the workflow has to make that very file."""
    hacs = read_json(REPOSITORY / "hacs.json")
    assert hacs["zip_release"] is True
    workflow = (REPOSITORY / ".github/workflows/release.yml").read_text()
    assert f'"$RUNNER_TEMP/{hacs["filename"]}"' in workflow


def test_the_lowest_home_assistant_that_hacs_promises_is_the_one_tested() -> None:
    """A promise that nobody tests is broken sooner or later."""
    lowest = AwesomeVersion(read_json(REPOSITORY / "hacs.json")["homeassistant"])
    pins = (REPOSITORY / "requirements-lowest.txt").read_text()
    pinned = re.search(r"^homeassistant==(\S+)", pins, re.MULTILINE)
    assert pinned
    tested = AwesomeVersion(pinned[1])
    assert (lowest.section(0), lowest.section(1)) == (
        tested.section(0),
        tested.section(1),
    )
    assert lowest <= tested
