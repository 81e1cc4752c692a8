"""Family 7: simple scenes and coloured shapes as small SVG documents."""

from __future__ import annotations

from training.generate import words
from training.generate.chat import Message, Sample
from training.generate.draw import Draw, pool

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200">'
# Each element has its own fixed place, so that any of them fit together.
BACKGROUNDS = {"day": "skyblue", "night": "midnightblue", "sunset": "orange"}
ELEMENTS = {
    "sun": '<circle cx="160" cy="40" r="20" fill="gold"/>',
    "moon": '<circle cx="40" cy="40" r="15" fill="white"/>',
    "stars": '<circle cx="70" cy="30" r="2" fill="white"/><circle cx="100" cy="50" r="2" fill="white"/><circle cx="130" cy="20" r="2" fill="white"/>',
    "clouds": '<ellipse cx="80" cy="45" rx="30" ry="12" fill="white"/>',
    "mountains": '<polygon points="0,150 60,70 120,150" fill="gray"/><polygon points="80,150 140,60 200,150" fill="dimgray"/>',
    "hills": '<ellipse cx="100" cy="170" rx="120" ry="40" fill="green"/>',
    "sea": '<rect y="140" width="200" height="60" fill="steelblue"/>',
    "beach": '<rect y="170" width="200" height="30" fill="khaki"/>',
    "grass": '<rect y="150" width="200" height="50" fill="green"/>',
    "house": '<rect x="70" y="110" width="60" height="50" fill="brown"/><polygon points="60,110 100,75 140,110" fill="darkred"/>',
    "trees": '<rect x="26" y="120" width="8" height="40" fill="brown"/><circle cx="30" cy="110" r="20" fill="darkgreen"/>',
    "skyline": '<rect x="10" y="90" width="40" height="110" fill="dimgray"/><rect x="60" y="60" width="40" height="140" fill="gray"/><rect x="110" y="100" width="50" height="100" fill="dimgray"/>',
    "boat": '<polygon points="80,150 130,150 120,165 90,165" fill="brown"/><polygon points="105,100 105,145 130,145" fill="white"/>',
    "flowers": '<circle cx="150" cy="175" r="6" fill="red"/><circle cx="170" cy="180" r="6" fill="yellow"/>',
    "river": '<polygon points="90,150 110,150 140,200 60,200" fill="steelblue"/>',
}
ORDER = list(ELEMENTS)
SHAPES = {
    "circle": '<circle cx="100" cy="100" r="60" fill="{c}"/>',
    "square": '<rect x="40" y="40" width="120" height="120" fill="{c}"/>',
    "rectangle": '<rect x="30" y="60" width="140" height="80" fill="{c}"/>',
    "triangle": '<polygon points="100,30 170,160 30,160" fill="{c}"/>',
    "ellipse": '<ellipse cx="100" cy="100" rx="80" ry="50" fill="{c}"/>',
    "star": '<polygon points="100,20 120,80 180,80 130,115 150,180 100,140 50,180 70,115 20,80 80,80" fill="{c}"/>',
    "heart": '<path d="M100 170 L30 90 A35 35 0 0 1 100 60 A35 35 0 0 1 170 90 Z" fill="{c}"/>',
}
SHAPE_ASKS = pool(
    "Draw a {c} {x}.|Draw a {c} {x} as SVG|An SVG of a {c} {x}, please.|Make a {c} {x}.|Show me a {c} {x} as SVG.|Can you draw a {c} {x}?|Write an SVG with a {c} {x}",
    "Please draw a {c} {x}|I want a picture of a {c} {x}.|Create an SVG image of a {c} {x}.",
)
SCENE_ASKS = pool(
    "Draw {x}.|Draw a picture of {x}|Draw {x} as SVG.|An SVG of {x}, please.|Make an SVG of {x}.|Can you draw {x}?|Write an SVG that shows {x}|Create a drawing with {x}.|Paint {x}|Show {x} as SVG.",
    "Please draw {x}|I want a picture with {x}.|Generate an SVG image of {x}.|Sketch a scene with {x}",
)
WITH_ARTICLE = {
    "sun": "the sun",
    "moon": "the moon",
    "sea": "the sea",
    "house": "a house",
    "skyline": "a city skyline",
    "boat": "a boat",
    "river": "a river",
    "beach": "a beach",
    "grass": "grass",
}


def scene(background: str, parts: list[str]) -> str:
    """The document of a scene; far things first."""
    return (
        f'{HEAD}<rect width="200" height="200" fill="{BACKGROUNDS[background]}"/>'
        + "".join(ELEMENTS[part] for part in ORDER if part in parts)
        + "</svg>"
    )


def drawing(d: Draw) -> Sample:
    """One shape, or a scene of one to three things by day, at night or at sunset."""
    if d.chance(0.35):
        colour, shape = str(d.pick(words.COLOURS)).replace("golden", "gold"), str(d.pick(list(SHAPES)))
        asked = str(d.pick(SHAPE_ASKS)).replace("{c}", colour).replace("{x}", shape)
        answer = f"{HEAD}{SHAPES[shape].replace('{c}', colour)}</svg>"
        return Sample("drawing", [Message("user", asked), Message("assistant", answer)], [], {"svg": [colour, SHAPES[shape].split()[0]]})
    parts = [str(part) for part in d.some(ORDER, d.weighted(((2, 1), (3, 2), (2, 3))))]
    background = d.weighted(((5, "day"), (2, "night"), (3, "sunset")))
    if "stars" in parts or "moon" in parts:
        background = "night"
    when = {"day": "", "night": " at night", "sunset": " at sunset"}[background]
    said = words.listing([WITH_ARTICLE.get(part, part) for part in parts]) + when
    if background == "sunset" and d.chance(0.4):
        said = "a sunset over " + words.listing([WITH_ARTICLE.get(part, part) for part in parts])
    asked = str(d.pick(SCENE_ASKS)).replace("{x}", said)
    wanted = [BACKGROUNDS[background], *(ELEMENTS[part] for part in parts)]
    return Sample("drawing", [Message("user", asked), Message("assistant", scene(background, parts))], [], {"svg": wanted})
