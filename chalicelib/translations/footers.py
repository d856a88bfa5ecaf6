"""What is added to texts or stands in for names, and the sign-in code."""

FROM_LINES = {"en": "From {phone}.", "sw": "Kutoka {phone}."}
DENIAL_HINTS = {"en": "Not you? Send NOT ME", "sw": "Si wewe? Tuma SI MIMI"}

# With ten digits still one GSM-7 SMS, the billed unit.
SIGN_IN_CODE = (
    "{code} is your Plotihub sign-in code. Never tell it to anyone.\n"
    "{code} ni nambari yako ya kuingia Plotihub. Usimwambie mtu yeyote."
)

# Replacement where a name was only a brand; for other values their piece of the text is left out.
FALLBACK_NAMES = {
    "tenant": {"en": "tenant", "sw": "mpangaji"},
    "owner": {"en": "owner", "sw": "mmiliki"},
    "organisation": {"en": "your landlord", "sw": "mwenye nyumba"},
}
