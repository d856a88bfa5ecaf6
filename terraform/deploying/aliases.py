"""The alias `live` of each function in a Region, by which everybody calls it: moved to the newest version, and back."""

from collections.abc import Iterable
from typing import Any, NamedTuple

ALIAS = "live"
KEPT_VERSIONS = 5  # of each function: what a rollback may want; each older one would fill the account's 75 GB of code


class Move(NamedTuple):
    function: str
    before: str
    after: str


class Aliases:
    def __init__(self, client: Any, functions: Iterable[str]) -> None:
        """``client`` is Lambda's; others' functions, without the alias, are not among ``functions``."""
        self._lambda = client
        self._functions = list(functions)

    def moves(self) -> list[Move]:
        """Return what must move, since the alias does not name the newest version."""
        found = []
        for name in self._functions:
            now = self._lambda.get_alias(FunctionName=name, Name=ALIAS)["FunctionVersion"]
            newest = self._versions(name)[-1]
            if now != newest:
                found.append(Move(name, now, newest))
        return found

    def share(self, moves: list[Move], share: float) -> None:
        """Let ``share`` of the callers meet the new version, and the others the old one."""
        for move in moves:
            self._point(move.function, move.before, {move.after: share})

    def finish(self, moves: list[Move]) -> None:
        for move in moves:
            self._point(move.function, move.after, {})

    def take_back(self, moves: list[Move]) -> dict[str, Exception]:
        """Let all callers meet the old version; return the functions of which AWS would not have it, and why."""
        left: dict[str, Exception] = {}
        for move in moves:
            try:
                self._point(move.function, move.before, {})
            except Exception as error:  # noqa: BLE001 - whatever it is, the next one is to be taken back
                left[move.function] = error
        return left

    def forget_old(self, moves: list[Move]) -> None:
        """Delete the versions that no rollback wants any more."""
        for move in moves:
            for version in self._versions(move.function)[:-KEPT_VERSIONS]:
                if version != move.before:
                    self._lambda.delete_function(FunctionName=move.function, Qualifier=version)

    def _point(self, function: str, version: str, others: dict[str, float]) -> None:
        self._lambda.update_alias(
            FunctionName=function,
            Name=ALIAS,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": others},
        )

    def _versions(self, name: str) -> list[str]:
        """Return the function's published versions, the newest last."""
        pages = self._lambda.get_paginator("list_versions_by_function").paginate(FunctionName=name)
        found = [each["Version"] for page in pages for each in page["Versions"] if each["Version"].isdecimal()]
        return sorted(found, key=int)
