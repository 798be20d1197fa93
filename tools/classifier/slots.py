# SPDX-License-Identifier: Apache-2.0
"""What the names in hand-written texts stand for: `fill("Send it to <mail>", rng)`. All is made up; the domains are reserved ones."""
import re

FIRST = "Ada Amir Anna Bruno Carla Chen Dario Diego Elif Emma Farid Femi Grace Hana Ivan Jonas Joy Kofi Lena Luis Maya Mei Nadia Noah Olga Omar Petra Priya Rosa Sami Sofia Tariq Tom Uma Viktor Wei Yuki Zoe".split()
LAST = "Adeyemi Becker Castillo Dubois Eriksen Fischer Garcia Haddad Ito Jansen Kaur Kowalski Lopez Mbeki Moreau Nguyen Novak Okafor Park Petrov Quinn Rossi Sato Silva Singh Sousa Tanaka Turner Usman Varga Weber Wright Yilmaz Zhang".split()
COMPANY = "Northwind|Contoso|Fabrikam|Brightline|Helios Travel|Larkspur|Quillon Ltd|Meridian Bank|Oakfield Dental|Tern & Sons|Baltic Freight|Kestrel Labs|Vela Insurance|Stonebridge Foods|Lumen Energy|Harbor Credit Union".split("|")
PRODUCT = "ZenPhone 9|the Orion plan|QuickLoan|Aeris vacuum|PixelNote|TrailMate boots|BrewMaster 300|the Atlas router|CloudDesk|SafeVault|the blue kettle|GlowSkin serum|FinTrack|the Nimbus tablet".split("|")
CITY = "Lisbon|Oslo|Kyoto|Austin|Accra|Leeds|Lyon|Porto|Warsaw|Toronto|Nairobi|Lima|Hanoi|Graz|Perth|Izmir".split("|")
DOMAIN = "example.com|example.org|example.net|mail-relay.example|corp.example|contoso.example|drop.example|portal.example|docs-view.example|fastnet.example|secure-check.example|updates.example".split("|")
FILE = "report.docx|notes.txt|client-list.csv|passwords.txt|budget_2026.xlsx|contract-final.pdf|config.yaml|.env|id_rsa|backup.zip|minutes.md|salaries.xlsx|photo_0412.jpg|invoice-118.pdf".split("|")
MODEL = "ChatGPT|GPT-4|Claude|Gemini|Copilot|Llama|Mistral|the assistant|Qwen|Grok|Bard|DeepSeek".split("|")
TOOL = "send_email|transfer_money|delete_file|create_event|search_files|post_message|invite_user|share_file|open_url|run_command|update_record|read_file|http_get|add_contact|schedule_payment|set_reminder".split("|")
TOPIC = "autumn|the sea|bicycles|coffee|chess|gravity|the French revolution|photosynthesis|black holes|tea|climate policy|tax law|the new office|vaccines|electric cars|the housing market|jazz|soil health|data protection|remote work|the quarterly results|hiking trails|bread".split("|")
USER = "jdoe|m.rossi|admin2|klara_w|svc-report|yuki88|root|tbecker|guest17|ops".split("|")
MONTH = "January February March April May June July August September October November December".split()


def _digits(rng, n):
    return "".join(rng.choice("0123456789") for _ in range(n))


def _mail(rng):
    who = rng.choice([rng.choice(FIRST).lower() + "." + rng.choice(LAST).lower(), rng.choice(USER), rng.choice(["ops", "billing", "archive", "audit", "help.desk", "inbox9", "hr"])])
    return who + "@" + rng.choice(DOMAIN)


def _url(rng):
    path = rng.choice(["", "/login", "/a?id=7", "/verify", "/claim", "/x.png", "/" + _digits(rng, 4), "/docs/start", "/u/" + rng.choice(USER)])
    return rng.choice(["https://", "https://", "http://", "www.", ""]) + rng.choice(DOMAIN) + path


def _amount(rng):
    n = rng.choice([rng.randint(1, 99), rng.randint(100, 999) * 10, rng.randint(1, 40) * 500])
    return rng.choice(["$%d", "%d euros", "%d USD", "€%d", "£%d", "%d.00", "%d dollars", "%d CHF"]) % n


def _date(rng):
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(2023, 2026)
    return rng.choice(["%d %s %d" % (day, MONTH[month - 1], year), "%s %d" % (MONTH[month - 1], day), "%d-%02d-%02d" % (year, month, day), "%02d/%02d/%d" % (month, day, year)])


MAKERS = {
    "name": lambda r: r.choice(FIRST) + " " + r.choice(LAST), "mail": _mail, "url": _url, "domain": lambda r: r.choice(DOMAIN),
    "amount": _amount, "iban": lambda r: r.choice(["DE", "GB", "FR", "ES", "NL"]) + _digits(r, 20), "date": _date,
    "time": lambda r: "%d:%02d" % (r.randint(0, 23), r.choice([0, 15, 30, 45, r.randint(0, 59)])), "company": lambda r: r.choice(COMPANY),
    "product": lambda r: r.choice(PRODUCT), "city": lambda r: r.choice(CITY), "file": lambda r: r.choice(FILE), "model": lambda r: r.choice(MODEL),
    "phone": lambda r: r.choice(["+1 555 01", "+44 20 7946 0", "030 555 0"]) + _digits(r, 2), "number": lambda r: str(r.choice([r.randint(2, 12), r.randint(2, 999)])),
    "code": lambda r: "".join(r.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(r.randint(4, 7))), "topic": lambda r: r.choice(TOPIC),
    "tool": lambda r: r.choice(TOOL), "user": lambda r: r.choice(USER),
}
_NAME = re.compile("<(%s)>" % "|".join(MAKERS))


def fill(text, rng):
    """Every <name> filled; half of the time one value serves all places of a name."""
    first = {}

    def value(match):
        name = match.group(1)
        if name not in first or rng.random() < 0.5:
            first[name] = MAKERS[name](rng)
        return first[name]

    return _NAME.sub(value, text)
