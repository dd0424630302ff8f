"""The client for asyncio: as scoring.Client, with `await` and `async for`."""

import asyncio
import weakref
from contextlib import aclosing
from functools import partial
from typing import AsyncIterable, AsyncIterator, Iterable, Optional, Union

import grpc
import numpy as np

from scoring.address import target_of
from scoring.attempts import Attempts
from scoring.channels import Channels
from scoring.client import METHODS, answer_of, closed
from scoring.errors import ScoringError
from scoring.recovery import Recovery
from scoring.request import Request, encode
from scoring.result import Result
from scoring.settings import Settings
from scoring.stall import StallWatch
from scoring.window import Window

_END = object()


class Client:
    """The connections to a Scoring service, of one event loop. Settings are those of scoring.Settings.

    async with scoring.aio.Client("localhost:8080") as client:
        probabilities = (await client.score(logits)).scores
    """

    def __init__(self, address: str = "localhost:8080", credentials: Optional[grpc.ChannelCredentials] = None, **settings):
        self._settings = Settings(**settings)
        target = target_of(address, has_credentials=bool(credentials))
        options = self._settings.channel_options(target, is_clear_text=not credentials)
        make = partial(grpc.aio.secure_channel, target, credentials, options) if credentials else partial(grpc.aio.insecure_channel, target, options)
        self._channels = Channels(make)
        self._score = self._channels.first.unary_unary(METHODS + "Score")
        self._closed = asyncio.Event()
        self._streams = weakref.WeakSet()

    async def score(self, logits: Union[np.ndarray, Request], *, timeout: Optional[float] = None, **options) -> Result:
        """As scoring.Client.score."""
        request = logits if isinstance(logits, Request) else Request(logits, **options)
        message = request.encode(0)
        attempts = Attempts(self._settings, timeout)
        cancellations = _cancellations()
        while True:
            self._raise_if_closed()
            try:
                return answer_of(await self._score(message.data, timeout=attempts.timeout), message)
            except (grpc.RpcError, KeyError) as error:
                failure = _failure(error)
            except asyncio.CancelledError:
                if _cancellations() > cancellations:
                    raise
                self._raise_if_closed()
                raise
            await self._rest(attempts.wait(failure))

    def score_stream(self, requests: Union[Iterable, AsyncIterable]) -> AsyncIterator[Result]:
        """As scoring.Client.score_stream, from an iterable or an asynchronous one."""
        stream = _Stream(self)
        self._streams.add(stream)
        return stream.run(requests)

    async def _rest(self, seconds: float, window: Optional[Window] = None) -> None:
        try:
            await asyncio.wait_for(self._closed.wait(), seconds)
        except asyncio.TimeoutError:
            pass
        self._raise_if_closed(window)

    def _raise_if_closed(self, window: Optional[Window] = None) -> None:
        if self._closed.is_set():
            raise closed(window)

    async def close(self) -> None:
        """As scoring.Client.close."""
        self._closed.set()
        for stream in list(self._streams):
            await stream.close()
        for channel in self._channels.close():
            await channel.close()

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *_) -> None:
        await self.close()


