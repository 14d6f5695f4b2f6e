"""Lets one history happen, from the first start to the end at which all must be well."""

from collections.abc import Callable, Mapping
from typing import Any

from .world import World


def tell(
    story: Callable[[World], None],
    options: Mapping[str, Any],
    gate: Mapping[str, Any] | None = None,
) -> list[str]:
    """Return what does not hold in a history, and nothing where all does."""
    world = World(options, **(gate or {}))
    try:
        world.boot()
        world.let_pass(1)
        story(world)
        world.look()
        if not world.oracle.violations:
            world.heal()
    finally:
        world.close()
    return list(world.oracle.violations)
