"""E-mails about payments: receipts and reversals."""

METHOD_NAMES = {
    "en": {"cash": "cash", "bank": "bank", "cheque": "cheque", "mpesa": "M-Pesa"},
    "sw": {"cash": "taslimu", "bank": "benki", "cheque": "hundi", "mpesa": "M-Pesa"},
}
IN_CREDIT = {"en": "in credit", "sw": "ziada"}

EMAILS: dict[tuple[str, str], tuple[str, str]] = {
    ("receipt", "en"): (
        "Receipt {receipt} of {organisation}: {amount}",
        """Dear {tenant},

{organisation} has received your payment.

Amount: {amount}
Received on: {received_on}
Receipt number: {receipt}
Reference: {reference}
Property: {property}
Unit: {unit}
Balance after this payment: {balance}

Is something not right? Please tell {organisation} and name the receipt number.
""",
    ),
    ("receipt", "sw"): (
        "Risiti {receipt} ya {organisation}: {amount}",
        """Mpendwa {tenant},

{organisation} imepokea malipo yako.

Kiasi: {amount}
Tarehe ya kupokelewa: {received_on}
Nambari ya risiti: {receipt}
Kumbukumbu: {reference}
Jengo: {property}
Nyumba: {unit}
Salio baada ya malipo haya: {balance}

Kuna kosa? Tafadhali ijulishe {organisation} ukitaja nambari ya risiti.
""",
    ),
    ("reversal", "en"): (
        "Receipt {receipt} of {organisation} is void: {amount}",
        """Dear {tenant},

{organisation} has reversed this payment. It no longer counts, and its receipt is void.

Amount: {amount}
Received on: {received_on}
Receipt number: {receipt}
Reference: {reference}
Property: {property}
Unit: {unit}
Balance now: {balance}

Is something not right? Please tell {organisation} and name the receipt number.
""",
    ),
    ("reversal", "sw"): (
        "Risiti {receipt} ya {organisation} imebatilishwa: {amount}",
        """Mpendwa {tenant},

{organisation} imebatilisha malipo haya. Hayahesabiwi tena, na risiti yake si halali.

Kiasi: {amount}
Tarehe ya kupokelewa: {received_on}
Nambari ya risiti: {receipt}
Kumbukumbu: {reference}
Jengo: {property}
Nyumba: {unit}
Salio sasa: {balance}

Kuna kosa? Tafadhali ijulishe {organisation} ukitaja nambari ya risiti.
""",
    ),
}
