"""Which channel a stream is on."""

import threading
from typing import Callable, Generic, List, Optional, TypeVar

_MOST_STREAMS = 100

Channel = TypeVar("Channel")


class Shared(Generic[Channel]):
    """A channel, and how many streams have it."""

    def __init__(self, channel: Channel):
        self.channel = channel
        self.streams = 0


class Channels(Generic[Channel]):
    """A channel of gRPC makes one connection, and lets calls past those that the service takes on it wait without a word: where each has its fill of streams, another
    is made. That is 100, since a server of HTTP/2 should take no fewer; this service takes 256, which leaves room for the unary calls of the first.

    Which is closed when and how is the owner's."""

    def __init__(self, make: Callable[[], Channel]):
        self._make = make
        # Taken again by the same thread where the garbage that it collects meanwhile is a stream, which ends.
        self._lock = threading.RLock()
        self._all = [Shared(make())]
        self._is_closed = False

    @property
    def first(self) -> Channel:
        return self._all[0].channel

    def take(self) -> Shared[Channel]:
        """For a stream, from its beginning to its end. Makes none any more once the client is closed."""
        with self._lock:
            for shared in self._all:
                if shared.streams < _MOST_STREAMS or self._is_closed:
                    shared.streams += 1
                    return shared
            shared = Shared(self._make())
            shared.streams = 1
            self._all.append(shared)
            return shared

    def give_back(self, shared: Shared[Channel]) -> Optional[Channel]:
        """Called at the stream's end. Returns the channel where nobody has it any more, to be closed: the first is kept."""
        with self._lock:
            shared.streams -= 1
            if shared.streams > 0 or shared is self._all[0]:
                return None
            self._all.remove(shared)
            return shared.channel

    def close(self) -> List[Channel]:
        """Returns all of them, to be closed."""
        with self._lock:
            self._is_closed = True
            return [shared.channel for shared in self._all]
