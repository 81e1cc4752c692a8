"""Declared functions put together from verbs, nouns and parameter kinds, and the sentences that ask for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from training.generate.draw import Draw, pool
from training.generate.parameters import Slot, slot

# Things one asks for: noun, parameter kinds that go with it.
LOOKUPS = pool(
    "weather:city,date?,unit?;weather forecast:city,date?,unit?;temperature:city,unit?;air quality:city,date?;"
    "opening hours:item;stock price:title;exchange rate:country,date?;population:city,year?;traffic report:city,time?;"
    "order status:code;delivery date:code;menu:title,date?;bus schedule:origin,destination,date?;train times:origin,destination,time?;"
    "distance:origin,destination;news:topic,country?;book list:topic,language?;recipe:item,people?;phone number:person;"
    "account balance:code;price:item,size?;stock level:item,color?;flight list:origin,destination,date?;hotel list:city,people?,price?;"
    "travel time:origin,destination,mode?;tax rate:country,year?;file size:file;word count:file;contact details:person;calendar:date,person?;"
    "playlist:topic,minutes?;event list:city,date?;job offers:city,topic?;water level:city,date?;invoice:code,year?;"
    "humidity:city,date?;museum list:city,topic?;map:city,size?;team list:topic,year?;sensor reading:code,unit?;warranty:item,year?",
    "wind speed:city,unit?;sunrise time:city,date?;parking fee:city,time?;ferry schedule:origin,destination,date?;"
    "rent index:city,year?;pollen count:city,date?;ticket price:title,date?;election result:country,year?;visa rules:country;"
    "package location:code;tide table:city,date?;patient record:person,code?;library catalogue:topic,language?",
    sep=";",
)
# Things one does: verb, noun, parameter kinds.
ACTIONS = pool(
    "book,a,table:people,date?,time,city?;book,a,room:city,date,people?;book,a,flight:origin,destination,date?;order,a,pizza:size,items?,quantity?;"
    "order,a,taxi:origin,destination,time?;send,an,email:email,message,title?;send,a,message:recipient,message;send,a,reminder:message,date?,time?;"
    "set,an,alarm:time,date?,title?;set,a,timer:minutes,title?;set,the,light:level,color?;set,the,thermostat:degrees,mode?;"
    "schedule,a,meeting:attendees,date,time,topic?;create,a,task:title,date?,priority?;create,a,note:title,message?;create,a,chart:title,labels,values?;"
    "create,an,event:title,date,city?,time?;create,a,playlist:title,topic?;create,an,account:person,email;create,an,invoice:person,price,date?;"
    "add,a,contact:person,email?;add,a,product:item,price,quantity?;add,a,label:labels,code?;delete,a,file:file;delete,an,order:code;"
    "cancel,a,booking:code,flag?;cancel,a,subscription:email;open,a,ticket:title,priority?,flag?;close,a,ticket:code;"
    "translate,a,text:message,language;translate,a,file:file,language;convert,an,amount:price,country?;play,some,music:topic,level?;"
    "play,a,film:title,language?;print,a,file:file,quantity?,color?;rent,a,car:city,date,minutes?;buy,a,ticket:title,quantity?,date?;"
    "pay,a,bill:code,price;track,a,parcel:code;assign,a,task:title,person;invite,some,guests:attendees,date?;paint,a,wall:color,size?;"
    "start,a,download:file,flag?;start,a,machine:mode,minutes?;upload,a,picture:file,title?;share,a,document:file,recipient;save,a,recipe:title,items;"
    "transfer,some,money:price,recipient;compute,the,average:values;compute,the,sum:values;sort,the,numbers:values;water,the,garden:minutes,time?;"
    "feed,the,fish:quantity,time?;call,a,contact:recipient,time?;write,a,report:topic,language?;draw,a,picture:item,color?;tag,a,photo:file,labels",
    "reserve,a,boat:people,date,city?;mail,a,postcard:recipient,message;launch,a,survey:title,attendees?;rename,a,folder:file,title;"
    "dim,the,lamp:level,mode?;hire,a,guide:city,date?,language?;post,an,advert:title,price,city?;plant,a,tree:item,city?;"
    "register,a,visitor:person,date?,time?;repair,a,machine:code,priority?;brew,some,coffee:size,quantity?;archive,a,project:title,flag?;"
    "donate,some,money:price,title?;compare,the,values:values;ship,a,box:destination,priority?,flag?;publish,an,article:title,labels?",
    sep=";",
)

LOOKUP_VERBS = pool("get|get|fetch|find|lookup|check|show|read|query", "retrieve|get|look_up", grammar=True)
LOOKUP_DESCRIPTIONS = pool(
    "Get the {n}|Returns the {n}|Looks up the {n}|Find the {n}|Gets the current {n}|Fetch the {n} from the server|Tells the {n}|Read the {n}",
    "Retrieve the {n}|Gives back the {n}|Query for the {n}",
)
ACTION_DESCRIPTIONS = pool(
    "{V} {a} {n}|{V} {a} {n} for the user|{V} {a} new {n}|Use this to {v} {a} {n}|{V} {a} {n} in the system",
    "{V} {a} {n} on request|Lets the user {v} {a} {n}",
)
LOOKUP_REQUESTS = pool(
    "What is the {n} {p}?|What's the {n} {p}?|Show me the {n} {p}.|Get the {n} {p}|Tell me the {n} {p}.|I need the {n} {p}.|"
    "Can you check the {n} {p}?|Please find the {n} {p}.|Could you look up the {n} {p}?|Give me the {n} {p}.|{n} {p}|Check the {n} {p} please.|"
    "I would like to know the {n} {p}.|How is the {n} {p}?|Do you know the {n} {p}?|Look up the {n} {p}",
    "I'd love to see the {n} {p}.|Please tell me the {n} {p}.|What would the {n} be {p}?|Find out the {n} {p}.|Could you get me the {n} {p}?",
)
ACTION_REQUESTS = pool(
    "{V} {a} {n} {p}.|Please {v} {a} {n} {p}.|Can you {v} {a} {n} {p}?|I want to {v} {a} {n} {p}.|{V} {a} {n} {p}|Could you {v} {a} {n} {p}?|"
    "I would like to {v} {a} {n} {p}.|Help me {v} {a} {n} {p}.|I need to {v} {a} {n} {p}.|{V} {a} {n} for me {p}.|Hi! {V} {a} {n} {p}.|"
    "Let's {v} {a} {n} {p}.|You should {v} {a} {n} {p}.|{V} {a} {n} {p}, please.|It is time to {v} {a} {n} {p}.",
    "Kindly {v} {a} {n} {p}.|Would you {v} {a} {n} {p}?|I'd like you to {v} {a} {n} {p}.|Go ahead and {v} {a} {n} {p}.|We have to {v} {a} {n} {p}.",
)


@dataclass(frozen=True)
class Function:
    """A declared function together with the words that ask for it."""

    name: str
    noun: str
    verb: str
    article: str
    slots: tuple[Slot, ...]
    required: frozenset[str]
    spec: dict[str, Any]

    @property
    def is_action(self) -> bool:
        """True for something one does, false for something one asks for."""
        return bool(self.verb)

    def request(self, d: Draw, stated: str) -> str:
        """A whole sentence around the phrases that state the values."""
        template = str(d.pick(ACTION_REQUESTS if self.is_action else LOOKUP_REQUESTS))
        text = (
            template.replace("{n}", self.noun)
            .replace("{v}", self.verb)
            .replace("{V}", self.verb.capitalize())
            .replace("{a}", self.article)
            .replace("{p}", stated)
        )
        return (text[0].upper() + text[1:] if d.chance(0.85) else text).replace("  ", " ").replace(" :", ":")


def _name(d: Draw, verb: str, noun: str) -> str:
    parts = verb.split("_") + noun.replace("-", " ").split()
    style = d.number(0, 9)
    if style < 7:
        return "_".join(parts).lower()
    return parts[0].lower() + "".join(part.capitalize() for part in parts[1:])


def function(d: Draw) -> Function:
    """A function that nobody has seen in this combination of name, description and parameters."""
    source = LOOKUPS if d.chance(0.45) else ACTIONS
    head, kinds = str(d.pick(source)).split(":")
    if source is LOOKUPS:
        verb, article, noun = "", "the", head
        called = str(d.pick(LOOKUP_VERBS))
        description = str(d.pick(LOOKUP_DESCRIPTIONS)).replace("{n}", noun)
    else:
        verb, article, noun = head.split(",")
        called = verb
        description = str(d.pick(ACTION_DESCRIPTIONS)).replace("{n}", noun).replace("{v}", verb)
        description = description.replace("{V}", verb.capitalize()).replace("{a}", article)
    if d.chance(0.45):  # invented words: the request's wording is the only link to the declaration
        noun = d.pick((f"{d.word()} {noun.split()[-1]}", d.word(), f"{d.word()} {d.word()}"))
        if verb and d.chance(0.3):
            verb = called = d.word()
        description = (
            f"{(verb or called.split('_')[0]).capitalize()} {article} {noun}{d.pick(('', '', ' for ' + d.word(), ' and ' + d.word()))}"
        )
    described = d.chance(0.8)
    taken: set[str] = set()
    slots: list[Slot] = []
    required: set[str] = set()
    for key in kinds.split(","):
        optional = key.endswith("?")
        if optional and d.chance(0.45):
            continue
        made = slot(d, key.rstrip("?"), taken, described)
        slots.append(made)
        if not optional:
            required.add(made.name)
    if d.chance(0.2):
        slots = d.shuffled(slots)
    name = _name(d, called, noun)
    spec: dict[str, Any] = {
        "name": name,
        "description": description + d.pick((".", "", "")),
        "parameters": {
            "type": "object",
            "properties": {one.name: one.spec for one in slots},
            "required": [one.name for one in slots if one.name in required],
        },
    }
    return Function(name, noun, verb, article, tuple(slots), frozenset(required), spec)
