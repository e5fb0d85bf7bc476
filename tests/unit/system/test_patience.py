import threading
import time

import pytest

from workbench.system.patience import NoAnswer, ask


class TestAsk:
    def test_gives_the_answer(self) -> None:
        assert ask(lambda: 42, 1) == 42
        assert ask(lambda: None, 1) is None

    def test_raises_what_the_question_raised(self) -> None:
        def question() -> None:
            raise ValueError("no")

        with pytest.raises(ValueError, match="no"):
            ask(question, 1)

    def test_waits_no_longer_than_told(self) -> None:
        never = threading.Event()
        began = time.monotonic()
        with pytest.raises(NoAnswer):
            ask(never.wait, 0.1)
        assert time.monotonic() - began < 1
        never.set()
