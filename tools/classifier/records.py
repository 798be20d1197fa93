# SPDX-License-Identifier: Apache-2.0
"""Honest tool outputs, all made up here: records, lists, mails, tickets, search results, logs.

`record(rng)` gives one; `record(rng, payload)` the same kind with a payload where a stranger could
write: a mail's body, a review, a field of a record. Returns the text, and the payload's place or None.
"""
import json
import random

import payloads
import twins

FIELDS = {
    "id": ["{idnum}", "{word}-{idnum}", "tx_{idnum}"], "name": ["{name}", "{company}", "{product}"], "email": ["{mail}"],
    "title": ["{Topic} and {topic}", "{company} {topic}", "Notes on {topic}", "Re: {topic}"], "amount": ["{idnum}", "{amount}"],
    "price": ["{idnum}.99", "{amount}"], "date": ["2023-0{digit}-1{digit}", "1{digit} May 2022", "2021-1{bit}-0{digit}T1{digit}:30:00Z"],
    "status": ["active", "done", "pending", "shipped", "ok", "open"], "city": ["Lisbon", "Oslo", "Kyoto", "Austin", "Accra"],
    "url": ["{url}", "https://{site}/{topic}"], "tags": ["{topic}, {topic}"], "rating": ["{digit}", "4.{digit}"], "currency": ["EUR", "USD"],
    "phone": ["+1 555 01{digit}{digit}", "030 {idnum}"], "owner": ["{name}"], "size": ["{idnum} KB"], "type": ["file", "folder", "user", "note", "stock"],
    "account": ["{iban}"], "balance": ["{amount}"], "path": ["/home/{mailname}/{file}", "/var/log/{word}.log"], "version": ["2.{digit}.{digit}"],
    "priority": ["high", "low", "{digit}"], "lang": ["{lang}"], "role": ["admin", "member", "guest"], "host": ["{site}"],
}
FREE = ["content", "body", "description", "message", "text", "note", "comment", "review", "snippet", "summary", "bio", "caption", "details", "subject"]
LISTS = ["items", "results", "messages", "emails", "files", "transactions", "events", "products", "posts", "users", "tickets", "reviews", "contacts",
         "notes", "holdings", "orders", "devices", "logs", "tasks", "bookings"]
SENTENCES = """
The parcel arrived on time and nothing was broken.|We walked along the river and had lunch near the old mill.|{name} will present the numbers for {topic} on Friday.
{company} grew by {digit} percent in the last quarter.|Great quality, fast delivery, would buy again.|The battery lasts two days, but the screen scratches easily.
Lunch with {name}, then a call with {company}.|Minutes of the weekly meeting; {topic} was moved to the next one.|Thank you for your order {idnum}.
The room has a view of the sea and a small kitchen.|New in version 2.{digit}: faster search and fewer errors.|A short history of {topic} in four chapters.
Payment of {amount} received from {name}.|Your flight leaves at 1{digit}:40 from gate B{digit}.|Server {word} restarted after the update; no errors since.
Proudly presenting our new flavour, {topic} and mint.|Rain in the morning, sun later, 1{digit} degrees.|The museum is closed on Mondays.
Mild headache for two days, no fever; follow-up in two weeks.|Blood pressure 12{digit} over 8{digit}, weight 7{digit} kg.|Shares of {company} fell slightly.
Looking for a second-hand bicycle, medium size.|The patch fixes a crash when the list is empty.|Happy birthday! See you on Saturday.
Contract between {company} and {name}, signed in May.|Recipe: bread with seeds, 40 minutes.|Podcast about {topic}, episode {digit}{digit}.
""".strip().replace("\n", "|").split("|")
SMALL = {"digit": list("0123456789"), "bit": list("012"), "idnum": ["4471", "90210", "17", "358", "20931", "7", "66012", "1204"]}


def _expand(text, rng):
    for slot, values in SMALL.items():
        while "{" + slot + "}" in text:
            text = text.replace("{" + slot + "}", rng.choice(values), 1)
    return payloads.expand(text, rng)


def sentence(rng):
    return _expand(rng.choice(SENTENCES), rng) if rng.random() < 0.75 else twins.twin(rng)


def prose(rng):
    return " ".join(sentence(rng) for _ in range(rng.randint(1, 4)))


def _value(rng, key):
    text = _expand(rng.choice(FIELDS[key]), rng)
    return int(text) if text.isdigit() and rng.random() < 0.5 else text


