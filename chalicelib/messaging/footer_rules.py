"""Footer of a text: who sent it and how to opt out.

The sender is proven only by the number that founded the organisation: it is in every text until messaging is
granted. The opt-out keyword is in each SMS to a number that has not confirmed its lease, except in replies.
"""

from chalicelib.messaging.grant_model import Allowance
from chalicelib.messaging.model import SMS
from chalicelib.translations.footers import DENIAL_HINTS, FROM_LINES

REPLY = "reply"  # the kind of replies

_SENTENCE_ENDS = (".", "!", "?", ":")


def add_footer(text: str, kind: str, medium: str, language: str, allowance: Allowance, *, confirmed: bool) -> str:
    """Return ``text`` with its footer; ``confirmed``: the recipient has confirmed the lease."""
    if medium != SMS:
        sender = founder_line(language, allowance)
        return f"{text.rstrip()}\n\n{sender}\n" if sender else text
    needs_hint = kind != REPLY and not confirmed
    return append_sentence(
        text,
        " ".join(filter(None, (founder_line(language, allowance), needs_hint * _in_language(DENIAL_HINTS, language)))),
    )


def longest_footer(language: str, allowance: Allowance) -> str:
    """Return the longest footer of an SMS, for which default texts leave room."""
    return " ".join(filter(None, (founder_line(language, allowance), _in_language(DENIAL_HINTS, language))))


def with_denial_hint(text: str, language: str) -> str:
    """Return a finished SMS with the opt-out hint, for a recipient who has confirmed nothing."""
    hint = _in_language(DENIAL_HINTS, language)
    return text if text.endswith(hint) else append_sentence(text, hint)


def append_sentence(text: str, footer: str) -> str:
    """Return ``text`` followed by ``footer`` as its own sentence."""
    return f"{text}{' ' if text[-1:] in _SENTENCE_ENDS else '. '}{footer}" if footer else text


def founder_line(language: str, allowance: Allowance) -> str:
    """Return the line naming the founder's number, or "" if messaging is granted."""
    if allowance.granted or allowance.founder_phone is None:
        return ""
    return _in_language(FROM_LINES, language).format(phone=allowance.founder_phone)


def _in_language(texts: dict[str, str], language: str) -> str:
    return texts.get(language, texts["en"])
