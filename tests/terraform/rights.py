"""Policies tried as AWS tries them: an explicit refusal wins, and identity and boundary must both allow.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import json
import operator
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

SAME: Mapping[str, Callable[[str, str], bool]] = {
    "ArnEquals": fnmatchcase,
    "ArnLike": fnmatchcase,
    "StringEquals": operator.eq,
    "StringLike": fnmatchcase,
}
Context = Mapping[str, str | list[str]]
Document = dict[str, Any]


class Asked(NamedTuple):
    """One call of AWS: ``context`` has the condition keys that AWS would fill in for it."""

    action: str
    resource: str = "*"
    context: Context = {}


class Role(NamedTuple):
    """What a role may do: all of ``policies`` together, within ``boundary``."""

    policies: list[Document]
    boundary: Document

    def may(self, action: str, resource: str = "*", **context: str | list[str]) -> bool:
        """Whether AWS lets it; a keyword such as ``iam__PassedToService`` is the condition key with a colon."""
        asked = Asked(action, resource, {key.replace("__", ":"): value for key, value in context.items()})
        return _answer(self.policies, asked) is True and _answer([self.boundary], asked) is True


def document(text: str) -> Document:
    found: Document = json.loads(text)
    return found


def trusts(trust: Document, context: Context) -> bool:
    """Whether GitHub's token with these claims takes the role on."""
    return _answer([trust], Asked("sts:AssumeRoleWithWebIdentity", "*", context), any_resource=True) is True


def _answer(documents: Iterable[Document], asked: Asked, *, any_resource: bool = False) -> bool | None:
    """Return False where it is refused, True where it is allowed, None where nothing speaks of it."""
    effects = {
        said["Effect"]
        for each in documents
        for said in _many(each["Statement"])
        if _speaks_of(said, asked, any_resource=any_resource)
    }
    return False if "Deny" in effects else True if "Allow" in effects else None


def _speaks_of(said: Document, asked: Asked, *, any_resource: bool) -> bool:
    return (
        _named(said, "Action", asked.action.lower(), str.lower)
        and (any_resource or _named(said, "Resource", asked.resource, str))
        and all(
            _meets(test, asked.context.get(key), _many(wanted))
            for test, keys in said.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _named(said: Document, word: str, value: str, fold: Callable[[str], str]) -> bool:
    if f"Not{word}" in said:
        return not any(fnmatchcase(value, fold(each)) for each in _many(said[f"Not{word}"]))
    return any(fnmatchcase(value, fold(each)) for each in _many(said[word]))


def _meets(test: str, given: str | list[str] | None, wanted: list[Any]) -> bool:
    """Whether a condition holds; one whose key the call has not does not.

    Raises:
        KeyError: the test is none that is known here.
    """
    how, _, plain = test.rpartition(":")
    same = SAME[plain]
    if how not in ("", "ForAnyValue"):
        raise KeyError(test)
    return given is not None and any(same(each, pattern) for each in _many(given) for pattern in wanted)


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
