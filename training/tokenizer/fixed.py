"""Fixed text that stands around what matters in a prompt: one token each keeps prompts, and so training, short.

Names and values stay outside of these texts, so that they are cut alike wherever they occur.
"""

from __future__ import annotations

from training.generate.chat import SCHEMA_LEAD, TOOLS_CLOSE, TOOLS_OPEN
from training.generate.drawing import SVG_TEXTS
from training.generate.server_tools import FIXED_TEXTS

_TYPES = ("string", "integer", "number", "boolean")

# As the chat template writes declared functions.
DECLARATIONS = (
    TOOLS_OPEN,
    TOOLS_CLOSE,
    '\n{"type": "function", "function": {"name": "',
    '", "description": "',
    '", "parameters": {"type": "object", "properties": {"',
    '", "parameters": {"type": "object", "properties": {}}}}',
    '"}}, "required": ["',
    '"}}}}',
    '"]}}, "required": ["',
    '"]}}}',
    '", "enum": ["',
    *(f'": {{"type": "{kind}", "description": "' for kind in _TYPES),
    *(f'": {{"type": "array", "items": {{"type": "{kind}"}}, "description": "' for kind in _TYPES),
)

# Schemas of answers in compact JSON: as people write them, and as pydantic does, which puts a title before each type.
SCHEMAS = (
    SCHEMA_LEAD,
    '{"type":"object","properties":{"',
    '{"properties":{"',
    '":{"title":"',
    '":{"type":"array","items":{"type":"object","properties":{"',
    '":{"type":"object","properties":{"',
    '":{"type":"string","enum":["',
    '":{"anyOf":[{"type":"string"},{"type":"null"}]',
    '"}},"required":["',
    '"]}},"required":["',
    '"},"',
    '"]},"',
    '"]}',
    '"],"additionalProperties":false}',
    '"],"title":"',
    '","type":"object"}',
    *(
        text.replace("T", kind)
        for kind in _TYPES
        for text in ('":{"type":"T"},"', '":{"type":"T"}},"required":["', '":{"type":"T","description":"')
    ),
    *(text.replace("T", kind) for kind in _TYPES for text in ('","type":"T"},"', '","type":"T"}},"required":["')),
    *(f'":{{"type":"array","items":{{"type":"{kind}"}}}},"' for kind in _TYPES),
    *(f'","type":"array","items":{{"type":"{kind}"}}}},"' for kind in _TYPES),
)

FIXED = (*DECLARATIONS, *SCHEMAS, *FIXED_TEXTS, *SVG_TEXTS)
