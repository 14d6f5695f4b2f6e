"""A Home Assistant of its own for the demo: configuration, users and token written before it starts."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
import json
import os
from pathlib import Path
import secrets
import shutil
import sys
from typing import Literal
import uuid

from awesomeversion import AwesomeVersion
import bcrypt
import jwt

from .api import Json
from .processes import LOOPBACK, Server, clean_environment

REPOSITORY = Path(__file__).parent.parent
INTEGRATION = REPOSITORY / "custom_components" / "payamak"

RELEASE = version("homeassistant")

USER = "demo"
PASSWORD = "demo"

type Language = Literal["en", "fa"]

_CONFIGURATION = """\
# Written anew at each start of the demo.
history:
logbook:
  exclude: # one line for each SMS; see docs/en/delivery.md
    entity_globs: ["*.payamak_*"]
automation: !include automations.yaml
script: !include scripts.yaml
input_text: !include input_text.yaml
input_boolean: !include input_boolean.yaml
logger:
  default: warning
  logs:
    custom_components.payamak: debug
    demo.witness: info  # what a check sees happen
    homeassistant.util.package: info  # would tell of anything installed at the start
    # No cameras here, so their tools may be missing.
    homeassistant.components.camera.img_util: critical
    haffmpeg: critical
"""


@dataclass(frozen=True)
class Home:
    """Where the demo's Home Assistant is and how to get in."""

    folder: Path
    port: int
    token: str

    @property
    def config(self) -> Path:
        """The configuration folder."""
        return self.folder / "config"

    @property
    def url(self) -> str:
        """The address of the user interface."""
        return f"http://{LOOPBACK}:{self.port}"

    async def start(self) -> Server:
        """Start Home Assistant; it isn't ready yet."""
        return await Server.start(
            "Home Assistant",
            [
                sys.executable,
                "-P",
                "-m",
                "homeassistant",
                "--config",
                str(self.config),
                "--log-no-color",
            ],
            folder=self.folder,
            log=self.folder / "home-assistant.log",
            environment=clean_environment(),
        )


def prepare_home(
    folder: Path,
    *,
    port: int,
    language: Language,
    helpers: Mapping[str, Json],
    release: str = RELEASE,
) -> Home:
    """Write a configuration with onboarding done; `helpers` are further YAML files by their name, as JSON."""
    config = folder / "config"
    components = config / "custom_components"
    storage = config / ".storage"
    components.mkdir(parents=True)
    storage.mkdir(mode=0o700)
    (components / "payamak").symlink_to(INTEGRATION, target_is_directory=True)
    (config / "configuration.yaml").write_text(_CONFIGURATION, encoding="utf-8")
    (config / "automations.yaml").write_text("[]\n", encoding="utf-8")
    for name, content in helpers.items():
        # JSON is YAML too.
        text = json.dumps(content, ensure_ascii=False, indent=2)
        (config / f"{name}.yaml").write_text(text + "\n", encoding="utf-8")

    token, stores = _stores(port=port, language=language, release=release)
    for store in stores:
        store.write(storage)
    _write_private(folder / "token", token)
    return Home(folder, port, token)


def clear(folder: Path) -> None:
    """Remove what an earlier run left in its folder."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)


@dataclass(frozen=True)
class _Store:
    """One file of Home Assistant's storage."""

    key: str
    data: Json
    version: int = 1
    minor_version: int = 1

    def write(self, storage: Path) -> None:
        content = {
            "version": self.version,
            "minor_version": self.minor_version,
            "key": self.key,
            "data": self.data,
        }
        _write_private(
            storage / self.key, json.dumps(content, ensure_ascii=False, indent=2)
        )


