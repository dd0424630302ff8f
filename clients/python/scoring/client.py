"""The synchronous client."""

import threading
import time
from typing import Iterable, Iterator, Optional, Union

import grpc
import numpy as np

from scoring.backoff import Backoff
from scoring.errors import ScoringError
from scoring.request import Request, encode
from scoring.result import Result
from scoring.window import Window

METHODS = "/scoring.v1.ScoringService/"
OPTIONS = [
    ("grpc.max_receive_message_length", 256 << 20),
    ("grpc.max_send_message_length", -1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2000),
]


class Client:
    """A connection to a Scoring service, to be shared between threads.

        with scoring.Client("localhost:8080") as client:
            probabilities = client.score(logits).scores
    """

    def __init__(self, address: str = "localhost:8080", credentials: Optional[grpc.ChannelCredentials] = None):
        self._channel = grpc.secure_channel(address, credentials, OPTIONS) if credentials else grpc.insecure_channel(address, OPTIONS)
        self._score = self._channel.unary_unary(METHODS + "Score", response_deserializer=Result)
        self._stream = self._channel.stream_stream(METHODS + "ScoreStream", response_deserializer=Result)

    def score(self, logits: Union[np.ndarray, Request], *, timeout: Optional[float] = None, **options) -> Result:
        """Scores one message of rows: an array of logits, (rows, classes) or (classes,), with the options of Request, or a Request.

        Raises ScoringError where the service refuses it or cannot be reached.
        """
        request = logits if isinstance(logits, Request) else Request(logits, **options)
        try:
            return self._score(request.encode(0), timeout=timeout).raise_for_error()
        except grpc.RpcError as error:
            raise ScoringError.of_call(error) from None

    def score_stream(self, requests: Iterable[Union[np.ndarray, Request]], *, window: int = 32, patience: float = 30.0) -> Iterator[Result]:
        """Scores any number of messages: one result for each, in their order. What is wrong with one is its result's error, and the stream goes on.

        window: messages that are sent and not yet answered, and held in memory to be sent again. The source is read ahead that far, by a thread of its own.
        patience: where the connection breaks, it is made again and what was not answered is sent again, until nothing was answered for so many seconds.
        """
        return _Stream(self._stream, self._wait_until_ready, window, Backoff(patience)).run(requests)

    def _wait_until_ready(self, seconds: float) -> None:
        """A channel makes its connection only while somebody waits for it: between calls that fail at once nobody does."""
        ready = grpc.channel_ready_future(self._channel)
        try:
            ready.result(timeout=seconds)
        except grpc.FutureTimeoutError:
            pass
        finally:
            ready.cancel()

    def close(self) -> None:
        self._channel.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_) -> None:
        self.close()


class _Stream:
    """One stream over as many calls as it takes. A thread reads the source into a window; each call sends what of it is not answered."""

    def __init__(self, method, wait_until_ready, window: int, backoff: Backoff):
        self._method = method
        self._wait_until_ready = wait_until_ready
        self._window = Window(window)
        self._backoff = backoff
        self._changed = threading.Condition()
        self._source_ended = False
        self._source_error: Optional[BaseException] = None
        self._closed = False

    def run(self, requests) -> Iterator[Result]:
        threading.Thread(target=self._read, args=(iter(requests),), daemon=True, name="scoring-source").start()
        try:
            while True:
                try:
                    yield from self._call()
                    return
                except grpc.RpcError as error:
                    wait = self._backoff.next(error.code())
                    if wait is None:
                        raise self._window.broken(ScoringError.of_call(error)) from None
                    time.sleep(wait)
                    self._wait_until_ready(self._backoff.left)
        finally:
            with self._changed:
                self._closed = True
                self._changed.notify_all()

    def _read(self, source) -> None:
        try:
            for id, item in enumerate(source, start=1):
                message = encode(item, id)
                with self._changed:
                    self._changed.wait_for(lambda: self._window.has_room or self._closed)
                    if self._closed:
                        return
                    self._window.add(id, message)
                    self._changed.notify_all()
        except BaseException as error:  # the caller's, and raised where the caller is
            self._source_error = error
        finally:
            with self._changed:
                self._source_ended = True
                self._changed.notify_all()

    def _call(self) -> Iterator[Result]:
        ended = threading.Event()
        call = self._method(self._send(ended))
        try:
            for result in call:
                with self._changed:
                    self._window.answered(result.id)
                    self._changed.notify_all()
                self._backoff.answered()
                yield result
        finally:
            with self._changed:
                ended.set()
                self._changed.notify_all()
            call.cancel()
        if self._source_error is not None:
            raise self._source_error
        if not (self._window.is_empty and self._source_ended):
            raise self._window.ended_early()

    def _send(self, ended: threading.Event) -> Iterator[bytes]:
        id = None
        while True:
            with self._changed:
                self._changed.wait_for(lambda: ended.is_set() or self._source_ended or self._window.find(id) is not None)
                found = None if ended.is_set() else self._window.find(id)
            if found is None:
                return
            id = found[0] + 1
            yield found[1]
