"""Default texts.

Each text is a sequence of pieces. A piece with a placeholder that has no value is left out; if the placeholder is
one of ``REQUIRED_PLACEHOLDERS``, nothing is sent. With typical values each is one SMS: GSM 7-bit only, at most 160
characters.
"""

REQUIRED_PLACEHOLDERS = frozenset({"amount"})

_SUBJECT_EN = ("{amount}", " for {property}", " {unit}", " ({periods})")
_PAY_EN = (" Paybill {paybill}, account {account}.",)
_SUBJECT_SW = ("{amount}", " za {property}", " {unit}", " ({periods})")
_PAY_SW = (" Paybill {paybill}, akaunti {account}.",)

DEFAULT_TEMPLATES: dict[tuple[str, str], tuple[str, ...]] = {
    ("reminder_before", "en"): (
        "Dear {tenant}, ", *_SUBJECT_EN, " is due", " on {due_on}", ".", *_PAY_EN, " Thank you, {organisation}.",
    ),
    ("reminder_before", "sw"): (
        "Habari {tenant}, ", *_SUBJECT_SW, " zinapaswa kulipwa", " kufikia {due_on}", ".", *_PAY_SW,
        " Asante, {organisation}.",
    ),
    ("reminder_due", "en"): (
        "Dear {tenant}, ", *_SUBJECT_EN, " is due today.", *_PAY_EN, " Thank you, {organisation}.",
    ),
    ("reminder_due", "sw"): (
        "Habari {tenant}, ", *_SUBJECT_SW, " zinapaswa kulipwa leo.", *_PAY_SW, " Asante, {organisation}.",
    ),
    ("reminder_overdue", "en"): (
        "Dear {tenant}, ", *_SUBJECT_EN, " is overdue", " since {due_on}", ". Please pay now.", *_PAY_EN,
        " {organisation}",
    ),
    ("reminder_overdue", "sw"): (
        "Habari {tenant}, ", *_SUBJECT_SW, " zimechelewa", " tangu {due_on}", ". Tafadhali lipa sasa.", *_PAY_SW,
        " {organisation}",
    ),
    ("reminder_final", "en"): (
        "{tenant}, ", "FINAL REMINDER: ", *_SUBJECT_EN, " is unpaid", " since {due_on}", ". Pay today or call us.",
        *_PAY_EN, " {organisation}",
    ),
    ("reminder_final", "sw"): (
        "{tenant}, ", "UKUMBUSHO WA MWISHO: ", *_SUBJECT_SW, " hazijalipwa", " tangu {due_on}", ". Lipa leo.",
        *_PAY_SW, " {organisation}",
    ),
    ("receipt", "en"): (
        "{tenant}, ", "we have received ", "{amount}", " for {property}", " {unit}", ".", " Receipt {receipt}.",
        " Ref {reference}.", " Balance: {balance}.", " Thank you, {organisation}.",
    ),
    ("receipt", "sw"): (
        "{tenant}, ", "tumepokea ", "{amount}", " za {property}", " {unit}", ".", " Risiti {receipt}.",
        " Kumb. {reference}.", " Salio: {balance}.", " Asante, {organisation}.",
    ),
    ("reversal", "en"): (
        "{tenant}, ", "a payment of {amount}", " for {property}", " {unit}", " was reversed and no longer counts.",
        " Receipt {receipt}.", " Ref {reference}.", " {organisation}",
    ),
    ("reversal", "sw"): (
        "{tenant}, ", "malipo ya {amount}", " ya {property}", " {unit}", " yamebatilishwa na hayahesabiwi tena.",
        " Risiti {receipt}.", " Kumb. {reference}.", " {organisation}",
    ),
    ("recorded", "en"): (
        "{tenant}, ", "{amount}", " for {property}", " {unit}", " was recorded and awaits confirmation.",
        " Ref {reference}.", " {organisation}",
    ),
    ("recorded", "sw"): (
        "{tenant}, ", "{amount}", " za {property}", " {unit}", " zimeandikwa, zinasubiri kuthibitishwa.",
        " Kumb. {reference}.", " {organisation}",
    ),
    ("rejected", "en"): (
        "{tenant}, ", "{amount}", " recorded for {property}", " {unit}", " was not confirmed and does not count.",
        " Ref {reference}.", " Please ask us. {organisation}",
    ),
    ("rejected", "sw"): (
        "{tenant}, ", "{amount}", " za {property}", " {unit}", " hazikuthibitishwa na hazihesabiwi.",
        " Kumb. {reference}.", " Tafadhali tuulize. {organisation}",
    ),
}  # fmt: skip

# Shorter wording, used if the footer would make a text two SMS.
SHORT_TEMPLATES: dict[tuple[str, str], tuple[str, ...]] = {
    ("reminder_final", "en"): (
        "{tenant}: ", "FINAL REMINDER, ", *_SUBJECT_EN, " unpaid", " since {due_on}", ". Pay today.", *_PAY_EN,
        " {organisation}",
    ),
    ("reminder_final", "sw"): (
        "{tenant}: ", "UKUMBUSHO WA MWISHO, ", *_SUBJECT_SW, " hazijalipwa", " tangu {due_on}", ".", *_PAY_SW,
        " {organisation}",
    ),
    ("receipt", "en"): (
        "{tenant}: ", "{amount} received", " for {property}", " {unit}", ".", " Receipt {receipt}.",
        " Ref {reference}.", " Balance {balance}.", " {organisation}",
    ),
    ("receipt", "sw"): (
        "{tenant}: ", "tumepokea {amount}", " za {property}", " {unit}", ".", " Risiti {receipt}.",
        " Kumb. {reference}.", " Salio {balance}.", " {organisation}",
    ),
    ("reversal", "en"): (
        "{tenant}: ", "{amount}", " for {property}", " {unit}", " was reversed.", " Receipt {receipt} is void.",
        " Ref {reference}.", " {organisation}",
    ),
    ("reversal", "sw"): (
        "{tenant}: ", "malipo ya {amount}", " ya {property}", " {unit}", " yamebatilishwa.", " Risiti {receipt}.",
        " Kumb. {reference}.", " {organisation}",
    ),
    ("rejected", "en"): (
        "{tenant}: ", "{amount}", " for {property}", " {unit}", " was not confirmed; it does not count.",
        " Ref {reference}.", " {organisation}",
    ),
    ("rejected", "sw"): (
        "{tenant}: ", "{amount}", " za {property}", " {unit}", " hazikuthibitishwa, hazihesabiwi.",
        " Kumb. {reference}.", " {organisation}",
    ),
}  # fmt: skip

# Sample value of each placeholder in a preview, and its maximum length.
SAMPLE_VALUES = {
    "tenant": "Wanjiru",
    "amount": "KES 15,000",
    "due_on": "5 Dec 2026",
    "property": "Mwangaza Court",
    "unit": "A12",
    "periods": "Dec 2026",
    "paybill": "522533",
    "account": "A12",
    "organisation": "Acme Homes",
    "receipt": "RCT-000123",
    "reference": "SJ12ABC345",
    "balance": "KES 5,000",
}
MAX_VALUE_LENGTHS = {
    "tenant": 60,
    "amount": 18,
    "due_on": 26,  # two days, or the first and the last
    "property": 126,  # one name, and how many more there are
    "unit": 46,
    "periods": 40,
    "paybill": 30,
    "account": 46,
    "organisation": 120,
    "receipt": 20,
    "reference": 40,
    "balance": 36,  # "KES 0 (KES 1,000 in credit)"
}
