"""Statements of a tenant's account by e-mail."""

# Names of entries: with a number, and without one.
ENTRY_NAMES: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "invoice": ("Invoice {number}", "Invoice"),
        "void": ("Invoice {number} is void", "Invoice is void"),
        "credit_note": ("Credit note {number}", "Credit note"),
        "payment": ("Payment, receipt {number}", "Payment"),
        "reversal": ("Payment reversed, receipt {number}", "Payment reversed"),
        "credit_carried": ("Credit carried {number}", "Credit carried"),
        "deposit_deduction": ("Taken from the deposit {number}", "Taken from the deposit"),
        "refund": ("Credit given back {number}", "Credit given back"),
    },
    "sw": {
        "invoice": ("Ankara {number}", "Ankara"),
        "void": ("Ankara {number} imebatilishwa", "Ankara imebatilishwa"),
        "credit_note": ("Hati ya punguzo {number}", "Hati ya punguzo"),
        "payment": ("Malipo, risiti {number}", "Malipo"),
        "reversal": ("Malipo yamebatilishwa, risiti {number}", "Malipo yamebatilishwa"),
        "credit_carried": ("Ziada imehamishwa {number}", "Ziada imehamishwa"),
        "deposit_deduction": ("Imetolewa kwenye amana {number}", "Imetolewa kwenye amana"),
        "refund": ("Ziada imerudishwa {number}", "Ziada imerudishwa"),
    },
}
STATEMENT_TEXTS = {
    "en": {
        "subject": "Statement of {organisation} until {to}",
        "greeting": "Dear {tenant},",
        "about": "this is your account with {organisation} until {to}, in {currency}.",
        "head": ("Day", "What", "Amount", "Balance"),
        "opening": "Balance before {since}",
        "owed": "To pay on {to}: {balance}",
        "credit": "In your favour on {to}: {balance}",
        "close": "Is something not right? Please tell {organisation}.",
    },
    "sw": {
        "subject": "Taarifa ya {organisation} hadi {to}",
        "greeting": "Mpendwa {tenant},",
        "about": "hii ni akaunti yako kwa {organisation} hadi {to}, kwa {currency}.",
        "head": ("Tarehe", "Maelezo", "Kiasi", "Salio"),
        "opening": "Salio kabla ya {since}",
        "owed": "Ya kulipa tarehe {to}: {balance}",
        "credit": "Ziada yako tarehe {to}: {balance}",
        "close": "Kuna kosa? Tafadhali ijulishe {organisation}.",
    },
}
