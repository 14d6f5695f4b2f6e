"""The Home Assistant that the demo prepares."""

import base64
import json
from pathlib import Path
from typing import Any

import bcrypt
import jwt
import pytest

from demo.home import PASSWORD, Home, clear, prepare_home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Prepare one."""
    return prepare_home(
        tmp_path, port=12345, language="fa", helpers={"scripts": {"one": {}}}
    )


def _stored(home: Home, key: str) -> Any:
    content = json.loads((home.config / ".storage" / key).read_text(encoding="utf-8"))
    assert content["key"] == key
    return content["data"]


def test_token_opens_this_home_alone(home: Home, tmp_path: Path) -> None:
    """Token and key are made anew for each run."""
    (refresh_token,) = _stored(home, "auth")["refresh_tokens"]
    claims = jwt.decode(home.token, refresh_token["jwt_key"], algorithms=["HS256"])
    assert claims["iss"] == refresh_token["id"]

    other_folder = tmp_path / "other"
    other_folder.mkdir()
    other = prepare_home(other_folder, port=1, language="fa", helpers={})
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(other.token, refresh_token["jwt_key"], algorithms=["HS256"])


def test_user_can_log_in(home: Home) -> None:
    """The password is stored the way Home Assistant checks it."""
    (login,) = _stored(home, "auth_provider.homeassistant")["users"]
    assert bcrypt.checkpw(PASSWORD.encode(), base64.b64decode(login["password"]))
    (credential,) = _stored(home, "auth")["credentials"]
    (user,) = _stored(home, "auth")["users"]
    assert credential["data"] == {"username": login["username"]}
    assert credential["user_id"] == user["id"]
    assert user["is_owner"]


def test_it_listens_on_loopback_alone_and_for_good(home: Home) -> None:
    """A pending server configuration would make Home Assistant restart after five minutes."""
    http = _stored(home, "http")
    assert http["stable"]["server_host"] == ["127.0.0.1"]
    assert http["stable"]["server_port"] == 12345
    assert http["pending"] is None
    assert "http:" not in (home.config / "configuration.yaml").read_text(
        encoding="utf-8"
    )


def test_language_is_set_for_home_and_user(home: Home) -> None:
    """Names of entities follow the home, the user interface follows the user."""
    core = _stored(home, "core.config")
    assert (core["language"], core["currency"], core["country"]) == ("fa", "IRR", "IR")
    (user,) = _stored(home, "auth")["users"]
    assert (
        _stored(home, f"frontend.user_data_{user['id']}")["language"]["language"]
        == "fa"
    )


@pytest.mark.parametrize(
    ("release", "version", "ssl_profile"),
    [
        ("2026.8.2", (2, 2), "modern"),
        ("2026.10.4", (2, 2), "modern"),
        ("2026.11.0", (3, 1), "intermediate_v6"),
        ("2027.1.0b2", (3, 1), "intermediate_v6"),
    ],
)
def test_server_settings_have_the_form_that_the_release_reads(
    tmp_path: Path, release: str, version: tuple[int, int], ssl_profile: str
) -> None:
    """A release can't read what a later one would store."""
    home = prepare_home(tmp_path, port=1, language="en", helpers={}, release=release)
    content = json.loads(
        (home.config / ".storage" / "http").read_text(encoding="utf-8")
    )
    assert (content["version"], content["minor_version"]) == version
    assert content["data"]["stable"]["ssl_profile"] == ssl_profile
    entries = _stored(home, "core.config_entries")["entries"]
    assert [entry["domain"] for entry in entries] == (
        ["marketplace"] if version[0] == 3 else []
    )


def test_nothing_goes_out_to_the_internet(tmp_path: Path) -> None:
    """Analytics are declined and the catalog of integrations is off."""
    home = prepare_home(
        tmp_path, port=1, language="fa", helpers={}, release="2026.11.0"
    )
    assert _stored(home, "core.analytics")["preferences"] == {}
    (entry,) = _stored(home, "core.config_entries")["entries"]
    assert (entry["domain"], entry["disabled_by"]) == ("marketplace", "user")


def test_secrets_are_readable_by_their_owner_alone(home: Home) -> None:
    """The token opens the door of a running Home Assistant."""
    private = [home.folder / "token", *(home.config / ".storage").iterdir()]
    assert {path.stat().st_mode & 0o777 for path in private} == {0o600}


def test_integration_is_the_checkouts_own(home: Home) -> None:
    """A change in the checkout is what the next start runs."""
    manifest = home.config / "custom_components" / "payamak" / "manifest.json"
    assert json.loads(manifest.read_text(encoding="utf-8"))["domain"] == "payamak"


def test_leftovers_of_an_earlier_run_are_cleared_but_not_the_integration(
    home: Home,
) -> None:
    """The link to the integration is removed, not what it leads to."""
    manifest = (
        home.config / "custom_components" / "payamak"
    ).resolve() / "manifest.json"
    clear(home.folder)
    assert list(home.folder.iterdir()) == []
    assert manifest.is_file()
