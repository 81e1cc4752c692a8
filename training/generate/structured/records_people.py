"""Records of people, animals and groups."""

from __future__ import annotations

from training.generate import words
from training.generate.draw import pool
from training.generate.structured.record_parts import (
    ADDRESS,
    INTEGER,
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
    phone,
    several,
    whole,
    wordy,
)

SPECIES = pool("dog|cat|horse|parrot|rabbit|goat|hamster|turtle", "ferret|canary|pony|goose")
ROLES = pool("leader|designer|tester|writer|cook|driver|coach|singer|drummer|analyst", "manager|treasurer|goalkeeper|editor")

PEOPLE: dict[str, Kind] = {
    "person": Kind(
        halves("person|profile|contact|people record|user // individual|human"),
        halves("name|full_name|person|who // person_name"),
        halves("Name of the person|Full name|Who it is // The person's complete name"),
        words.full_name,
        halves("{n} // {n}", grammar=True),
        halves(
            "This is {n}.|Meet {n}.|{n} is new here.|I know {n}.|Say hello to {n}.|Here comes {n}.|Our new member is {n}.|{n} wrote to us.|About {n}.|"
            "I met {n} yesterday.|My name is {n}.|We spoke with {n} on the phone.|You may know {n}. // Let me introduce {n}.|There is somebody called {n}.",
            grammar=True,
        ),
        {
            "age": fact(
                INTEGER,
                whole(3, 99),
                "age|years|years_old // age_in_years",
                "{s} is {v} years old|{s} is {v}|{s} turned {v}|{s} has reached {v} years|at {v}, {s} is still active|the age of {s} is {v}|{s} celebrated {v} years|"
                "{s} just turned {v}|{s} will soon be older than {v}|, {v}|, {v} years old|, now {v} years of age|, a {v}-year-old // , aged {v}|{s} is {v}",
                "Age in years|How old the person is|The person's age // Years of life",
            ),
            "city": fact(
                STRING,
                words.city,
                "city|home|lives_in|location|home_city|based_in // town|residence",
                "{s} lives in {v}|{s} comes from {v}|{s} is from {v}|{s} stays in {v}|you meet {s} in {v}|{s} went to {v}|at home in {v}|{s} has a flat in {v}|the town is {v}|"
                "{s} calls {v} home|{s} is based in {v}|{s} settled in {v}|{s} has a house in {v}|, from {v}|, living in {v}|, based in {v} // {s} moved to {v}|, of {v}",
                "City where the person lives|Home town|Where they live // The place of residence",
            ),
            "job": fact(
                STRING,
                wordy(words.JOBS),
                "job|occupation|profession|job_title|works_as // work|role",
                "{s} works as a {v}|{s} is a {v}|{s} has a job as {v}|{s} became a {v}|{s} was hired as a {v}|by profession a {v}|{s} found work as a {v}|{s} trained as a {v}|"
                "{s} is employed as a {v}|, a {v}|, a {v} by trade|, who works as a {v} // {s} earns a living as a {v}",
                "What the person does for a living|Job of the person|Profession // The person's trade",
            ),
            "email": fact(
                STRING,
                words.email,
                "email|mail|e_mail|contact // email_address",
                "the email is {v}|you reach {s} at {v}|mail goes to {v}|contact {v}|{s} reads {v}|send a mail to {v}|the address is {v}|{s} uses {v}|{s} can be reached at {v}|"
                "{s} has the address {v} // write to {v}",
                "E-mail address|Address for mail|How to reach the person by email // Where mail goes",
            ),
            "phone": fact(
                STRING,
                phone,
                "phone|telephone|mobile|phone_no // phone_number",
                "the phone number is {v}|call {v}|{s} answers {v}|{s} can be called at {v}|ring {v}|phone: {v}|the number is {v} // dial {v}",
                "Phone number|Number to call|Telephone // The line to dial",
            ),
            "hobbies": fact(
                STRINGS,
                several(words.topic),
                "hobbies|interests|likes|favourite_things // pastimes",
                "{s} likes {v}|{s} is interested in {v}|{s} loves {v}|{s} spends time on {v}|{s} is fond of {v}|hobbies: {v}|{s} reads about {v}|{s} is into {v}|"
                "{s} has a passion for {v} // {s} enjoys {v}",
                "What the person likes|List of interests|Hobbies // Things done for fun",
            ),
            "languages": fact(
                STRINGS,
                several(wordy(words.LANGUAGES, 0.2)),
                "languages|speaks|spoken_languages // tongues",
                "{s} speaks {v}|{s} knows {v}|{s} is fluent in {v}|{s} learnt {v}|languages: {v}|{s} talks in {v} // {s} understands {v}",
                "Languages the person speaks|Known languages // All tongues that are spoken",
            ),
            "married": flag(
                "married|is_married|has_spouse // wedded",
                "{s} is married/{s} is single|{s} has a spouse/{s} is not married|married: yes/married: no|{s} got married/{s} never married // {s} is wed/{s} is unmarried",
                "Whether the person is married|True if married // If there is a husband or wife",
            ),
            "children": fact(
                INTEGER,
                whole(0, 9),
                "children|kids|number_of_children|child_count // offspring",
                "{s} has {v} children|{s} has {v} kids|{s} is raising {v} children|there are {v} children at home|, a parent of {v} // {s} looks after {v} children",
                "Number of children|How many kids there are // Count of sons and daughters",
            ),
            "address": inner(
                ADDRESS,
                "{0} in {1}|{0}, {1}|{0} ({1}) // {0} at {1}|{0}, {1}",
                "address|home_address|lives_at // postal_address",
                "{s} lives at {v}|the address is {v}|you find {s} at {v}|post goes to {v}|{s} has a home at {v} // {s} resides at {v}",
                "Where the person lives|Address // The postal address",
            ),
        },
        human=True,
    ),
    "pet": Kind(
        halves("pet|animal // creature"),
        halves("name|pet|pet_name|called // animal_name"),
        halves("Name of the animal|What the pet is called // The creature's name"),
        named,
        halves("{n}|our pet {n}|my pet {n} // {n}|the animal {n}", grammar=True),
        halves(
            "This is {n}.|Meet {n}.|We have a pet, {n}.|Our pet is called {n}.|I got {n} last year. // Look, here is {n}.", grammar=True
        ),
        {
            "species": fact(
                STRING,
                wordy(SPECIES),
                "species|animal|kind|type // sort_of_animal",
                "{s} is a {v}|it is a {v}|, a {v}|the animal is a {v}|species: {v}|, my {v} // {s} belongs to us as a {v}",
                "Which animal it is|Kind of animal|Species // The sort of creature",
            ),
            "age": fact(
                INTEGER,
                whole(1, 25),
                "age|years|years_old // age_in_years",
                "{s} is {v} years old|{s} is {v}|{s} turned {v}|, {v} years old|the age is {v}|{s} was born {v} years ago // , aged {v}|{s} is {v}",
                "Age in years|How old the animal is // Years of life",
            ),
            "colour": fact(
                STRING,
                words.colour,
                "color|colour|fur|fur_color // coat",
                "{s} is {v}|{s} has {v} fur|the fur is {v}|{s} has a {v} coat|the colour is {v} // {s} looks {v}",
                "Colour of the animal|Color // What shade the fur has",
            ),
            "owner": fact(
                STRING,
                words.full_name,
                "owner|owner_name|belongs_to // keeper",
                "{s} belongs to {v}|the owner is {v}|{v} owns {s}|{v} feeds {s}|{s} lives with {v}|{v} is the owner // {v} keeps {s}",
                "Who owns the animal|Owner // The person who keeps it",
            ),
            "vaccinated": flag(
                "vaccinated|is_vaccinated|has_shots // immunised",
                "{s} is vaccinated/{s} is not vaccinated|{s} had all shots/{s} had no shots|vaccinated: yes/vaccinated: no // {s} was vaccinated/{s} was never vaccinated",
                "Whether the animal is vaccinated|True if it had its shots // If the vet gave the shots",
            ),
            "weight": fact(
                {"type": "number"},
                lambda d: d.number(1, 90) if d.chance(0.5) else round(d.number(1, 60) + 0.5, 1),
                "weight|kg|weight_kg|kilos // mass",
                "{s} weighs {v} kg|{s} has a weight of {v} kilos|the weight is {v} kg|the scale says {v} kg // {s} brings {v} kilos to the scale",
                "Weight in kilograms|How heavy it is // Mass in kilos",
            ),
        },
    ),
    "team": Kind(
        halves("team|group|crew // squad"),
        halves("team|team_name|name|group // squad_name"),
        halves("Name of the team|What the group is called // The squad's name"),
        lambda d: f"{named(d)}",
        halves("{n}|the team {n}|the {n} team // {n}|the group {n}", grammar=True),
        halves(
            "This is the team {n}.|Our team is called {n}.|Meet the {n} team.|A word about the group {n}. // Here is our squad, {n}.",
            grammar=True,
        ),
        {
            "members": inner(
                (
                    column(STRING, words.first_name, "name|first_name|member|person // member_name"),
                    column(STRING, wordy(ROLES), "role|job|position|task // function"),
                ),
                "{0} ({1})|{0} as {1}|{0} the {1}|{0}, {1}|{1} {0} // {0} - {1}|{0} as the {1}",
                "members|people|staff|team_members // crew_list",
                "the members are {v}|{s} consists of {v}|{s} has these people: {v}|on board: {v}|members: {v}|it is made up of {v} // {s} counts on {v}",
                "People of the team with their roles|All members // Everybody who belongs to it",
                many=True,
            ),
            "city": fact(
                STRING,
                words.city,
                "city|home|location|based_in|place // town",
                "{s} is based in {v}|{s} comes from {v}|{s} plays in {v}|{s} works in {v}|the base is {v}|, from {v} // {s} has its seat in {v}",
                "City of the team|Where it is based // The home of the squad",
            ),
            "founded": fact(
                INTEGER,
                whole(1900, 2035),
                "founded|year|since|founded_in // start_year",
                "{s} was founded in {v}|{s} exists since {v}|it started in {v}|founded in {v}|the first year was {v}|, founded in {v} // {s} goes back to {v}",
                "Year of the foundation|When it was founded // The first year",
            ),
            "size": fact(
                INTEGER,
                whole(2, 90),
                "size|headcount|member_count|people_count // strength",
                "{s} has {v} members|{s} counts {v} people|{v} people belong to it|there are {v} members|{s} is {v} strong // {v} persons are part of it",
                "How many members there are|Number of people // The head count",
            ),
            "open": flag(
                "open|is_hiring|accepts_members|hiring // recruits",
                "{s} is looking for people/{s} is not looking for people|new members are welcome/{s} takes no new members|{s} is hiring/{s} is not hiring // {s} wants more people/{s} is full",
                "Whether new members are wanted|True if the group takes people // If one can join",
            ),
            "level": chosen(
                "junior|senior|mixed",
                "level|category|division // class",
                "it is a {v} team|the level is {v}|{s} plays in the {v} class|level: {v}|, a {v} group // {s} counts as {v}",
                "Level of the team|Which division // How advanced the squad is",
            ),
        },
    ),
}
