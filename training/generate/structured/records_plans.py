"""Records of plans: events, recipes, trips and things to do."""

from __future__ import annotations

from training.generate import words
from training.generate.draw import Draw, pool
from training.generate.structured.record_parts import (
    INTEGER,
    NUMBER,
    STRING,
    STRINGS,
    Kind,
    RecordFact,
    chosen,
    column,
    fact,
    flag,
    halves,
    inner,
    named,
    price,
    several,
    whole,
    wordy,
)

DISHES = pool("soup|salad|pie|stew|cake|pasta|curry|bread|pancakes|omelette|tart", "risotto|dumplings|casserole|muffins")
MEANS = pool("train|bus|plane|car|boat|bike", "ferry|coach|tram|ship")
_AMOUNTS = ("{} g", "{} ml", "{} cups", "{} spoons", "{}", "{} kg", "{}g", "1/{} cup", "{} teaspoons", "2 1/{} cups")


def amount(d: Draw) -> str:
    """How much of an ingredient, with its unit."""
    return str(d.rng.choice(_AMOUNTS)).format(d.rng.choice((2, 3, 4, 5, 10, 50, 100, 150, 200, 250, 500)))


def step(d: Draw) -> str:
    """One step of a recipe, as an order."""
    form = d.rng.choice(
        (
            "Mix the {} and the {}",
            "Add the {}",
            "Cut the {}",
            "Boil the {}",
            "Stir in the {}",
            "Bake for {n} minutes",
            "Wash the {}",
            "Wait {n} minutes",
        )
    )
    return form.replace("{n}", str(d.number(2, 90))).format(*(words.food(d) for _ in range(form.count("{}"))))


def outing(d: Draw) -> str:
    """What an event is called: a title, or a plain noun."""
    return (
        words.title(d)
        if d.chance(0.7)
        else f"{d.word()} {d.rng.choice(('fair', 'party', 'concert', 'workshop', 'meeting', 'dinner', 'show'))}"
    )


