"""Questions that may hang (a network that swallows packets) and must not hold up who asks."""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeVar

Answer = TypeVar("Answer")


class NoAnswer(Exception):
    """Nothing came in time."""


def ask(question: Callable[[], Answer], timeout_s: float) -> Answer:
    """The answer, or what the question raised, or NoAnswer after `timeout_s`.

    A question that hangs is left behind in a daemon thread, which does not keep the process alive.
    """
    answers: SimpleQueue[tuple[Answer, None] | tuple[None, Exception]] = SimpleQueue()

    def run() -> None:
        try:
            answers.put((question(), None))
        except Exception as error:  # handed over to whoever asked
            answers.put((None, error))

    threading.Thread(target=run, daemon=True, name="question").start()
    try:
        answer, error = answers.get(timeout=timeout_s)
    except Empty:
        raise NoAnswer from None
    if error is not None:
        raise error
    return answer  # type: ignore[return-value]  # without an error there is an answer, which may be None