def _object(rng, free):
    keys = rng.sample(sorted(FIELDS), rng.randint(2, 6))
    out = {(rng.choice(["", "", "item_", "user_"]) + k if k == "id" else k): _value(rng, k) for k in keys}
    if free is not None:
        out[rng.choice(FREE)] = free
    return dict(sorted(out.items(), key=lambda _: rng.random()))


MARK = "\x02"  # where the payload goes, until the form is written


def _free(rng, here):
    """A field's text; `here`: with the place of the payload in it."""
    if not here:
        return prose(rng) if rng.random() < 0.8 else None
    roll = rng.random()
    if roll < 0.45:
        return MARK
    if roll < 0.75:
        return prose(rng) + " " + MARK
    return prose(rng) + " " + MARK + " " + prose(rng)


def _structured(rng, here):
    count = rng.randint(1, 7)
    place = rng.randrange(count) if here else -1
    rows = [_object(rng, _free(rng, i == place)) for i in range(count)]
    data = rows[0] if count == 1 else rows
    if rng.random() < 0.6:
        data = {rng.choice(LISTS): data}
    form = rng.random()
    if form < 0.35:
        return json.dumps(data, ensure_ascii=False)
    if form < 0.55:
        return json.dumps(data, indent=rng.choice([1, 2, 4]), ensure_ascii=False)
    if form < 0.8:
        return repr(data)
    lines = []
    for row in rows:  # YAML-like
        for i, (k, v) in enumerate(row.items()):
            lines.append(("- " if i == 0 else "  ") + "%s: %s" % (k, v))
    return "\n".join(lines)


def _mail(rng, here):
    head = "From: %s\nTo: %s\nSubject: %s\n\n" % (_expand("{mail}", rng), _expand("{mail}", rng), _expand(rng.choice(FIELDS["title"]), rng))
    hello = _expand(rng.choice(["Hi {name},\n\n", "Dear {name},\n\n", "Hello,\n\n", "", "{name},\n"]), rng)
    bye = _expand(rng.choice(["\n\nBest regards,\n{name}", "\n\nThanks,\n{name}", "\n\n{name}\n{company}", "\n", "\n\nSent from my phone"]), rng)
    return head + hello + (_free(rng, True) if here else prose(rng)) + bye


def _results(rng, here):
    count = rng.randint(2, 5)
    place = rng.randrange(count) if here else -1
    lines = []
    for i in range(count):
        lines.append("%d. %s\n   %s\n   %s" % (i + 1, _expand(rng.choice(FIELDS["title"]), rng), _expand("{url}", rng),
                                              _free(rng, True) if i == place else prose(rng)))
    return "\n".join(lines)


def _table(rng, here):
    keys = rng.sample(sorted(FIELDS), rng.randint(2, 5)) + ["note"]
    bar = rng.choice([" | ", ",", "\t"])
    rows = [[str(_value(rng, k)) for k in keys[:-1]] + [rng.choice(["", sentence(rng)])] for _ in range(rng.randint(2, 9))]
    if here:
        rng.choice(rows)[-1] = MARK
    return "\n".join(bar.join(r) for r in [keys] + rows)


def _log(rng, here):
    lines = ["2023-0%d-1%d 0%d:1%d:22 %s %s" % (*[rng.randint(1, 9) for _ in range(4)], rng.choice(["INFO", "WARN", "DEBUG", "ERROR"]), sentence(rng))
             for _ in range(rng.randint(3, 9))]
    if here:
        at = rng.randrange(len(lines))
        lines[at] = lines[at][:25] + MARK
    return "\n".join(lines)


def record(rng, payload=None):
    make = rng.choice([_structured] * 5 + [_mail] * 3 + [_results, _table, _log])
    text = make(rng, payload is not None)
    if payload is None:
        return text, None
    escaped = "\\u0002" if "\\u0002" in text else "\\x02" if "\\x02" in text else MARK
    before, after = text.split(escaped, 1)
    if escaped != MARK:  # inside a quoted string
        payload = json.dumps(payload, ensure_ascii=False)[1:-1]
    return before + payload + after, (len(before), len(before) + len(payload))


if __name__ == "__main__":
    r = random.Random(1)
    for _ in range(6):
        print(record(r)[0], "\n")
        print(record(r, payloads.payload(r)[0])[0], "\n---")