PLANS: dict[str, Kind] = {
    "event": Kind(
        halves("event|meeting|appointment|calendar entry // gathering"),
        halves("title|event|name|what|summary // event_name"),
        halves("Title of the event|Name of the event|What it is // What the gathering is called"),
        outing,
        halves("'{n}'|the event '{n}'|the {n}|our {n} // '{n}'|the gathering '{n}'", grammar=True),
        halves(
            "The event is '{n}'.|We plan '{n}'.|Join us for '{n}'.|Come to '{n}'.|Next: '{n}'.|We invite you to '{n}'.|'{n}' is near.|Title: '{n}'.|"
            "There will be a {n}.|We are going to a {n}.|Are you coming to the {n}?|Don't miss the {n}! // Announcing '{n}'.|Soon there is '{n}'.",
            grammar=True,
        ),
        {
            "date": fact(
                STRING,
                words.date,
                "date|day|when|event_date // on_date",
                "{s} takes place on {v}|{s} is on {v}|the date is {v}|we meet on {v}|save the date: {v}|planned for {v}|it will be on {v}|see you on {v}|be there on {v}|{s} was moved to {v}|"
                ", on {v} // {s} happens on {v}",
                "Date of the event|When it takes place|The day // On which day it happens",
            ),
            "time": fact(
                STRING,
                words.clock,
                "time|start|starts_at|begins|hour // start_time",
                "{s} starts at {v}|{s} begins at {v}|the start is at {v}|we open at {v}|be there at {v}|from {v}|the first talk is at {v}|time: {v}|{s} kicks off at {v} // doors open at {v}",
                "When it starts|Time of the event|Start // The hour of the beginning",
            ),
            "place": fact(
                STRING,
                words.city,
                "place|location|city|where|held_in // venue",
                "{s} is held in {v}|the place is {v}|we meet in {v}|{s} is in {v}|join us in {v}|travel to {v}|this time in {v}|everybody goes to {v}|place: {v}|{s} takes place in {v}|, in {v} // come to {v}",
                "Where it takes place|Place of the event|City // The venue",
            ),
            "guests": fact(
                STRINGS,
                several(words.first_name),
                "guests|attendees|people|participants|who // visitors",
                "{v} will come|the guests are {v}|with {v}|{v} take part|we expect {v}|{v} said yes|on the list: {v}|{v} will be there|we welcome {v}|guests: {v}|{v} are going to it|{v} are going|{v} want to go there // {v} are invited",
                "Who takes part|Names of the guests|Participants // The people that come",
            ),
            "seats": fact(
                INTEGER,
                whole(5, 500),
                "seats|capacity|places|seat_count // max_guests",
                "there are {v} seats|{v} places are free|up to {v} people|we have {v} chairs|space for {v} guests|{v} tickets|it holds {v} people|{s} has {v} seats // room for {v}",
                "Number of seats|How many people fit|Capacity // The most guests",
            ),
            "host": fact(
                STRING,
                words.full_name,
                "host|organiser|organizer|speaker|held_by // presenter",
                "the host is {v}|{v} is the host|{s} is organised by {v}|{v} leads through the evening|, hosted by {v}|ask {v} about it // {v} presents it",
                "Who organises it|Name of the host // The one who presents",
            ),
            "online": flag(
                "online|is_online|virtual|remote // via_video",
                "{s} is online/{s} is not online|you can join by video/you have to be there in person|online: yes/online: no // {s} runs over the internet/{s} does not run over the internet",
                "Whether it is online|True if one joins by video // If it is held over the internet",
            ),
        },
    ),
    "recipe": Kind(
        halves("recipe|dish // meal plan"),
        halves("name|title|recipe_name|dish // recipe"),
        halves("Name of the dish|The name of the recipe|What is cooked // What the meal is called"),
        lambda d: f"{words.food(d)} {d.word() if d.chance(0.3) else d.pick(DISHES)}",
        halves(
            "the recipe for {n}|my recipe for {n}|our recipe for {n}|this recipe for {n} // the recipe for {n}|that recipe of {n}",
            grammar=True,
        ),
        halves(
            "Today we cook {n}.|Here is my {n}.|A recipe for {n}.|I made {n}.|Try the {n}.|This is how {n} is made.|We love {n}.|Cook {n}.|The user wants to make {n}.|"
            "My mother makes {n}.|How do you make {n}? // Let us make {n}.|Do you know {n}?",
            grammar=True,
        ),
        {
            "ingredients": fact(
                STRINGS,
                several(words.food, 2, 4),
                "ingredients|items|needs|contents|what_you_need // shopping_list",
                "{s} needs {v}|you need {v}|with {v}|made of {v}|buy {v}|mix {v}|put in {v}|it is cooked with {v}|we use {v}|get {v}|they need {v}|ingredients: {v}|{s} uses {v} // take {v}",
                "What is needed|List of ingredients|Ingredients // Everything to buy",
            ),
            "amounts": inner(
                (
                    column(STRING, words.food, "name|ingredient|item|food // product"),
                    column(STRING, amount, "quantity|amount|how_much // measure"),
                ),
                "{1} {0}|{1} of {0}|{0} ({1}) // {0}: {1}|{1} {0}",
                "ingredients|items|needs|parts // shopping_list",
                "{s} needs {v}|you need {v}|take {v}|they need {v}|ingredients: {v}|mix {v}|{s} uses {v}|put in {v} // get {v}",
                "Ingredients with their amounts|What is needed and how much // Everything to buy",
                many=True,
            ),
            "minutes": fact(
                INTEGER,
                whole(2, 120),
                "minutes|time|duration|cook_time|prep_time_minutes|total_minutes // cooking_minutes",
                "{s} takes {v} minutes|ready in {v} minutes|bake it for {v} minutes|you need {v} minutes|done after {v} minutes|time: {v} minutes|wait {v} minutes|"
                "it is ready after {v} minutes // cook for {v} minutes",
                "Time in minutes|How long it takes|Minutes of work // The minutes on the stove",
            ),
            "servings": fact(
                INTEGER,
                whole(1, 12),
                "servings|portions|people|serves|yields // plates",
                "{s} serves {v}|for {v} people|makes {v} portions|it feeds {v}|serves {v} guests|portions: {v}|a meal for {v}|{s} makes {v} servings // enough for {v}",
                "Number of servings|For how many people|Portions // How many it feeds",
            ),
            "difficulty": chosen(
                "easy|medium|hard",
                "difficulty|level|how_hard // skill",
                "{s} is {v}|the level is {v}|this one is {v}|a {v} recipe|difficulty: {v}|cooks call it {v}|{v} to make // rated {v}",
                "How hard it is|Difficulty|Level // The skill one needs",
            ),
            "steps": RecordFact(
                halves("steps|instructions|method|directions // how_to"),
                halves("Steps in order|What to do|Instructions // How it is made"),
                STRINGS,
                several(step, 2, 3),
                halves(
                    "steps: {v}|do this: {v}|instructions: {v}|method: {v}|first, {v}|to make it, {v}|you {v} // how to: {v}", grammar=True
                ),
                row=halves(";|, then|. Then|. After that,|, and then // ; next,", grammar=True),
            ),
            "vegan": flag(
                "vegan|is_vegan|plant_based // meatless",
                "{s} is vegan/{s} is not vegan|vegans can eat it/vegans cannot eat it|vegan: yes/vegan: no // it suits vegans/it does not suit vegans",
                "Whether it is vegan|True if vegans can eat it // If it suits vegans",
            ),
        },
    ),
    "trip": Kind(
        halves("trip|journey|travel plan // voyage"),
        halves("destination|to|city|where_to // goal"),
        halves("Where the trip goes|Destination // The goal of the journey"),
        words.city,
        halves("the trip to {n}|our trip to {n}|my journey to {n} // the voyage to {n}|that tour to {n}", grammar=True),
        halves(
            "I am going to {n}.|We travel to {n}.|Plan a trip to {n}.|My next trip goes to {n}.|I want to visit {n}. // Let us go to {n}.",
            grammar=True,
        ),
        {
            "start": fact(
                STRING,
                words.date,
                "start|date|departure|leaves_on|departure_date // first_day",
                "{s} starts on {v}|we leave on {v}|I leave on {v}|{s} begins on {v}|departure is on {v} // we set off on {v}",
                "When the trip starts|Day of departure // The first day",
            ),
            "days": fact(
                INTEGER,
                whole(2, 30),
                "days|duration|length|number_of_days // day_count",
                "{s} lasts {v} days|we stay for {v} days|it takes {v} days|for {v} days|{s} is {v} days long // we are away for {v} days",
                "Length in days|How many days // How long one is away",
            ),
            "means": fact(
                STRING,
                wordy(MEANS, 0.2),
                "transport|by|vehicle|means // mode_of_travel",
                "we go by {v}|I take the {v}|we take the {v}|the {v} brings us there|by {v} // we travel by {v}",
                "How one travels|Means of transport // Which vehicle",
            ),
            "budget": fact(
                NUMBER,
                price,
                "budget|cost|price|max_price // funds",
                "the budget is {v} euros|{s} costs {v}|{s} may cost {v} dollars|I can spend {v} euros|we pay {v} // there are {v} euros for it",
                "Money for the trip|Budget // The sum to spend",
            ),
            "with": fact(
                STRINGS,
                several(words.first_name),
                "travellers|with|companions|people // company",
                "{v} come along|I go with {v}|I travel with {v}|together with {v}|the others are {v} // {v} join me",
                "Who comes along|Names of the companions // Those who join",
            ),
            "hotel": fact(
                STRING,
                lambda d: f"Hotel {named(d)}",
                "hotel|stay|lodging // accommodation",
                "we sleep at {v}|the hotel is {v}|I booked {v}|our room is at {v} // we live at {v}",
                "Name of the hotel|Where to sleep // The place for the nights",
            ),
        },
    ),
    "task": Kind(
        halves("task|to-do|reminder // chore"),
        halves("task|title|what|todo|name // chore"),
        halves("What is to be done|Title of the task // The chore"),
        lambda d: f"{d.rng.choice(('buy', 'clean', 'paint', 'repair', 'sell', 'check', 'order', 'bring', 'call'))} the {words.thing(d)}",
        halves("the task '{n}'|my task '{n}'|'{n}' // '{n}'|the chore '{n}'", grammar=True),
        halves(
            "Remember: {n}.|New task: {n}.|We have to {n}.|Please {n}.|I must {n}.|Somebody should {n}. // Do not forget: {n}.",
            grammar=True,
        ),
        {
            "due": fact(
                STRING,
                words.date,
                "due|due_date|deadline|by|when // latest_day",
                "{s} is due on {v}|it must be done by {v}|the deadline is {v}|do it on {v}|due: {v} // finish it by {v}",
                "When it is due|Deadline // The latest day",
            ),
            "who": fact(
                STRING,
                words.first_name,
                "assignee|who|person|assigned_to|owner // doer",
                "{v} will do it|it is a job for {v}|{v} takes care of it|ask {v} to do it|assigned to {v} // {v} is in charge",
                "Who does it|Person it is assigned to // The one in charge",
            ),
            "priority": chosen(
                "low|normal|high",
                "priority|importance|urgency // weight",
                "the priority is {v}|it has {v} priority|priority: {v}|{s} has {v} priority // rated as {v}",
                "How important it is|Priority // The weight of it",
            ),
            "done": flag(
                "done|completed|finished|is_done // closed",
                "it is done/it is not done yet|{s} is finished/{s} is not finished|done: yes/done: no|I did it already/I have not done it // {s} is over/{s} is still open",
                "Whether it is done|True if finished // If it is over",
            ),
            "minutes": fact(
                INTEGER,
                whole(5, 240),
                "minutes|duration|estimate|estimated_minutes // effort",
                "it takes {v} minutes|plan {v} minutes|{s} needs {v} minutes|it is about {v} minutes of work // {v} minutes will do",
                "Time in minutes|How long it takes // The effort in minutes",
            ),
        },
    ),
}
