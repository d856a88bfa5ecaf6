"""A page of a list, as repositories return it and the web layer serializes it."""

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

Item = TypeVar("Item")
Other = TypeVar("Other")

MAX_PAGE_ITEMS = 200
DEFAULT_PAGE_ITEMS = 50


class PageRequest(NamedTuple):
    """The requested page: after which cursor, how many items, sorted by which key ("-" first: descending)."""

    cursor: str | None = None
    limit: int = DEFAULT_PAGE_ITEMS
    sort: str | None = None


class Page(NamedTuple, Generic[Item]):
    items: list[Item]
    next_cursor: str | None

    def of(self, make: "Callable[[Item], Other]") -> "Page[Other]":
        return Page([make(item) for item in self.items], self.next_cursor)
