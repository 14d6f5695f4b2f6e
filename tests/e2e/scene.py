"""Where everything is that a scene works with."""

from dataclasses import dataclass

from playwright.async_api import Page

from demo.steps import Stage

from .camera import Camera
from .frontend import Frontend
from .words import Words

SENSORS = ("credit", "base_price", "balance")


@dataclass
class Scene:
    """The home, the gateway, and the two windows that a user looks through."""

    stage: Stage
    words: Words
    frontend: Frontend
    camera: Camera
    phones: Page

    @property
    def sensor_names(self) -> list[str]:
        """The names of the account's sensors."""
        return [self.words.payamak(f"entity.sensor.{key}.name") for key in SENSORS]
