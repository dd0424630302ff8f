"""The synchronous client."""

import threading
import time
from typing import Iterable, Iterator, Optional, Union

import grpc
import numpy as np

from scoring.attempts import Attempts
from scoring.errors import ScoringError
from scoring.recovery import Recovery
from scoring.request import Request, encode
from scoring.result import Result
from scoring.settings import Settings
from scoring.stall import StallWatch

METHODS = "/scoring.v1.ScoringService/"
_END = object()


class Client:
    """A connection to a Scoring service, to be shared between threads. Settings are those of scoring.Settings.

    with scoring.Client("localhost:8080", patience=10) as client:
        probabilities = client.score(logits).scores
    """

    def __init__(self, address: str = "localhost:8080", credentials: Optional[grpc.ChannelCredentials] = None, **settings):
        self._settings = Settings(**settings)
        options = self._settings.channel_options(address)
        self._channel = grpc.secure_channel(address, credentials, options) if credentials else grpc.insecure_channel(address, options)
        self._score = self._channel.unary_unary(METHODS + "Score", response_deserializer=Result)
        self._stream = self._channel.stream_stream(METHODS + "ScoreStream", response_deserializer=Result)
        self._is_closed = False

    def score(self, logits: Union[np.ndarray, Request], *, timeout: Optional[float] = None, **options) -> Result:
        """Scores one message of rows: an array of logits, (rows, classes) or (classes,), with the options of Request, or a Request.

        Raises ScoringError where the service refuses it or cannot be reached. timeout: of all attempts together, instead of call_timeout.
        """
        request = logits if isinstance(logits, Request) else Request(logits, **options)
        message = request.encode(0)
        attempts = Attempts(self._settings, timeout)
        while True:
            try:
                return self._score(message, timeout=attempts.seconds_left).raise_for_error()
            except grpc.RpcError as error:
                failure = ScoringError.of_call(error)
                if self._is_closed:
                    raise failure from None
                self._rest(attempts.wait(failure))

    def score_stream(self, requests: Iterable[Union[np.ndarray, Request]]) -> Iterator[Result]:
        """Scores any number of messages: one result for each, in their order. What is wrong with one is its result's error, and the stream goes on.

        Where the connection breaks, it is made again and what was not answered is sent again. The source is read ahead as far as the window reaches, by a thread of
        its own.
        """
        return _Stream(self).run(requests)

    def _rest(self, seconds: float) -> None:
        """A channel makes its connection only while somebody waits for it: between calls that fail at once nobody else does."""

        def wait(_):
            pass

        self._channel.subscribe(wait)
        try:
            time.sleep(seconds)
        finally:
            self._channel.unsubscribe(wait)

    def close(self) -> None:
        self._is_closed = True
        self._channel.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_) -> None:
        self.close()


class _Stream:
    """One stream over as many calls as it takes. A thread reads the source into a window; each call sends what of it is not answered."""

    def __init__(self, client: Client):
        self._client = client
        self._recovery = Recovery(client._settings)
        self._window = self._recovery.window
        self._changed = threading.Condition()
        self._source_ended = False
        self._source_error: Optional[BaseException] = None
        self._closed = False

    def run(self, requests) -> Iterator[Result]:
        threading.Thread(target=self._read, args=(iter(requests),), daemon=True, name="scoring-source").start()
        try:
            failure = None
            is_first = True
            while self._has_more():
                if not is_first:
                    self._client._rest(self._recovery.wait(failure))
                is_first = False
                failure = yield from self._call()
                with self._changed:
                    refused = self._recovery.ended(failure)
                    self._changed.notify_all()
                if refused is not None:
                    yield refused
        finally:
            with self._changed:
                self._closed = True
                self._changed.notify_all()

    def _has_more(self) -> bool:
        """Waits until there is anything to send: until then, whatever becomes of the service does no harm. False at the end; raises what the source has raised."""
        with self._changed:
            self._changed.wait_for(lambda: self._source_ended or not self._window.is_empty)
        if self._window.is_empty and self._source_error is not None:
            raise self._source_error
        return not self._window.is_empty

    def _read(self, source) -> None:
        try:
            id = 0
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: self._window.has_room or self._closed)
                    if self._closed:
                        return
                item = next(source, _END)
                if item is _END:
                    return
                id += 1
                message = encode(item, id)
                with self._changed:
                    self._window.add(id, message)
                    self._changed.notify_all()
        except BaseException as error:  # the caller's, and raised where the caller is
            self._source_error = error
        finally:
            with self._changed:
                self._source_ended = True
                self._changed.notify_all()

    def _call(self) -> Iterator[Result]:
        """Yields the answers of one call; returns what has ended it where that was no OK."""
        ended = threading.Event()
        call = self._client._stream(self._send(ended))
        stalls = StallWatch(self._window, self._client._settings.progress_timeout)
        threading.Thread(target=_watch, args=(stalls, ended, call), daemon=True, name="scoring-watch").start()
        try:
            stalls.waits()
            for result in call:
                stalls.answered()
                with self._changed:
                    self._recovery.answered(result)
                    self._changed.notify_all()
                yield result
                stalls.waits()
        except grpc.RpcError as error:
            failure = stalls.failure or ScoringError.of_call(error)
            if self._client._is_closed:
                raise failure.leaving(self._window.ids) from None
            return failure
        finally:
            with self._changed:
                ended.set()
                self._changed.notify_all()
            call.cancel()
        return None

    def _send(self, ended: threading.Event) -> Iterator[bytes]:
        while True:
            with self._changed:
                message = None
                while not ended.is_set() and (message := self._window.send()) is None and not (self._source_ended and self._window.is_all_sent):
                    self._changed.wait()
            if message is None:
                return
            yield message


def _watch(stalls: StallWatch, ended: threading.Event, call) -> None:
    while not ended.wait(stalls.period):
        if stalls.look():
            call.cancel()
            return
