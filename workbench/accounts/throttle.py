"""Slows down guessing: a client that sent many different wrong secrets must wait. Memory is bounded."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

MAX_FAILURES = 10
WINDOW_S = 60.0
MAX_CLIENTS = 4096
MAX_KNOWN = 1024


class Throttle:
    """Failed secrets per client in the last minute.

    A secret that fails again counts once (a page with an old cookie is not an attack), and one that was right
    before passes even when its client is slowed down (many users behind one proxy are one client).
    Secrets are known by their hashes only.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failures: OrderedDict[str, OrderedDict[str, float]] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()

    def wait_s(self, client: str, digest: str) -> float:
        """Seconds until this client may try this secret; 0 when now."""
        with self._lock:
            if digest in self._known:
                return 0.0
            recent = self._recent(client)
            if len(recent) < MAX_FAILURES or digest in recent:
                return 0.0
            return max(1.0, WINDOW_S - (self._clock() - next(iter(recent.values()))))

    def failed(self, client: str, digest: str) -> None:
        with self._lock:
            self._known.pop(digest, None)
            recent = self._recent(client)
            recent[digest] = self._clock()
            recent.move_to_end(digest)
            while len(recent) > MAX_FAILURES:
                recent.popitem(last=False)
            self._failures[client] = recent
            self._failures.move_to_end(client)
            while len(self._failures) > MAX_CLIENTS:
                self._failures.popitem(last=False)

    def succeeded(self, digest: str) -> None:
        with self._lock:
            self._known[digest] = None
            self._known.move_to_end(digest)
            while len(self._known) > MAX_KNOWN:
                self._known.popitem(last=False)

    def _recent(self, client: str) -> OrderedDict[str, float]:
        since = self._clock() - WINDOW_S
        kept = OrderedDict((d, at) for d, at in self._failures.get(client, {}).items() if at > since)
        if kept:
            self._failures[client] = kept
        else:
            self._failures.pop(client, None)
        return kept
