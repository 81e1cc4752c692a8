"""Family 7: simple scenes and coloured shapes as small SVG documents."""

from __future__ import annotations

from training.generate import words
from training.generate.chat import Message, Sample
from training.generate.draw import Draw, pool
from training.generate.wishes import dressed

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200">'
TAIL = "</svg>"
# Texts that recur in the documents, which the tokenizer may make single tokens.
SVG_TEXTS = (
    HEAD, TAIL, '<rect width="200" height="200" fill="', '<circle cx="', '<rect x="', '<ellipse cx="', '<polygon points="', '" y="', '" cy="', '" r="',
    '" rx="', '" ry="', '" width="', '" height="', '" fill="', '"/>',
)  # fmt: skip
# Each element has its own fixed place, so that any of them fit together.
BACKGROUNDS = {"day": "skyblue", "night": "midnightblue", "sunset": "orange", "sunrise": "pink", "grey": "lightgray"}
ELEMENTS = {
    "sun": '<circle cx="160" cy="40" r="20" fill="gold"/>',
    "moon": '<circle cx="40" cy="40" r="15" fill="white"/>',
    "stars": '<circle cx="70" cy="30" r="2" fill="white"/><circle cx="100" cy="50" r="2" fill="white"/><circle cx="130" cy="20" r="2" fill="white"/>',
    "clouds": '<ellipse cx="80" cy="45" rx="30" ry="12" fill="white"/>',
    "rainbow": '<circle cx="100" cy="150" r="90" fill="red"/><circle cx="100" cy="150" r="80" fill="yellow"/><circle cx="100" cy="150" r="70" fill="blue"/>',
    "birds": '<ellipse cx="60" cy="70" rx="8" ry="3" fill="black"/><ellipse cx="90" cy="80" rx="8" ry="3" fill="black"/>',
    "mountains": '<polygon points="0,150 60,70 120,150" fill="gray"/><polygon points="80,150 140,60 200,150" fill="dimgray"/>',
    "hills": '<ellipse cx="100" cy="170" rx="120" ry="40" fill="green"/>',
    "sea": '<rect x="0" y="140" width="200" height="60" fill="steelblue"/>',
    "lake": '<ellipse cx="100" cy="175" rx="70" ry="20" fill="steelblue"/>',
    "beach": '<rect x="0" y="170" width="200" height="30" fill="khaki"/>',
    "grass": '<rect x="0" y="150" width="200" height="50" fill="green"/>',
    "snow": '<rect x="0" y="150" width="200" height="50" fill="white"/>',
    "road": '<polygon points="90,150 110,150 140,200 60,200" fill="gray"/>',
    "river": '<polygon points="90,150 110,150 140,200 60,200" fill="steelblue"/>',
    "house": '<rect x="70" y="110" width="60" height="50" fill="brown"/><polygon points="60,110 100,75 140,110" fill="darkred"/>',
    "tree": '<rect x="26" y="120" width="8" height="40" fill="brown"/><circle cx="30" cy="110" r="20" fill="darkgreen"/>',
    "trees": '<rect x="26" y="120" width="8" height="40" fill="brown"/><circle cx="30" cy="110" r="20" fill="darkgreen"/>'
    '<rect x="166" y="120" width="8" height="40" fill="brown"/><circle cx="170" cy="110" r="20" fill="darkgreen"/>',
    "skyline": '<rect x="10" y="90" width="40" height="110" fill="dimgray"/><rect x="60" y="60" width="40" height="140" fill="gray"/>'
    '<rect x="110" y="100" width="50" height="100" fill="dimgray"/>',
    "tower": '<rect x="90" y="50" width="20" height="110" fill="gray"/><polygon points="85,50 100,30 115,50" fill="darkred"/>',
    "boat": '<polygon points="80,150 130,150 120,165 90,165" fill="brown"/><polygon points="105,100 105,145 130,145" fill="white"/>',
    "flowers": '<circle cx="150" cy="175" r="6" fill="red"/><circle cx="170" cy="180" r="6" fill="yellow"/>',
    "snowman": '<circle cx="100" cy="150" r="25" fill="white"/><circle cx="100" cy="110" r="16" fill="white"/>',
    "car": '<rect x="60" y="160" width="60" height="20" fill="red"/><circle cx="75" cy="182" r="8" fill="black"/><circle cx="105" cy="182" r="8" fill="black"/>',
}
ORDER = list(ELEMENTS)
# How an element is named; those of the evaluation's half are unseen wording for seen things.
SAID = {
    "sun": pool("the sun|a sun|a bright sun", "a shining sun"),
    "moon": pool("the moon|a moon|a full moon", "a pale moon"),
    "stars": pool("stars|some stars|a few stars|three stars", "many stars"),
    "clouds": pool("clouds|a cloud|a white cloud|some clouds", "a small cloud"),
    "rainbow": pool("a rainbow|the rainbow", "a bright rainbow"),
    "birds": pool("birds|two birds|some birds", "a few birds"),
    "mountains": pool("mountains|two mountains|the mountains|a mountain range|some mountains", "high mountains"),
    "hills": pool("hills|a hill|a green hill", "green hills"),
    "sea": pool("the sea|the ocean|a blue sea|a calm sea", "the wide sea"),
    "lake": pool("a lake|a small lake|the lake", "a round lake"),
    "beach": pool("a beach|the beach|a sandy beach", "a beach with sand"),
    "grass": pool("grass|a meadow|a green meadow|a lawn", "green grass"),
    "snow": pool("snow|white snow|a field of snow", "deep snow"),
    "road": pool("a road|a street", "a long road"),
    "river": pool("a river|the river|a stream", "a wide river"),
    "house": pool("a house|a small house|a little house|a home", "a house with a roof"),
    "tree": pool("a tree|one tree|a green tree", "a single tree"),
    "trees": pool("trees|two trees|some trees", "a few trees"),
    "skyline": pool("a city skyline|a skyline|city buildings|the skyline of a city", "the skyline of a big city"),
    "tower": pool("a tower|a tall tower", "a high tower"),
    "boat": pool("a boat|a sailing boat|a small boat|a ship", "a boat with a sail"),
    "flowers": pool("flowers|two flowers|some flowers", "a few flowers"),
    "snowman": pool("a snowman|the snowman", "a little snowman"),
    "car": pool("a car|a red car", "a small car"),
}
SHAPES = {
    "circle": '<circle cx="{x}" cy="100" r="{r}" fill="{c}"/>',
    "square": '<rect x="{l}" y="{t}" width="{w}" height="{w}" fill="{c}"/>',
    "rectangle": '<rect x="{l}" y="{m}" width="{w}" height="{r}" fill="{c}"/>',
    "triangle": '<polygon points="{x},{t} {e},{b} {l},{b}" fill="{c}"/>',
    "ellipse": '<ellipse cx="{x}" cy="100" rx="{r}" ry="{h}" fill="{c}"/>',
    "diamond": '<polygon points="{x},{t} {e},100 {x},{b} {l},100" fill="{c}"/>',
}
ONLY = {
    "star": '<polygon points="100,20 120,80 180,80 130,115 150,180 100,140 50,180 70,115 20,80 80,80" fill="{c}"/>',
    "heart": '<path d="M100 170 L30 90 A35 35 0 0 1 100 60 A35 35 0 0 1 170 90 Z" fill="{c}"/>',
}
ALSO_CALLED = {"circle": ("circle", "circle", "disc", "dot", "ball"), "rectangle": ("rectangle", "box"), "ellipse": ("ellipse", "oval")}
SIZES = {"": 60, "small ": 30, "big ": 80, "large ": 80, "little ": 30, "tiny ": 16}

