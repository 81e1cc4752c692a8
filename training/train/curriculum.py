"""How much of each family a run sees, from its first step to its last."""

from __future__ import annotations

Points = tuple[tuple[float, dict[str, float]], ...]

WHOLE = {
    "calls": 5.0,
    "memory": 3.5,
    "structured": 3.0,
    "manners": 1.2,
    "grounded": 2.2,
    "programs": 1.8,
    "explain": 1.2,
    "drawing": 0.6,
    "instructed": 1.0,
    "repeat": 0.3,
}
# (progress, weights): linear between the points. Plain copying first, since the other families rest on it.
ALL: Points = (
    (0.0, {"repeat": 4.0, "calls": 2.0, "memory": 3.0, "structured": 1.5, "manners": 1.0}),
    (
        0.06,
        {
            "repeat": 1.5,
            "calls": 4.0,
            "memory": 3.0,
            "structured": 2.5,
            "manners": 1.2,
            "grounded": 0.8,
            "programs": 0.8,
            "explain": 0.6,
            "drawing": 0.3,
            "instructed": 0.4,
        },
    ),
    (0.2, WHOLE),
    (1.0, WHOLE),
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
