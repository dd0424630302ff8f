"""The synchronous client."""

import threading
import weakref
from functools import partial
from typing import Iterable, Iterator, Optional, Union

import grpc
import numpy as np

from scoring.address import target_of
from scoring.attempts import Attempts
from scoring.channels import Channels
from scoring.errors import ScoringError
from scoring.recovery import Recovery
from scoring.request import Message, Request, encode
from scoring.result import Result
from scoring.settings import Settings
from scoring.stall import StallWatch
from scoring.window import Window

METHODS = "/scoring.v1.ScoringService/"
_END = object()


class Client:
    """The connections to a Scoring service, to be shared between threads. Settings are those of scoring.Settings.

    with scoring.Client("localhost:8080", patience=10) as client:
        probabilities = client.score(logits).scores
    """

    def __init__(self, address: str = "localhost:8080", credentials: Optional[grpc.ChannelCredentials] = None, **settings):
        self._settings = Settings(**settings)
        target = target_of(address, has_credentials=bool(credentials))
        options = self._settings.channel_options(target, is_clear_text=not credentials)
        self._channels = Channels(partial(grpc.secure_channel, target, credentials, options) if credentials else partial(grpc.insecure_channel, target, options))
        # Answers are read here, not by gRPC, which keeps to itself what is wrong with them.
        self._score = self._channels.first.unary_unary(METHODS + "Score")
        self._closed = threading.Event()
        self._opening = threading.Lock()
        self._streams = weakref.WeakSet()

    def score(self, logits: Union[np.ndarray, Request], *, timeout: Optional[float] = None, **options) -> Result:
        """Scores one message of rows: an array of logits, (rows, classes) or (classes,), with the options of Request, or a Request.

        Raises ScoringError where the service refuses it or cannot be reached. timeout: of all attempts together, instead of call_timeout.
        """
        request = logits if isinstance(logits, Request) else Request(logits, **options)
        message = request.encode(0)
        attempts = Attempts(self._settings, timeout)
        while True:
            try:
                return answer_of(self._begin(None, self._score, message.data, timeout=attempts.timeout), message)
            except grpc.RpcError as error:
                failure = ScoringError.of_call(error)
            self._rest(self._channels.first, attempts.wait(failure))

    def score_stream(self, requests: Iterable[Union[np.ndarray, Request]]) -> Iterator[Result]:
        """Scores any number of messages: one result for each, in their order. What is wrong with one is its result's error, and the stream goes on.

        Where the connection breaks, it is made again and what was not answered is sent again. The source is read ahead as far as the window reaches, by a thread of
        its own.
        """
        stream = _Stream(self)
        with self._opening:
            self._streams.add(stream)
        return stream.run(requests)

    def _begin(self, window: Optional[Window], method, *arguments, **options):
        try:
            return method(*arguments, **options)
        except ValueError:
            self._raise_if_closed(window)  # Which is how gRPC tells it.
            raise

    def _rest(self, channel: grpc.Channel, seconds: float, window: Optional[Window] = None) -> None:
        """A channel makes its connection only while somebody waits for it: between calls that fail at once nobody else does."""

        def wait(_):
            pass

        self._raise_if_closed(window)
        channel.subscribe(wait)
        try:
            self._closed.wait(seconds)
        finally:
            channel.unsubscribe(wait)
        self._raise_if_closed(window)

    def _raise_if_closed(self, window: Optional[Window] = None) -> None:
        if self._closed.is_set():
            raise closed(window)

    def close(self) -> None:
        """Ends all that is under way, from any thread, with CANCELLED."""
        self._closed.set()
        for channel in self._channels.close():
            channel.close()
        with self._opening:
            streams = list(self._streams)
        for stream in streams:
            stream.wake()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_) -> None:
        self.close()


def closed(window: Optional[Window]) -> ScoringError:
    """How the client's own end ends a call; a stream leaves what is in its window without an answer."""
    return ScoringError(grpc.StatusCode.CANCELLED, "the client is closed", unanswered=window.ids if window else ())


def answer_of(data: Optional[bytes], message: Message) -> Result:
    """Of a call that has ended with OK."""
    if data is None:
        raise ScoringError(grpc.StatusCode.INTERNAL, "the call has ended with OK, and without an answer")
    return Result(data).check(0, message.asked).raise_for_error()


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

    def wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def run(self, requests) -> Iterator[Result]:
        shared = self._client._channels.take()
        try:
            threading.Thread(target=self._read, args=(iter(requests),), daemon=True, name="scoring-source").start()
            failure = None
            is_first = True
            while self._has_more():
                if not is_first:
                    self._client._rest(shared.channel, self._recovery.wait(failure), self._window)
                is_first = False
                failure = yield from self._call(shared.channel)
                if failure is not None:
                    self._client._raise_if_closed(self._window)
                with self._changed:
                    refused = self._recovery.ended(failure)
                    self._changed.notify_all()
                if refused is not None:
                    yield refused
        finally:
            with self._changed:
                self._closed = True
                self._changed.notify_all()
            unused = self._client._channels.give_back(shared)
            if unused is not None:
                unused.close()

    def _has_more(self) -> bool:
        """Waits until there is anything to send: until then, whatever becomes of the service does no harm. False at the end; raises what the source has raised."""
        with self._changed:
            self._changed.wait_for(lambda: self._source_ended or not self._window.is_empty or self._client._closed.is_set())
        if self._window.is_empty and self._source_error is not None:
            raise self._source_error
        if not (self._window.is_empty and self._source_ended):
            self._client._raise_if_closed(self._window)
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

    def _call(self, channel: grpc.Channel) -> Iterator[Result]:
        """Yields the answers of one call; returns what has ended it where that was no OK."""
        ended = threading.Event()
        call = self._client._begin(self._window, channel.stream_stream(METHODS + "ScoreStream"), self._send(ended))
        stalls = StallWatch(lambda: self._window.awaits_answer or self._source_ended, self._client._settings.progress_timeout)
        threading.Thread(target=_watch, args=(stalls, ended, call), daemon=True, name="scoring-watch").start()
        try:
            stalls.waits()
            for data in call:
                stalls.answered()
                with self._changed:
                    result = self._recovery.answered(data)
                    self._changed.notify_all()
                yield result
                stalls.waits()
        except grpc.RpcError as error:
            return stalls.failure or ScoringError.of_call(error)
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
