"""What a text ends with, so that whoever gets it knows who began this and how to object.

Whom a text comes from is proven by one thing, the number that the organisation was founded by: it stands in
every text until the organisation is granted messaging. The word to object stands in each SMS to a number
whose holder has not confirmed the place; not in an answer to what they have just sent.
"""

from chalicelib.messaging.grant_model import Allowance
from chalicelib.messaging.model import SMS

REPLY = "reply"  # the kind of an answer

_FROM = {"en": "From {phone}.", "sw": "Kutoka {phone}."}
_STOPS = (".", "!", "?", ":")
_OBJECT = {"en": "Not you? Send NOT ME", "sw": "Si wewe? Tuma SI MIMI"}


def sign(text: str, kind: str, medium: str, language: str, allowance: Allowance, *, confirmed: bool) -> str:
    """Return ``text`` with what it ends with; ``confirmed``: its reader has said that the place is theirs."""
    if medium != SMS:
        who = founder(language, allowance)
        return f"{text.rstrip()}\n\n{who}\n" if who else text
    objects = kind != REPLY and not confirmed
    return join(text, " ".join(filter(None, (founder(language, allowance), objects * _said(_OBJECT, language)))))


def longest_ending(language: str, allowance: Allowance) -> str:
    """Return the most that an SMS ends with, which a text of ours is made to leave room for."""
    return " ".join(filter(None, (founder(language, allowance), _said(_OBJECT, language))))


def with_objection(text: str, language: str) -> str:
    """Return a finished SMS with how to object, for a reader who has confirmed nothing."""
    objection = _said(_OBJECT, language)
    return text if text.endswith(objection) else join(text, objection)


def join(text: str, ending: str) -> str:
    """Return ``text`` and then ``ending`` as a sentence of its own."""
    return f"{text}{' ' if text[-1:] in _STOPS else '. '}{ending}" if ending else text


def founder(language: str, allowance: Allowance) -> str:
    """Return what tells the founder's number, or "" where the organisation is granted messaging."""
    if allowance.granted or allowance.founder_phone is None:
        return ""
    return _said(_FROM, language).format(phone=allowance.founder_phone)


def _said(texts: dict[str, str], language: str) -> str:
    return texts.get(language, texts["en"])
