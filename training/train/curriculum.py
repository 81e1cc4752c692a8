"""How much of each family a run sees, from its first step to its last."""

from __future__ import annotations

Points = tuple[tuple[float, dict[str, float]], ...]

# (progress, weights): linear between the points. Plain copying first, since the other families rest on it.
ALL: Points = (
    (0.0, {"repeat": 4.0, "calls": 2.0, "memory": 3.0, "structured": 1.5, "manners": 1.0}),
    (0.08, {"repeat": 1.5, "calls": 4.0, "memory": 3.0, "structured": 2.5, "manners": 1.2, "grounded": 0.5}),
    (
        0.25,
        {
            "repeat": 0.4,
            "calls": 5.0,
            "memory": 3.0,
            "structured": 2.5,
            "manners": 1.5,
            "grounded": 2.0,
            "explain": 1.0,
            "programs": 2.0,
            "drawing": 0.7,
        },
    ),
    (
        1.0,
        {
            "repeat": 0.2,
            "calls": 5.0,
            "memory": 3.0,
            "structured": 2.5,
            "manners": 1.5,
            "grounded": 2.0,
            "explain": 1.0,
            "programs": 2.0,
            "drawing": 0.7,
        },
    ),
)
# What a CPU can hope for: the first families, reading out of texts, and a few explanations.
FIRST: Points = (
    (0.0, {"repeat": 4.0, "calls": 2.0, "memory": 3.0, "structured": 1.5, "manners": 1.0}),
    (0.08, {"repeat": 1.5, "calls": 4.0, "memory": 3.0, "structured": 2.5, "manners": 1.2, "grounded": 0.5}),
    (0.25, {"repeat": 0.4, "calls": 5.0, "memory": 2.8, "structured": 2.5, "manners": 1.5, "grounded": 1.0, "explain": 0.5}),
    (0.45, {"repeat": 0.3, "calls": 5.0, "memory": 2.8, "structured": 2.5, "manners": 1.5, "grounded": 1.0, "explain": 0.5}),
    (0.55, {"repeat": 0.3, "calls": 5.0, "memory": 3.0, "structured": 3.0, "manners": 1.3, "grounded": 0.2, "explain": 0.5}),
    (1.0, {"repeat": 0.3, "calls": 5.0, "memory": 3.0, "structured": 3.0, "manners": 1.3, "grounded": 0.2, "explain": 0.5}),
)


def weights(points: Points, progress: float) -> dict[str, float]:
    """Relative weights of the families at a progress between 0 and 1."""
    for (start, before), (end, after) in zip(points, points[1:]):
        if progress <= end:
            share = (progress - start) / (end - start)
            return {
                family: before.get(family, 0.0) + share * (after.get(family, 0.0) - before.get(family, 0.0))
                for family in {**before, **after}
            }
    return dict(points[-1][1])
