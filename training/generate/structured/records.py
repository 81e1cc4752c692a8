"""All kinds of records that texts are turned into."""

from __future__ import annotations

from training.generate.structured.record_parts import Kind
from training.generate.structured.records_goods import GOODS
from training.generate.structured.records_people import PEOPLE
from training.generate.structured.records_plans import PLANS
from training.generate.structured.records_service import SERVICE
from training.generate.structured.records_trade import TRADE

KINDS: dict[str, Kind] = {**PEOPLE, **TRADE, **SERVICE, **PLANS, **GOODS}
