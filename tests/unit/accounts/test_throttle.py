from workbench.accounts.throttle import MAX_CLIENTS, MAX_FAILURES, MAX_KNOWN, WINDOW_S, Throttle


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def failing(throttle: Throttle, client: str, count: int) -> None:
    for number in range(count):
        throttle.failed(client, f"wrong-{number}")


class TestThrottle:
    def test_some_failures_are_free(self) -> None:
        throttle = Throttle(Clock())
        failing(throttle, "c", MAX_FAILURES - 1)
        assert throttle.wait_s("c", "next") == 0

    def test_then_the_client_waits_until_the_first_is_a_minute_old(self) -> None:
        clock = Clock()
        throttle = Throttle(clock)
        failing(throttle, "c", MAX_FAILURES)
        clock.now += 10
        assert throttle.wait_s("c", "next") == WINDOW_S - 10
        clock.now += WINDOW_S
        assert throttle.wait_s("c", "next") == 0

    def test_other_clients_do_not_wait(self) -> None:
        throttle = Throttle(Clock())
        failing(throttle, "c", MAX_FAILURES)
        assert throttle.wait_s("d", "next") == 0

    def test_the_same_wrong_secret_counts_once(self) -> None:
        throttle = Throttle(Clock())
        for _ in range(100):
            throttle.failed("c", "old cookie")
        assert throttle.wait_s("c", "next") == 0

    def test_a_secret_that_was_right_passes(self) -> None:
        throttle = Throttle(Clock())
        throttle.succeeded("right")
        failing(throttle, "c", MAX_FAILURES)
        assert throttle.wait_s("c", "right") == 0

    def test_until_it_is_wrong(self) -> None:
        throttle = Throttle(Clock())
        throttle.succeeded("deleted")
        failing(throttle, "d", MAX_FAILURES)
        throttle.failed("c", "deleted")
        assert throttle.wait_s("d", "deleted") > 0

    def test_memory_is_bounded(self) -> None:
        throttle = Throttle(Clock())
        for number in range(MAX_CLIENTS + 100):
            throttle.failed(f"client-{number}", "wrong")
        for number in range(MAX_KNOWN + 100):
            throttle.succeeded(f"right-{number}")
        failing(throttle, "c", 10 * MAX_FAILURES)
        assert len(throttle._failures) == MAX_CLIENTS
        assert len(throttle._known) == MAX_KNOWN
        assert len(throttle._failures["c"]) == MAX_FAILURES
