"""Registers what a test's own process runs besides what app.py registers."""

from collections.abc import Callable

from chalicelib.tasks.model import SHORT
from chalicelib.tasks.registry import REGISTRY, TaskHandler, Worker


def task_handler(kind: str, *, lane: str = SHORT) -> Callable[[TaskHandler], TaskHandler]:
    def register(handler: TaskHandler) -> TaskHandler:
        REGISTRY.add_task_handler(kind, handler, lane=lane)
        return handler

    return register


def worker(name: str) -> Callable[[Worker], Worker]:
    def register(work: Worker) -> Worker:
        REGISTRY.add_worker(name, work)
        return work

    return register
