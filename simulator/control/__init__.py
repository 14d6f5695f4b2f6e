"""The control API of the stand-in."""

from .control import Control

__all__ = ["Control"]
