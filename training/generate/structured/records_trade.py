"""Records of buying and selling: products, orders and invoices."""

from __future__ import annotations

from training.generate import words
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
    price,
    several,
    whole,
)

LINES = (
    column(STRING, lambda d: d.word() if d.chance(0.5) else str(d.pick(words.THINGS)), "product|item|name|article // goods"),
    column(INTEGER, whole(1, 40), "quantity|count|amount|qty // pieces"),
)

TRADE: dict[str, Kind] = {
    "product": Kind(
        halves("product|item|offer|article // piece of merchandise"),
        halves("name|product|item|title // product_name"),
        halves("Name of the product|What is sold|The item // What the merchandise is called"),
        words.thing,
        halves("the {n}|our {n}|this {n}|the new {n}|your {n} // the {n}|that {n}", grammar=True),
        halves(
            "We sell a {n}.|Look at this {n}.|New: the {n}.|Buy our {n}.|Here is a {n}.|Today: the {n}.|A {n} for sale.|Everybody wants this {n}.|"
            "Our shop has a {n}.|I want to sell my {n}.|There is a {n} in the window.|You asked about the {n}. // On offer: a {n}.|Have a look at the {n}.",
            grammar=True,
        ),
        {
            "price": fact(
                NUMBER,
                price,
                "price|cost|amount|price_in_euros|costs // unit_price",
                "{s} costs {v}|the price is {v}|for {v} euros|buy it for {v}|it is sold for {v}|only {v} euros|you pay {v}|price: {v}|worth {v} dollars|{s} costs {v} euros|"
                "{s} costs ${v}|{s} sells for {v} dollars|you get it for ${v}|the price tag says {v} // priced at {v}",
                "Price of the product|How much it costs|Price as a number // What one pays for it",
            ),
            "colour": fact(
                STRING,
                words.colour,
                "color|colour|shade|finish // color_name",
                "{s} is {v}|it comes in {v}|the colour is {v}|{s} has the colour {v}|made in {v}|coloured {v}|you get it in {v}|its colour: {v}|{s} comes in {v}|{s} was dyed {v} // painted {v}",
                "Colour of the product|Color|Which colour it has // The shade of it",
            ),
            "stock": fact(
                INTEGER,
                whole(0, 500),
                "stock|quantity|count|in_stock|pieces_left // available_units",
                "we have {v} of them|{v} are in stock|there are still {v}|{v} remain|stock: {v}|our store holds {v}|{v} can be shipped|{v} pieces on the shelf|"
                "{v} pieces are in the store|the stock is {v} // {v} are left",
                "How many are in stock|Number of pieces left|Stock // How many can be sold",
            ),
            "size": chosen(
                "small|medium|large",
                "size|how_big|format // size_class",
                "the size is {v}|{s} is {v}|size {v}|a {v} one|made {v}|it comes {v}|{s} has the size {v} // in {v}",
                "Size of the product|How big it is|Size // The size class",
            ),
            "sku": fact(
                STRING,
                words.code,
                "sku|id|code|article|item_no|product_code // reference",
                "its code is {v}|the article number is {v}|code {v}|its number is {v}|find it under {v}|order it as {v}|id {v}|the label says {v}|{s} has the code {v}|"
                "{s} goes by the number {v} // listed as {v}",
                "Article number|Code of the product|Identifier // What it is listed under",
            ),
            "tags": fact(
                STRINGS,
                several(lambda d: d.word()),
                "tags|labels|categories|groups // keywords",
                "tagged {v}|the labels are {v}|the tags are {v}|labelled {v}|it belongs to {v}|groups: {v}|look under {v}|marked as {v}|{s} is tagged {v} // filed under {v}",
                "Tags of the product|List of labels|Groups it belongs to // The words it is filed under",
            ),
            "brand": fact(
                STRING,
                named,
                "brand|maker|manufacturer|made_by|company // producer",
                "{s} is made by {v}|it comes from {v}|the brand is {v}|{v} makes it|brand: {v}|, made by {v}|{s} was built by {v}|, a product of {v} // {s} is produced by {v}",
                "Who makes it|Brand|The maker of the product // The firm that produces it",
            ),
            "available": flag(
                "available|is_available|on_sale|can_be_ordered // purchasable",
                "{s} is available/{s} is not available|you can order it now/you cannot order it now|{s} is on the market/{s} is sold out|available: yes/available: no // "
                "{s} can be bought/{s} cannot be bought",
                "Whether it can be ordered|True if available // If people can buy it",
            ),
        },
    ),
    "order": Kind(
        halves("order|purchase|sale // buy"),
        halves("customer|name|client|ordered_by // buyer"),
        halves("Name of the customer|Who orders|The client // Who buys"),
        words.full_name,
        halves("{n}|our customer {n}|the client {n} // {n}|the guest {n}", grammar=True),
        halves(
            "An order from {n}.|{n} placed an order.|New order by {n}.|{n} bought something.|Order of {n}.|{n} called us.|Customer: {n}.|We got an order from {n}.|"
            "{n} sent us a mail. // {n} ordered something.",
            grammar=True,
        ),
        {
            "item": fact(
                STRING,
                words.thing,
                "item|product|article|what // goods",
                "{s} orders the {v}|{s} wants the {v}|{s} chose the {v}|{s} asked for the {v}|{s} takes the {v}|one wish: the {v}|{s} needs the {v}|{s} ordered the {v}|"
                "{s} would like the {v} // {s} buys the {v}",
                "What is ordered|The product|Item // The thing that is bought",
            ),
            "quantity": fact(
                INTEGER,
                whole(1, 90),
                "quantity|count|amount|how_many|qty // pieces",
                "the quantity is {v}|{v} pieces|{v} of them|{v} items|pack {v}|how many: {v}|the number of pieces is {v}|quantity {v} // {v} units",
                "How many pieces|Quantity|Number of items // The units to pack",
            ),
            "total": fact(
                NUMBER,
                price,
                "total|price|sum|to_pay|amount_due // total_price",
                "the total is {v}|it costs {v}|altogether {v}|the sum is {v}|the bill says {v}|{s} pays {v}|in total {v}|{s} owes us {v} euros|{s} paid ${v} // it comes to {v}",
                "Total price|What the customer pays|Sum of the order // What it comes to",
            ),
            "address": fact(
                STRING,
                words.city,
                "address|city|ship_to|destination|deliver_to // delivery_city",
                "it goes to {v}|ship it to {v}|bring it to {v}|it travels to {v}|the parcel goes to {v}|{s} waits in {v}|deliver to {v}|{s} wants it sent to {v} // send it to {v}",
                "Where it is delivered|City of the customer|Destination // The place to send it to",
            ),
            "urgent": flag(
                "urgent|express|priority|is_urgent|hurry // rush",
                "it is urgent/it is not urgent|it is in a hurry/there is no hurry|please hurry/take your time|it must be quick/it can wait|urgent: yes/urgent: no|"
                "{s} is in a hurry/{s} is in no hurry // as fast as possible/no need to rush",
                "Whether it is urgent|True if it must be quick // If it has to be fast",
            ),
            "lines": inner(
                LINES,
                "{1} {0}|{1} x {0}|{0} ({1})|{1} times the {0} // {1} pieces of {0}|{0}: {1}",
                "items|products|order_lines|articles // basket",
                "{s} orders {v}|{s} wants {v}|{s} ordered {v}|the order is {v}|{s} takes {v}|{s} needs {v} // {s} buys {v}",
                "What is ordered and how many|Lines of the order // Everything in the basket",
                many=True,
            ),
        },
        human=True,
    ),
    "invoice": Kind(
        halves("invoice|bill // receipt"),
        halves("invoice|number|invoice_id|id|invoice_no // bill_number"),
        halves("Number of the invoice|Id of the bill // The receipt's number"),
        words.code,
        halves("invoice {n}|the invoice {n}|bill {n} // the bill {n}|receipt {n}", grammar=True),
        halves("Invoice {n}.|This is the invoice {n}.|We got the bill {n}.|About invoice {n}. // Here comes bill {n}.", grammar=True),
        {
            "customer": fact(
                STRING,
                words.full_name,
                "customer|client|recipient|billed_to // payer",
                "{s} is for {v}|{s} was sent to {v}|the customer is {v}|{v} has to pay|, addressed to {v}|{s} is addressed to {v}|customer: {v} // {s} goes to {v}",
                "Who pays|Name of the customer // The person who gets the bill",
            ),
            "amount": fact(
                NUMBER,
                price,
                "amount|total|sum|price|to_pay // grand_total",
                "the amount is {v}|{s} is about {v} euros|the total is {v}|{s} amounts to {v} dollars|{v} euros are due|, for ${v}|please pay {v} // {s} comes to {v}",
                "Amount to pay|Total of the invoice // What the bill comes to",
            ),
            "due": fact(
                STRING,
                words.date,
                "due|due_date|pay_by|deadline // payable_until",
                "{s} is due on {v}|pay it by {v}|the deadline is {v}|it must be paid by {v}|, due on {v}|due: {v} // {s} is payable until {v}",
                "When it must be paid|Due date // Last day for the money",
            ),
            "paid": flag(
                "paid|is_paid|settled|done // cleared",
                "{s} is paid/{s} is not paid yet|{s} was paid/{s} is still open|paid: yes/paid: no|the money came/no money came so far // {s} has been settled/{s} has not been settled",
                "Whether it is paid|True if the money came // If it was settled",
            ),
            "currency": chosen(
                "EUR|USD|GBP|CHF",
                "currency|money|currency_code // coin",
                "{s} is in {v}|the currency is {v}|pay in {v}|currency: {v}|, in {v} // {s} was written in {v}",
                "Currency of the amount|Which currency // Money it is written in",
            ),
        },
    ),
}
