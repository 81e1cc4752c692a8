"""Records of things one has or wants: books, films, cars and flats."""

from __future__ import annotations

from training.generate import words
from training.generate.draw import pool
from training.generate.structured.record_parts import (
    INTEGER,
    NUMBER,
    STRING,
    STRINGS,
    Kind,
    chosen,
    column,
    fact,
    flag,
    halves,
    inner,
    named,
    several,
    street,
    whole,
    wordy,
)

GENRES = pool("crime|romance|history|fantasy|comedy|travel|horror|adventure", "mystery|satire|poetry|thriller")
FUELS = "petrol|diesel|electric|hybrid"


GOODS: dict[str, Kind] = {
    "book": Kind(
        halves("book|novel // volume"),
        halves("title|book|name|book_title // work_title"),
        halves("Title of the book|What the book is called // The name of the volume"),
        words.title,
        halves("'{n}'|the book '{n}'|the novel '{n}' // '{n}'|the volume '{n}'", grammar=True),
        halves(
            "I read '{n}'.|'{n}' is a book.|Do you know the book '{n}'?|A new book: '{n}'.|We have '{n}' on the shelf. // Here is '{n}'.",
            grammar=True,
        ),
        {
            "author": fact(
                STRING,
                words.full_name,
                "author|writer|written_by|by // author_name",
                "{s} was written by {v}|the author is {v}|{v} wrote it|, by {v}|, written by {v}|{s} is by {v}|author: {v} // {s} comes from the pen of {v}",
                "Who wrote it|Author of the book // The person who wrote it",
            ),
            "year": fact(
                INTEGER,
                whole(1800, 2035),
                "year|published|publication_year|published_in|released // year_of_print",
                "{s} was published in {v}|{s} came out in {v}|the year is {v}|it dates from {v}|, published in {v}|printed in {v}|{s} appeared in {v} // {s} was printed in {v}",
                "Year of publication|When it came out // The year of the print",
            ),
            "pages": fact(
                INTEGER,
                whole(40, 999),
                "pages|length|page_count|number_of_pages // sheets",
                "{s} has {v} pages|{v} pages long|there are {v} pages|it runs to {v} pages|, {v} pages long|{s} fills {v} pages // {s} counts {v} pages",
                "Number of pages|How long it is // The count of pages",
            ),
            "genre": fact(
                STRING,
                wordy(GENRES),
                "genre|category|kind|type // sort",
                "the genre is {v}|it belongs to {v}|genre: {v}|you find it under {v}|, a {v} book|{s} is a {v} book // {s} stands under {v}",
                "Genre|Kind of book // What sort of book it is",
            ),
            "language": fact(
                STRING,
                wordy(words.LANGUAGES, 0.2),
                "language|lang|written_in // tongue",
                "{s} is in {v}|{s} is written in {v}|the language is {v}|, in {v}|language: {v} // {s} was printed in {v}",
                "Language of the book|In which language it is // The tongue of the text",
            ),
            "rating": fact(
                NUMBER,
                lambda d: d.number(1, 10) if d.chance(0.5) else round(d.number(1, 9) + 0.5, 1),
                "rating|stars|score|points // mark",
                "I give it {v} stars|the rating is {v}|{s} got {v} stars|{s} has a rating of {v}|score: {v} // {s} earned {v} stars",
                "Rating in stars|How good it is // The mark it got",
            ),
        },
    ),
    "film": Kind(
        halves("film|movie // picture"),
        halves("title|film|movie|name // film_name"),
        halves("Title of the film|Which movie // What the picture is called"),
        words.title,
        halves("'{n}'|the film '{n}'|the movie '{n}' // '{n}'|the picture '{n}'", grammar=True),
        halves("We saw '{n}'.|'{n}' is a film.|Tonight: '{n}'.|I want to see the film '{n}'. // The cinema shows '{n}'.", grammar=True),
        {
            "director": fact(
                STRING,
                words.full_name,
                "director|directed_by|made_by // film_maker",
                "{s} was directed by {v}|the director is {v}|{v} made it|, directed by {v}|, a film by {v}|{s} is by {v}|director: {v} // {v} shot it",
                "Who made the film|Director // The one who shot it",
            ),
            "year": fact(
                INTEGER,
                whole(1920, 2035),
                "year|released|release_year|came_out // year_of_release",
                "{s} came out in {v}|{s} was released in {v}|the year is {v}|, released in {v}|it dates from {v}|{s} was made in {v} // {s} was first shown in {v}",
                "Year of the film|When it came out // The year of the first show",
            ),
            "minutes": fact(
                INTEGER,
                whole(60, 240),
                "minutes|length|duration|duration_minutes // running_time",
                "{s} lasts {v} minutes|{s} is {v} minutes long|it runs for {v} minutes|, {v} minutes long|length: {v} minutes // {s} goes on for {v} minutes",
                "Length in minutes|How long it is // The running time",
            ),
            "actors": fact(
                STRINGS,
                several(words.full_name, 1, 2),
                "actors|cast|starring|stars // players",
                "{s} stars {v}|the actors are {v}|you see {v}|with {v}|cast: {v}|it was played by {v} // {v} play in it",
                "Who plays in it|Actors // The players",
            ),
            "seen": flag(
                "seen|watched|have_seen // viewed",
                "I have seen it/I have not seen it|we watched it/we never watched it|seen: yes/seen: no // I know it already/I do not know it yet",
                "Whether the user saw it|True if it was watched // If the user knows it",
            ),
        },
    ),
    "car": Kind(
        halves("car|vehicle // automobile"),
        halves("model|car|name|make // type_name"),
        halves("Model of the car|Which car // The name of the vehicle"),
        named,
        halves("the {n}|my {n}|this {n}|our {n} // the {n}|that {n}", grammar=True),
        halves("I drive a {n}.|We have a {n}.|For sale: a {n}.|This is my {n}.|My car is a {n}. // There is a {n} outside.", grammar=True),
        {
            "year": fact(
                INTEGER,
                whole(1970, 2035),
                "year|built|model_year|year_built // vintage",
                "{s} was built in {v}|{s} is from {v}|the year is {v}|, built in {v}|it dates from {v} // {s} was made in {v}",
                "Year it was built|How old the car is, as a year // The year it was made",
            ),
            "fuel": chosen(
                FUELS,
                "fuel|engine|fuel_type|runs_on // drive",
                "the engine is {v}|fuel: {v}|{s} has a {v} engine|{s} is a {v} car|, a {v} car // {s} comes with a {v} motor",
                "Kind of engine|Fuel // What drives it",
            ),
            "km": fact(
                INTEGER,
                whole(10, 300000),
                "kilometers|km|mileage|distance // odometer",
                "{s} has run {v} km|{s} has {v} kilometres on the clock|it did {v} km|the meter shows {v} km // {s} was driven {v} km",
                "Kilometres driven|How far it went // What the meter shows",
            ),
            "doors": fact(
                INTEGER,
                whole(2, 5),
                "doors|door_count|number_of_doors // entrances",
                "{s} has {v} doors|there are {v} doors|it comes with {v} doors|, with {v} doors // {s} opens with {v} doors",
                "Number of doors|How many doors // The count of doors",
            ),
            "colour": fact(
                STRING,
                words.colour,
                "color|colour|paint // color_name",
                "{s} is {v}|the colour is {v}|{s} was painted {v}|the paint is {v} // {s} shines in {v}",
                "Colour of the car|Paint // The shade of it",
            ),
            "price": fact(
                NUMBER,
                whole(500, 60000),
                "price|cost|asking_price|amount // value",
                "{s} costs {v} euros|the price is {v}|I want {v} dollars for it|{s} is sold for {v}|you get it for ${v} // {s} goes for {v}",
                "Price of the car|How much it costs // What one pays",
            ),
        },
    ),
    "flat": Kind(
        halves("flat|apartment|home // dwelling"),
        halves("city|location|place // town"),
        halves("City of the flat|Where it is // The town it is in"),
        words.city,
        halves("the flat in {n}|our flat in {n}|the apartment in {n} // the dwelling in {n}|that flat in {n}", grammar=True),
        halves(
            "A flat in {n}.|We rent a flat in {n}.|For rent: an apartment in {n}.|I found a flat in {n}. // We offer a home in {n}.",
            grammar=True,
        ),
        {
            "rooms": fact(
                INTEGER,
                whole(1, 8),
                "rooms|room_count|number_of_rooms // chambers",
                "{s} has {v} rooms|there are {v} rooms|, with {v} rooms|rooms: {v}|it comes with {v} rooms // {s} offers {v} rooms",
                "Number of rooms|How many rooms // The count of rooms",
            ),
            "rent": fact(
                NUMBER,
                whole(200, 4000),
                "rent|price|monthly_rent|cost // fee",
                "the rent is {v}|{s} costs {v} euros a month|you pay {v} each month|{s} is {v} dollars a month|rent: {v} // {v} are due every month",
                "Rent per month|What it costs // The monthly fee",
            ),
            "size": fact(
                NUMBER,
                whole(20, 300),
                "size|area|square_meters|sqm // space",
                "{s} has {v} square metres|the area is {v} square metres|it is {v} sqm|{s} is {v} square meters big // {s} measures {v} square metres",
                "Area in square metres|How big it is // The space",
            ),
            "floor": fact(
                INTEGER,
                whole(1, 30),
                "floor|level|storey // height",
                "{s} is on floor {v}|it is on level {v}|take the lift to floor {v}|floor: {v} // {s} lies on floor {v}",
                "Which floor it is on|Floor // How high up it is",
            ),
            "balcony": flag(
                "balcony|has_balcony|with_balcony // terrace",
                "{s} has a balcony/{s} has no balcony|there is a balcony/there is no balcony|balcony: yes/balcony: no // {s} comes with a balcony/{s} comes without a balcony",
                "Whether there is a balcony|True if it has a balcony // If one can sit outside",
            ),
            "landlord": inner(
                (
                    column(STRING, words.full_name, "name|full_name|person // who"),
                    column(STRING, words.email, "email|mail|contact // reach"),
                ),
                "{0} ({1})|{0}, {1}|{0} at {1} // {0} - {1}|{0}, {1}",
                "landlord|owner|contact // lessor",
                "the landlord is {v}|the owner is {v}|please write to {v}|contact {v}|{s} belongs to {v} // ask {v}",
                "Who lets the flat|The landlord // The person to ask",
            ),
            "address": fact(
                STRING,
                street,
                "address|street_address|located_at|street // site",
                "the address is {v}|you find it at {v}|it is at {v}|{s} is at {v} // {s} lies at {v}",
                "Address of the flat|Where the house is // The place of it",
            ),
        },
    ),
}
