"""What a text ends with, so that whoever gets it knows who began this and how to object.

Whom a text comes from is proven by one thing, the number that the organisation was founded by: it stands in
every text until the organisation is granted messaging. The word to object stands in each SMS to a number
whose holder has not confirmed the place; not in an answer to what they have just sent.
"""

from chalicelib.messaging.grant_model import Allowance
from chalicelib.messaging.model import SMS

REPLY = "reply"  # the kind of an answer

_FROM_LINES = {"en": "From {phone}.", "sw": "Kutoka {phone}."}
_SENTENCE_ENDS = (".", "!", "?", ":")
_DENIAL_HINTS = {"en": "Not you? Send NOT ME", "sw": "Si wewe? Tuma SI MIMI"}


def add_footer(text: str, kind: str, medium: str, language: str, allowance: Allowance, *, confirmed: bool) -> str:
    """Return ``text`` with what it ends with; ``confirmed``: its reader has said that the place is theirs."""
    if medium != SMS:
        sender = founder_line(language, allowance)
        return f"{text.rstrip()}\n\n{sender}\n" if sender else text
    needs_hint = kind != REPLY and not confirmed
    return append_sentence(
        text,
        " ".join(filter(None, (founder_line(language, allowance), needs_hint * _in_language(_DENIAL_HINTS, language)))),
    )


def longest_footer(language: str, allowance: Allowance) -> str:
    """Return the most that an SMS ends with, which a text of ours is made to leave room for."""
    return " ".join(filter(None, (founder_line(language, allowance), _in_language(_DENIAL_HINTS, language))))


def with_denial_hint(text: str, language: str) -> str:
    """Return a finished SMS with how to object, for a reader who has confirmed nothing."""
    hint = _in_language(_DENIAL_HINTS, language)
    return text if text.endswith(hint) else append_sentence(text, hint)


def append_sentence(text: str, footer: str) -> str:
    """Return ``text`` and then ``footer`` as a sentence of its own."""
    return f"{text}{' ' if text[-1:] in _SENTENCE_ENDS else '. '}{footer}" if footer else text


def founder_line(language: str, allowance: Allowance) -> str:
    """Return what tells the founder's number, or "" where the organisation is granted messaging."""
    if allowance.granted or allowance.founder_phone is None:
        return ""
    return _in_language(_FROM_LINES, language).format(phone=allowance.founder_phone)


def _in_language(texts: dict[str, str], language: str) -> str:
    return texts.get(language, texts["en"])
