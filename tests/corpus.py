"""Hostile values, by what is hostile in them: every entrance is tried with all of them."""

from typing import Any

UNSEEN = (
    *("Jane\u202eenaJ", "\u202eenaJ", "Jane\u202a", "Jane\u2066Auma\u2069", "Jane\u2067", "Jane\u200f", "\u061cJane"),
    *("Jane\u200bAuma", "\u200b", "\u200d", "Jane\u200dAuma", "Ja\u200cne", "\ufeffJane", "Jane\u00adAuma", "\u2060"),
    *(
        "Jane\u115fAuma",
        "\u3164",
        "Jane\u1160",
        "\uffa0Jane",
        "Jane\u2800Auma",
        "Ja\u034fne",
        "Jane\ufe0f",
        "\ufe00Jane",
    ),
    *("Jane\u180bAuma", "Jane\u180e", "Jane\u17b4", "\u17b5Jane", "Jane\U0001d173Auma", "Jane\U000e0041", "\ufff0Jane"),
    *("Jane\x00Auma", "\x00", "Jane\x07", "Jane\x1b[31m", "Jane\x7f", "Jane\x85", "Jane\u2028Auma", "Jane\u2029"),
    *("Jane\ud800", "\udc00Jane", "Zo\ufffd", "Jane\ufffe", "Jane\uffff", "\ufff9Jane\ufffbAuma"),
)
SPACED = ("", " ", "\t", "\n", "\r\n", " Jane ", "Jane\u00a0Auma", "Jane\nAuma", "Jane\tAuma", "\u3000", "Jane  Auma")
LETTERS = (
    *("Zoe\u0301", "Zo\u00eb", "J\u0430ne", "\uff2aane", "\u0130stanbul", "stra\u00dfe", "\ufb01sh", "\u0149dungu"),
    *(
        "\u05d9\u05e2\u05dc",
        "\u062c\u0627\u0646",
        "\u4e2d\u6587",
        "\U0001f600",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    ),
    *("a" + "\u0301" * 30, "\U0001f1f0\U0001f1ea", "O\u2019Brien", "Ng'ang'a", "\U0010ffff", "\ue000"),
)
LONG = ("x" * 41, "x" * 255, "x" * 5_000, "\u00e9" * 121, "\U0001f600" * 61, "9" * 5_000)
CODE = (
    *("<script>alert(1)</script>", "&lt;b&gt;", "'; DROP TABLE tenant; --", '" OR ""="', "../../etc/passwd", "%00"),
    *('=HYPERLINK("http://x","y")', "+1+1", "-1+1", "@SUM(A1)", "\uff1d1+1", "|cmd", "'=1+1", "%0d%0aSet-Cookie: a=b"),
    *("{name}", "{0.__class__}", "{{7*7}}", "%s%n", "${jndi:ldap://x}", "\\u202e", "#REF!", "null", "undefined", "{}"),
)
NUMBERS = (
    *(
        "15000",
        "15000.00",
        "15000.0",
        "0",
        "0.00",
        "-0",
        "-1",
        "+1",
        "1_000",
        "1,000",
        "0x10",
        "1e3",
        "1E400",
        "1e-400",
    ),
    *("NaN", "Infinity", "-Infinity", "1E999999999", "00", "01", "1.234", ".5", "5.", "9999999999.99", "10000000000"),
    *("\u0661\u0662\u0663", "\uff11\uff12", "\u00b2", "\u2155", "15,000 Ksh", "15k", "9" * 400, "--1", "1 000", "true"),
)
DAYS = (
    *("2026-11-20", "2026-11", "0000-00-00", "2026-02-31", "1899-12-31", "1989-12-31", "1990-01-01", "2199-12-31"),
    *("9999-12-31", "2200-01-01", "20261120", "2026-11-20T00:00:00Z", "2026-W47-5", "20/11/2026", "\uff12026-11-20"),
)
PHONES = (
    *(
        "0712345678",
        "+254712345678",
        "254712345678",
        "712345678",
        "0712 345-678",
        "+254 0712 345 678",
        "00254712345678",
    ),
    *("+254 (0) 712 345678", "254712345678.0", "71234567.0", "7123456.00", "2.547E+11", "\u202a+254712345678\u202c"),
    *(
        "\u202d0712345678\u202c",
        "\u202e876543217",
        "0712\u200b345678",
        "0712\u00a0345678",
        "+1 212 555 0100",
        "0812345678",
    ),
    *(
        "0712345678 / 0722345678",
        "07\uff11\uff12345678",
        "0712345678x",
        "0712345678\n",
        "+44 7700 900123",
        "0712\x00345678",
    ),
)
ADDRESSES = (
    *("jane@example.com", "a.b+c@mail.example.co.ke", "a@x", ".a@x.ke", "a.@x.ke", "a..b@x.ke", "a,b@x.ke", "<a@x.ke>"),
    *(
        "a@x.ke\nbcc: b@x.ke",
        "a@x.ke,b@x.ke",
        '"a b"@x.ke',
        "a@m\u00fcnchen.de",
        "j\u00e4ne@x.ke",
        "a@x.ke\u200b",
        "a@[127.0.0.1]",
    ),
    *("a" * 200 + "@x.ke", "a@" + "x" * 260 + ".ke", "a b@x.ke", " a@x.ke", "a@x_y.ke", "mailto:a@x.ke", "a@@x.ke"),
)
PAPERS = (
    *(
        "12345678",
        "12345678.0",
        "1234567",
        "1234567890",
        "12 345 678",
        "12-345-678",
        "AK0123456",
        "ak0123456",
        "ID 23456789",
    ),
    *("A012345678Z", "a012345678z", "A0123456789", "\u017f1234567", "\uff2101234567Z", "A 012 345 678 Z", "AK/0123456"),
)

TEXTS: tuple[str, ...] = tuple(
    dict.fromkeys((*UNSEEN, *SPACED, *LETTERS, *LONG, *CODE, *NUMBERS, *DAYS, *PHONES, *ADDRESSES, *PAPERS))
)
# What JSON has besides texts.
OTHERS: tuple[Any, ...] = (
    *(0, 1, -1, 10**12, 10**30, 2**31, 1.5, 15000.0, 1e308, float("inf"), float("nan")),
    *(True, False, [], {}, ["Jane"], {"Jane": 1}, [[[]]]),
)
