"""The page of phones."""

from .page import Page

__all__ = ["Page"]