def _stores(*, port: int, language: Language, release: str) -> tuple[str, list[_Store]]:
    """Return a fresh token and all that the onboarding would have stored."""
    user_id, credential_id, token_id = (uuid.uuid4().hex for _ in range(3))
    key = secrets.token_hex(64)
    now = datetime.now(UTC)
    has_2026_11 = AwesomeVersion(release) >= "2026.11.0"
    expires = now + timedelta(days=365)
    token = jwt.encode(
        {"iss": token_id, "iat": now, "exp": expires}, key, algorithm="HS256"
    )
    hashed = base64.b64encode(
        bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt())
    ).decode()

    auth = {
        "users": [
            {
                "id": user_id,
                "group_ids": ["system-admin"],
                "is_owner": True,
                "is_active": True,
                "name": USER.capitalize(),
                "system_generated": False,
                "local_only": False,
            }
        ],
        "groups": [
            {"id": f"system-{name}", "name": name}
            for name in ("admin", "users", "read-only")
        ],
        "credentials": [
            {
                "id": credential_id,
                "user_id": user_id,
                "auth_provider_type": "homeassistant",
                "auth_provider_id": None,
                "data": {"username": USER},
            }
        ],
        "refresh_tokens": [
            {
                "id": token_id,
                "user_id": user_id,
                "client_id": None,
                "client_name": "Demo",
                "client_icon": None,
                "token_type": "long_lived_access_token",
                "created_at": now.isoformat(),
                "access_token_expiration": (expires - now).total_seconds(),
                "token": secrets.token_hex(64),
                "jwt_key": key,
                "last_used_at": None,
                "last_used_ip": None,
                "expire_at": None,
                "credential_id": None,
                "version": None,
            }
        ],
    }
    core = {
        "latitude": 35.7,
        "longitude": 51.4,
        "elevation": 1200,
        "unit_system_v2": "metric",
        "location_name": {"en": "Home", "fa": "خانه"}[language],
        "time_zone": "Asia/Tehran",
        "external_url": None,
        # The address that the stand-in's panel calls; others leave it to Home Assistant to find out.
        "internal_url": f"http://{LOOPBACK}:{port}",
        "currency": "IRR",
        "country": "IR",
        "language": language,
        "radius": 100,
    }
    http = {
        "stable": {
            "server_host": [LOOPBACK],
            "server_port": port,
            "cors_allowed_origins": [],
            "login_attempts_threshold": -1,
            "ip_ban_enabled": False,
            "ssl_profile": "intermediate_v6" if has_2026_11 else "modern",
            "use_x_frame_options": True,
            "created_at": now.isoformat(),
            "error": None,
            "error_message": None,
        },
        "pending": None,
        "yaml_migration_done": True,
    }
    # Left on, it would fetch its catalog from the internet; new in 2026.11.
    marketplace = {
        "entry_id": uuid.uuid4().hex,
        "domain": "marketplace",
        "title": "",
        "source": "system",
        "disabled_by": "user",
        "version": 1,
        "minor_version": 1,
        "unique_id": None,
        "data": {},
        "options": {},
        "subentries": [],
        "discovery_keys": {},
        "pref_disable_new_entities": False,
        "pref_disable_polling": False,
        "created_at": now.isoformat(),
        "modified_at": now.isoformat(),
    }
    display = {
        "language": language,
        "number_format": "language",
        "time_format": "language",
        "date_format": "language",
        "time_zone": "server",
        "first_weekday": "language",
    }
    return token, [
        _Store(
            "onboarding",
            {"done": ["user", "core_config", "analytics", "integration"]},
            version=4,
        ),
        _Store("auth", auth),
        _Store(
            "auth_provider.homeassistant",
            {"users": [{"username": USER, "password": hashed}]},
        ),
        _Store("core.config", core, minor_version=4),
        _Store("core.analytics", {"onboarded": True, "preferences": {}, "uuid": None}),
        _Store(
            "core.config_entries",
            {"entries": [marketplace] if has_2026_11 else []},
            minor_version=5,
        ),
        # In YAML this would be a trial that Home Assistant takes back by a restart after five minutes.
        _Store("http", http, version=3)
        if has_2026_11
        else _Store("http", http, version=2, minor_version=2),
        _Store(f"frontend.user_data_{user_id}", {"language": display}),
    ]


def _write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    with os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
        "w",
        encoding="utf-8",
    ) as file:
        file.write(text)
