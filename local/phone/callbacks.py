"""The provider's callbacks to the API: forms posted to its secret paths, and retried if the API did not accept them."""

import heapq
import itertools
import logging
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from local.phone.store import Store

ANSWERS_IN_S = 10
AGAIN_AFTER_S = (2.0, 5.0, 15.0, 60.0)

log = logging.getLogger("plotihub.phone")


class CallbackResponse(NamedTuple):
    """What the API answered: its HTTP status, 0 where there was no answer, and the text."""

    status: int
    text: str

    @property
    def word(self) -> str:
        return str(self.status) if self.status else "no answer"

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300

    @property
    def retryable(self) -> bool:
        """Whether a retry may succeed."""
        return self.status in (0, 429) or self.status >= 500


@dataclass(frozen=True, slots=True)
class Callbacks:
    """The account's callback URLs; their path contains a secret, so they are never logged."""

    url: str

    def post(self, what: str, form: Mapping[str, str]) -> CallbackResponse:
        """Post the form to the path that ends in ``what``. An error of the API raises nothing."""
        request = urllib.request.Request(
            f"{self.url}/{what}",
            data=urllib.parse.urlencode(form).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWERS_IN_S) as answer:
                return CallbackResponse(int(answer.status), answer.read().decode("utf-8", "replace"))
        except urllib.error.HTTPError as refused:
            with refused:
                return CallbackResponse(refused.code, refused.read().decode("utf-8", "replace"))
        except OSError:
            return CallbackResponse(0, "")


class QueuedForm(NamedTuple):
    """A form to post; ``tries`` so far. Ordered by when it is due."""

    due: float  # of the monotonic clock
    place: int
    what: str
    form: Mapping[str, str]
    tries: int


class Reporter:
    """Posts forms when they are due, one after another, in a thread of its own."""

    def __init__(self, store: Store, callbacks: Callbacks) -> None:
        self._store = store
        self._callbacks = callbacks
        self._changed = threading.Condition()
        self._items: list[QueuedForm] = []
        self._places = itertools.count()
        self._busy = self._stopped = False
        self.posted = 0  # forms so far, tries included
        self._thread = threading.Thread(target=self._work, name="reporter", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End it; what is not yet posted is never posted."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.join()

    def add(self, what: str, form: Mapping[str, str], *, after_s: float = 0.0) -> None:
        self._add(QueuedForm(time.monotonic() + after_s, next(self._places), what, form, 0))

    def settle(self, timeout_s: float) -> bool:
        """Wait until nothing is left to post; return whether that came to be in time."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._items and not self._busy, timeout_s)

    def _add(self, item: QueuedForm) -> None:
        with self._changed:
            heapq.heappush(self._items, item)
            self._changed.notify_all()

    def _work(self) -> None:
        while (item := self._next()) is not None:
            response = self._callbacks.post(item.what, item.form)
            self._store.report(item.form["id"], item.form.get("status", ""), response.word)
            self.posted += 1
            if response.retryable and item.tries < len(AGAIN_AFTER_S):
                again_at = time.monotonic() + AGAIN_AFTER_S[item.tries]
                self._add(item._replace(due=again_at, tries=item.tries + 1))
            elif not response.accepted:
                log.warning(
                    "local.phone.callback_refused: the API refused a callback",
                    extra={"what": item.what, "answer": response.word},
                )
            with self._changed:
                self._busy = False
                self._changed.notify_all()

    def _next(self) -> QueuedForm | None:
        """Wait for the next item that is due; return None if it was stopped."""
        with self._changed:
            while not self._stopped:
                left_s = self._items[0].due - time.monotonic() if self._items else None
                if left_s is not None and left_s <= 0:
                    self._busy = True
                    return heapq.heappop(self._items)
                self._changed.wait(left_s)
            return None