_DRAW = pool(
    "draw|paint|make|create|show|show me|generate|can you draw|could you draw|please draw|please make|draw me|paint me|I'd like|I want|can you make|could you paint|would you draw|design|render|give me|produce|will you draw",
    "please sketch|sketch|I need|come up with|might you draw",
)
_AS = pool(
    "{x}|{x}|{x}|{x} as SVG|an SVG of {x}|an SVG image of {x}|a picture of {x}|a drawing of {x}|{x} in SVG|an svg with {x}|a small picture of {x}|SVG code for {x}|"
    "an image of {x}|a simple drawing of {x}|an SVG that shows {x}|a scene with {x}|an image with {x}|the SVG for {x}|{x} as an svg image|{x} as a vector image",
    "an SVG drawing with {x}|a picture with {x}|a sketch of {x}|a vector graphic of {x}",
)
_AT = {
    "day": pool("||| by day| on a sunny day| under a blue sky| in the morning", " during the day| at noon", blanks=True),
    "night": pool(" at night| by night| in the night| under a night sky", " on a dark night", blanks=True),
    "sunset": pool(" at sunset| in the sunset| in the evening light| with a sunset sky", " as the sun sets", blanks=True),
    "sunrise": pool(" at sunrise| at dawn| in the sunrise", " as the sun rises", blanks=True),
    "grey": pool(" on a grey day| on a gray day| in bad weather| under a grey sky", " on a cloudy day", blanks=True),
}
_OVER = pool("a sunset over {x}|the sunset above {x}|a sunset with {x}|sunset over {x}", "an evening sky over {x}")