class _Stream:
    """As that of scoring.client, with tasks where there are threads."""

    def __init__(self, client: Client):
        self._client = client
        self._recovery = Recovery(client._settings)
        self._window = self._recovery.window
        self._changed = asyncio.Condition()
        self._source_ended = False
        self._current: Optional[grpc.aio.StreamStreamCall] = None
        # What has ended the last call where that was no OK.
        self._failure: Optional[ScoringError] = None

    async def close(self) -> None:
        if self._current is not None:
            self._current.cancel()  # gRPC's channel looks for its calls on the stacks of tasks, and does not find those in a generator.
        async with self._changed:
            self._changed.notify_all()

    async def run(self, requests) -> AsyncIterator[Result]:
        shared = self._client._channels.take()
        reading = asyncio.create_task(self._read(requests))
        try:
            is_first = True
            while await self._has_more():
                if not is_first:
                    await self._client._rest(self._recovery.wait(self._failure), self._window)
                is_first = False
                async with aclosing(self._call(shared.channel)) as results:
                    async for result in results:
                        yield result
                if self._failure is not None:
                    self._client._raise_if_closed(self._window)
                async with self._changed:
                    refused = self._recovery.ended(self._failure)
                    self._changed.notify_all()
                if refused is not None:
                    yield refused
            await reading  # raises what the caller's own source raised
        finally:
            reading.cancel()
            unused = self._client._channels.give_back(shared)
            if unused is not None:
                await unused.close()
            await asyncio.gather(reading, return_exceptions=True)

    async def _has_more(self) -> bool:
        """Waits until there is anything to send: until then, whatever becomes of the service does no harm. False at the end."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._source_ended or not self._window.is_empty or self._client._closed.is_set())
        if not (self._window.is_empty and self._source_ended):
            self._client._raise_if_closed(self._window)
        return not self._window.is_empty

    async def _read(self, source) -> None:
        try:
            id = 0
            items = _each(source)
            while True:
                async with self._changed:
                    await self._changed.wait_for(lambda: self._window.has_room)
                item = await anext(items, _END)
                if item is _END:
                    return
                id += 1
                message = encode(item, id)
                async with self._changed:
                    self._window.add(id, message)
                    self._changed.notify_all()
        finally:
            async with self._changed:
                self._source_ended = True
                self._changed.notify_all()

    async def _call(self, channel: grpc.aio.Channel) -> AsyncIterator[Result]:
        self._failure = None
        self._current = call = channel.stream_stream(METHODS + "ScoreStream")()
        stalls = StallWatch(lambda: self._window.awaits_answer or self._source_ended, self._client._settings.progress_timeout)
        tasks = [asyncio.create_task(self._send(call)), asyncio.create_task(_watch(stalls, call))]
        cancellations = _cancellations()
        try:
            stalls.waits()
            async for data in call:
                stalls.answered()
                async with self._changed:
                    result = self._recovery.answered(data)
                    self._changed.notify_all()
                yield result
                # What the caller has done meanwhile, in whatever task it is now, concerns no wait of this one.
                cancellations = _cancellations()
                stalls.waits()
        except (grpc.RpcError, KeyError) as error:
            self._failure = _failure(error)
        except asyncio.CancelledError:
            # gRPC tells by it that the call was cancelled from here: by the watch, by the end of the client, or because the caller's own task was.
            if _cancellations() > cancellations:
                raise
            self._client._raise_if_closed(self._window)
            if stalls.failure is None:
                raise
            self._failure = stalls.failure
        finally:
            call.cancel()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _send(self, call) -> None:
        """Not by gRPC's own loop over an iterator, which cancels the call when a write fails, so that nobody learns why it has ended."""
        try:
            while True:
                async with self._changed:
                    while (message := self._window.send()) is None and not (self._source_ended and self._window.is_all_sent):
                        await self._changed.wait()
                if message is None:
                    return await call.done_writing()
                await call.write(message)
        except (grpc.RpcError, asyncio.InvalidStateError):
            pass  # The call has ended; whoever receives is told how.


async def _watch(stalls: StallWatch, call) -> None:
    while not stalls.look():
        await asyncio.sleep(stalls.period)
    call.cancel()


def _failure(error: Exception) -> ScoringError:
    """gRPC itself fails with KeyError at a status that it does not know."""
    return ScoringError(grpc.StatusCode.UNKNOWN, f"the call has ended with a status of {error}") if isinstance(error, KeyError) else ScoringError.of_call(error)


def _cancellations() -> int:
    """How often the caller's task was cancelled, which may be long over: more of them than before a wait have come during it. Before Python 3.11 nobody knows."""
    task = asyncio.current_task()
    return task.cancelling() if hasattr(task, "cancelling") else 0


async def _each(source):
    if hasattr(source, "__aiter__"):
        async for item in source:
            yield item
    else:
        for item in source:
            yield item
