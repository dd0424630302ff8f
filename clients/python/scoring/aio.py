"""The client for asyncio: as scoring.Client, with `await` and `async for`."""

import asyncio
from contextlib import aclosing
from typing import AsyncIterable, AsyncIterator, Iterable, Optional, Union

import grpc
import numpy as np

from scoring.attempts import Attempts
from scoring.client import METHODS
from scoring.errors import ScoringError
from scoring.recovery import Recovery
from scoring.request import Request, encode
from scoring.result import Result
from scoring.settings import Settings
from scoring.stall import StallWatch

_END = object()


class Client:
    """A connection to a Scoring service, of one event loop. Settings are those of scoring.Settings.

    async with scoring.aio.Client("localhost:8080") as client:
        probabilities = (await client.score(logits)).scores
    """

    def __init__(self, address: str = "localhost:8080", credentials: Optional[grpc.ChannelCredentials] = None, **settings):
        self._settings = Settings(**settings)
        options = self._settings.channel_options(address)
        self._channel = grpc.aio.secure_channel(address, credentials, options) if credentials else grpc.aio.insecure_channel(address, options)
        self._score = self._channel.unary_unary(METHODS + "Score", response_deserializer=Result)
        self._stream = self._channel.stream_stream(METHODS + "ScoreStream", response_deserializer=Result)

    async def score(self, logits: Union[np.ndarray, Request], *, timeout: Optional[float] = None, **options) -> Result:
        """As scoring.Client.score."""
        request = logits if isinstance(logits, Request) else Request(logits, **options)
        message = request.encode(0)
        attempts = Attempts(self._settings, timeout)
        while True:
            try:
                return (await self._score(message, timeout=attempts.seconds_left)).raise_for_error()
            except grpc.RpcError as error:
                await asyncio.sleep(attempts.wait(ScoringError.of_call(error)))

    def score_stream(self, requests: Union[Iterable, AsyncIterable]) -> AsyncIterator[Result]:
        """As scoring.Client.score_stream, from an iterable or an asynchronous one."""
        return _Stream(self).run(requests)

    async def close(self) -> None:
        await self._channel.close()

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
        # What has ended the last call where that was no OK.
        self._failure: Optional[ScoringError] = None

    async def run(self, requests) -> AsyncIterator[Result]:
        reading = asyncio.create_task(self._read(requests))
        try:
            is_first = True
            while await self._has_more():
                if not is_first:
                    await asyncio.sleep(self._recovery.wait(self._failure))
                is_first = False
                async with aclosing(self._call()) as results:
                    async for result in results:
                        yield result
                async with self._changed:
                    refused = self._recovery.ended(self._failure)
                    self._changed.notify_all()
                if refused is not None:
                    yield refused
            await reading  # raises what the caller's own source raised
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _has_more(self) -> bool:
        """Waits until there is anything to send: until then, whatever becomes of the service does no harm. False at the end."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._source_ended or not self._window.is_empty)
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

    async def _call(self) -> AsyncIterator[Result]:
        self._failure = None
        call = self._client._stream()
        stalls = StallWatch(self._window, self._client._settings.progress_timeout)
        tasks = [asyncio.create_task(self._send(call)), asyncio.create_task(_watch(stalls, call))]
        try:
            stalls.waits()
            async for result in call:
                stalls.answered()
                async with self._changed:
                    self._recovery.answered(result)
                    self._changed.notify_all()
                yield result
                stalls.waits()
        except grpc.RpcError as error:
            self._failure = ScoringError.of_call(error)
        except asyncio.CancelledError:
            # gRPC tells by it that the call was cancelled from here: by the watch, or because the caller's own task was.
            if stalls.failure is None or _is_cancelled():
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


def _is_cancelled() -> bool:
    """Whether somebody cancels the caller's task; before Python 3.11 nobody knows."""
    task = asyncio.current_task()
    return hasattr(task, "cancelling") and task.cancelling() > 0


async def _each(source):
    if hasattr(source, "__aiter__"):
        async for item in source:
            yield item
    else:
        for item in source:
            yield item