def scene(background: str, parts: list[str]) -> str:
    """The document of a scene; far things first."""
    sky = f'<rect width="200" height="200" fill="{BACKGROUNDS[background]}"/>'
    return HEAD + sky + "".join(ELEMENTS[part] for part in ORDER if part in parts) + TAIL


def shape(name: str, colour: str, middle: int, half: int) -> str:
    """A shape around (`middle`, 100) that reaches `half` to each side."""
    marks = {
        "x": middle,
        "r": half,
        "l": middle - half,
        "e": middle + half,
        "t": 100 - half,
        "b": 100 + half,
        "w": 2 * half,
        "h": half // 2,
        "m": 100 - half // 2,
        "c": colour,
    }
    return (SHAPES.get(name) or ONLY[name]).format(**marks)


def _asked(d: Draw, what: str) -> str:
    return dressed(
        d,
        f"{d.pick(_DRAW)} {str(d.pick(_AS)).replace('{x}', what)}" if d.chance(0.85) else str(d.pick(_AS)).replace("{x}", what),
        plain=0.6,
    )


def _shapes(d: Draw) -> tuple[str, str, list[str]]:
    """One shape, or two side by side: what is asked, the document, and what it must hold."""
    names = d.some(list(SHAPES), 2) if d.chance(0.35) else [d.pick([*SHAPES, *ONLY])]
    said, drawn = [], []
    for at, name in enumerate(names):
        colour = str(d.pick(words.COLOURS)).replace("golden", "gold")
        size = d.pick(list(SIZES)) if len(names) == 1 and name in SHAPES and d.chance(0.4) else ""
        middle, half = (100, SIZES[size]) if len(names) == 1 else (50 + 100 * at, 40)
        drawn.append(shape(name, colour, middle, half))
        called = str(d.pick(ALSO_CALLED.get(name, (name,))))
        noun = f"{size}{colour} {called}"
        said.append(f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}")
    # Whatever joins them, the first one stands left.
    joined = str(d.pick((" and ", " and ", " next to ", " beside "))).join(said)
    if d.chance(0.15):
        behind = d.pick(("white", "black", "lightgray"))
        drawn.insert(0, f'<rect width="200" height="200" fill="{behind}"/>')
        joined += f" on a {'grey' if behind == 'lightgray' else behind} background"
    return joined, HEAD + "".join(drawn) + TAIL, drawn


def _scene(d: Draw) -> tuple[str, str, list[str]]:
    """One to three things by day, at night, at sunset or so."""
    parts = [str(part) for part in d.some(ORDER, d.weighted(((3, 1), (4, 2), (3, 3))))]
    for one, other in (("tree", "trees"), ("road", "river"), ("sun", "moon"), ("sun", "stars")):
        if one in parts and other in parts:
            parts.remove(one)
    background = str(d.weighted(((5, "day"), (2, "night"), (3, "sunset"), (1, "sunrise"), (1, "grey"))))
    if "stars" in parts or "moon" in parts:
        background = "night"
    elif "sun" in parts and background in ("night", "grey"):
        background = "day"
    said = words.listing([str(d.pick(SAID[part])) for part in parts])
    if background == "sunset" and d.chance(0.4):
        said = str(d.pick(_OVER)).replace("{x}", said)
    elif background != "night" or not ({"stars", "moon"} & set(parts)) or d.chance(0.5):
        said += str(d.pick(_AT[background])) if background != "day" or d.chance(0.3) else ""
    return said, scene(background, parts), [BACKGROUNDS[background], *(ELEMENTS[part] for part in parts)]


def drawing(d: Draw) -> Sample:
    """One or two drawings: a coloured shape or two, or a scene."""
    messages: list[Message] = []
    wanted: list[str] = []
    for _ in range(d.weighted(((7, 1), (2, 2)))):
        what, answer, wanted = _shapes(d) if d.chance(0.35) else _scene(d)
        messages += [Message("user", _asked(d, what)), Message("assistant", answer)]
    return Sample("drawing", messages, [], {"svg": wanted})
