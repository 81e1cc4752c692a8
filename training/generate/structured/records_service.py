"""Records of companies and their customers: firms, tickets and bookings."""

from __future__ import annotations

from training.generate import words
from training.generate.draw import pool
from training.generate.structured.record_parts import (
    ADDRESS,
    INTEGER,
    STRING,
    Kind,
    chosen,
    fact,
    flag,
    halves,
    inner,
    named,
    whole,
    wordy,
)

BRANCHES = pool("software|banking|furniture|farming|transport|fashion|energy|tourism|insurance", "shipping|mining|publishing|catering")
PARTS = pool("login page|printer|search box|payment form|mobile app|calendar|export button|router", "checkout|sidebar|scanner|newsletter")

SERVICE: dict[str, Kind] = {
    "company": Kind(
        halves("company|business|firm // enterprise"),
        halves("name|company|company_name|firm // business_name"),
        halves("Name of the company|What the business is called // The firm's name"),
        named,
        halves("{n}|the company {n}|the firm {n} // {n}|the enterprise {n}", grammar=True),
        halves(
            "I work for {n}.|{n} is a company.|Have you heard of {n}?|This is about the company {n}.|News from {n}. // There is a firm, {n}.",
            grammar=True,
        ),
        {
            "industry": fact(
                STRING,
                wordy(BRANCHES),
                "industry|branch|sector|field // line_of_business",
                "{s} is in the {v} business|{s} works in {v}|the industry is {v}|the branch is {v}|, a {v} company|, a {v} firm|{s} does {v}|sector: {v} // {s} is active in {v}",
                "Industry|Which branch it works in|Sector of the company // What kind of business it is",
            ),
            "employees": fact(
                INTEGER,
                whole(2, 9000),
                "employees|staff|people|employee_count|headcount // workforce",
                "{s} has {v} employees|{s} employs {v} people|{v} people work there|the staff counts {v}|, with {v} employees|employees: {v} // {s} gives work to {v} people",
                "Number of employees|How many people work there // Size of the work force",
            ),
            "founded": fact(
                INTEGER,
                whole(1850, 2035),
                "founded|founding_year|since|year|established // start_year",
                "{s} was founded in {v}|{s} started in {v}|it exists since {v}|founded in {v}|, founded in {v}|the year was {v}|{s} opened in {v} // {s} goes back to {v}",
                "Year of the foundation|When it started // The first year",
            ),
            "boss": fact(
                STRING,
                words.full_name,
                "ceo|boss|head|director|led_by // chief",
                "{s} is led by {v}|the boss is {v}|{v} runs {s}|{v} is the head|, led by {v}|director: {v}|{s} has a new boss, {v} // {v} is in charge",
                "Who leads the company|Name of the boss // The person in charge",
            ),
            "city": fact(
                STRING,
                words.city,
                "city|location|based_in|headquarters|seat // town",
                "{s} is based in {v}|{s} sits in {v}|the office is in {v}|the headquarters are in {v}|, based in {v}|, from {v}|{s} comes from {v} // {s} has its seat in {v}",
                "Where the company is|City of the office // The seat of the firm",
            ),
            "address": inner(
                ADDRESS,
                "{0} in {1}|{0}, {1}|{0} ({1}) // {0} at {1}|{0}, {1}",
                "address|office|office_address // postal_address",
                "the address is {v}|you find {s} at {v}|the office is at {v}|{s} moved to {v}|visit us at {v} // {s} sits at {v}",
                "Address of the office|Where it is // The postal address",
            ),
        },
    ),
    "ticket": Kind(
        halves("ticket|issue|bug report|problem // defect"),
        halves("component|part|affected|what_is_broken|where // module"),
        halves("Part that has the problem|What does not work // The broken module"),
        wordy(PARTS, 0.3),
        halves("the {n}|our {n}|my {n} // the {n}|that {n}", grammar=True),
        halves(
            "There is a problem with the {n}.|The {n} does not work.|Trouble with the {n} again.|The {n} is broken. // Something is wrong with the {n}.",
            grammar=True,
        ),
        {
            "id": fact(
                STRING,
                words.code,
                "id|ticket|ticket_id|number|issue // reference",
                "the ticket is {v}|this is ticket {v}|it has the number {v}|see {v}|ticket number {v}|we track it as {v} // the reference is {v}",
                "Number of the ticket|Ticket id // The reference",
            ),
            "priority": chosen(
                "low|normal|high",
                "priority|importance|urgency // severity",
                "the priority is {v}|it has {v} priority|priority: {v}|we treat it with {v} priority|importance {v} // rated as {v}",
                "Priority of the ticket|How important it is // Severity",
            ),
            "reporter": fact(
                STRING,
                words.full_name,
                "reporter|reported_by|user|name // sender",
                "{v} reported it|it was found by {v}|{v} told us|the report comes from {v}|{v} wrote to us|reporter: {v} // {v} noticed it",
                "Who reported it|Name of the user // The one who noticed it",
            ),
            "assignee": fact(
                STRING,
                words.first_name,
                "assignee|assigned_to|engineer|owner|handled_by // responsible",
                "{v} will fix it|it is assigned to {v}|{v} takes care of it|{v} works on it|assigned to {v} // {v} looks into it",
                "Who fixes it|Person it is assigned to // Who is responsible",
            ),
            "reproducible": flag(
                "reproducible|happens_always|can_be_repeated // repeatable",
                "it happens every time/it happens only now and then|it can be repeated/it cannot be repeated|reproducible: yes/reproducible: no // "
                "one can trigger it at will/one cannot trigger it at will",
                "Whether it can be repeated|True if it happens every time // If it can be triggered",
            ),
            "since": fact(
                STRING,
                words.date,
                "since|date|reported_on|first_seen // start",
                "it was seen on {v}|it was reported on {v}|the date of the report is {v}|it broke on {v} // it began on {v}",
                "When it was reported|Day of the report // When it began",
            ),
        },
    ),
    "booking": Kind(
        halves("booking|reservation // stay"),
        halves("guest|name|guest_name|booked_by|customer // visitor"),
        halves("Name of the guest|Who booked // The visitor's name"),
        words.full_name,
        halves("{n}|our guest {n}|the guest {n} // {n}|the visitor {n}", grammar=True),
        halves(
            "A booking for {n}.|{n} made a reservation.|Reservation under {n}.|{n} called to book. // {n} would like to stay with us.",
            grammar=True,
        ),
        {
            "arrival": fact(
                STRING,
                words.date,
                "arrival|check_in|date|from|arrival_date // first_day",
                "{s} arrives on {v}|{s} comes on {v}|the arrival is on {v}|check-in is on {v}|expect {s} on {v}|from {v} on // {s} gets here on {v}",
                "Day of arrival|When the guest comes // The first day",
            ),
            "nights": fact(
                INTEGER,
                whole(1, 21),
                "nights|duration|stay|number_of_nights // length_of_stay",
                "{s} stays for {v} nights|{s} stays {v} nights|for {v} nights|the stay is {v} nights|{s} needs {v} nights // {s} sleeps here {v} nights",
                "Number of nights|How long the stay is // Length in nights",
            ),
            "guests": fact(
                INTEGER,
                whole(1, 12),
                "guests|people|party_size|persons // group_size",
                "{s} comes with a party of {v}|for {v} people|a table for {v}|there are {v} guests|they are {v} people|a group of {v} // {v} persons will come",
                "How many people|Number of guests // The size of the group",
            ),
            "room": chosen(
                "single|double|suite",
                "room|room_type|kind_of_room // accommodation",
                "{s} takes the {v}|{s} wants the {v}|the room is a {v}|room: {v}|{s} booked a {v}|a {v}, please // {s} prefers a {v}",
                "Type of the room|Which room // The kind of accommodation",
            ),
            "breakfast": flag(
                "breakfast|with_breakfast|breakfast_included // morning_meal",
                "{s} wants breakfast/{s} wants no breakfast|breakfast is included/breakfast is not included|with breakfast/without breakfast // {s} takes breakfast/{s} skips breakfast",
                "Whether breakfast is included|True if breakfast is wanted // If there is a morning meal",
            ),
            "city": fact(
                STRING,
                words.city,
                "city|hotel_city|place|location|destination // town",
                "the hotel is in {v}|it is our house in {v}|the room is in {v}|{s} booked in {v}|{s} travels to {v} // {s} stays in {v}",
                "City of the hotel|Where the guest stays // The town",
            ),
        },
        human=True,
    ),
}
