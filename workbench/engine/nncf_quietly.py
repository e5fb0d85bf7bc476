"""NNCF without its bars and its log on the console: what it does is told as events instead."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import Any

from workbench.engine.protocol import Emitter

# Of a message, which may hold a table or the names of a whole model.
_CHARACTERS = 4000
# Of warnings that are kept, as notes of a result.
_WARNINGS, _NOTE_CHARACTERS = 10, 500
# What NNCF is at (its own words), and how many of how many are done.
OnStep = Callable[[str, int, int], None]


@contextlib.contextmanager
def quietly(emit: Emitter, on_step: OnStep | None = None) -> Iterator[list[str]]:
    """Inside, NNCF's log becomes log events, and each step of one of its bars is told to `on_step`. Gives
    the warnings, as they come.

    The bars (`nncf.common.logging.track_progress.track`, imported by name into each of its modules) are one class, so
    its methods are replaced, and put back at the end. Nothing is drawn, and no thread draws it.
    """
    from nncf.common.logging import nncf_logger
    from nncf.common.logging.track_progress import track

    def tell(bar: Any, done: int) -> None:
        if on_step is not None:
            on_step(str(bar.description), done, _total(bar))

    def iterate(bar: Any) -> Iterator[Any]:
        tell(bar, 0)
        for number, item in enumerate(bar.sequence):
            yield item
            tell(bar, number + 1)

    def enter(bar: Any) -> Any:
        bar.told = 0
        tell(bar, 0)
        return bar

    def leave(bar: Any, *_: object) -> None:
        """Nothing was begun."""

    def update(bar: Any, advance: float, **_: object) -> None:
        bar.told += int(advance)
        tell(bar, bar.told)

    ours = {"__iter__": iterate, "__enter__": enter, "__exit__": leave, "update": update}
    before = {name: getattr(track, name) for name in ours}
    handlers, handler = list(nncf_logger.handlers), _ToEvents(emit)
    for name, method in ours.items():
        setattr(track, name, method)
    nncf_logger.handlers = [handler]
    try:
        yield handler.warnings
    finally:
        nncf_logger.handlers = handlers
        for name, method in before.items():
            setattr(track, name, method)


def _total(bar: Any) -> int:
    """Steps of a bar; 0 where nobody knows."""
    if bar.weights is not None:
        return len(bar.weights)
    if bar.total is not None:
        return int(bar.total)
    return len(bar.sequence) if hasattr(bar.sequence, "__len__") else 0


class _ToEvents(logging.Handler):
    def __init__(self, emit: Emitter) -> None:
        super().__init__(logging.INFO)
        self._emit_event = emit
        self.warnings: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = f"NNCF: {record.getMessage()}"
        serious = record.levelno >= logging.WARNING
        if serious and len(self.warnings) < _WARNINGS:
            self.warnings.append(" ".join(text.split())[:_NOTE_CHARACTERS])
        self._emit_event.log(text[:_CHARACTERS], "warning" if serious else "info")
