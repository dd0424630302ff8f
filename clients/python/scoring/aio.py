"""The client for asyncio: as scoring.Client, with `await` and `async for`."""

import asyncio
from typing import AsyncIterable, AsyncIterator, Iterable, Optional, Union

import grpc
import numpy as np

from scoring.backoff import Backoff
from scoring.client import METHODS, OPTIONS
from scoring.errors import ScoringError
from scoring.request import Request, encode
from scoring.result import Result
from scoring.window import Window


class Client:
    """A connection to a Scoring service, of one event loop.

        async with scoring.aio.Client("localhost:8080") as client:
            probabilities = (await client.score(logits)).scores
    """

    def __init__(self, address: str = "localhost:8080", credentials: Optional[grpc.ChannelCredentials] = None):
        self._channel = grpc.aio.secure_channel(address, credentials, OPTIONS) if credentials else grpc.aio.insecure_channel(address, OPTIONS)
        self._score = self._channel.unary_unary(METHODS + "Score", response_deserializer=Result)
        self._stream = self._channel.stream_stream(METHODS + "ScoreStream", response_deserializer=Result)

    async def score(self, logits: Union[np.ndarray, Request], *, timeout: Optional[float] = None, **options) -> Result:
        """As scoring.Client.score."""
        request = logits if isinstance(logits, Request) else Request(logits, **options)
        try:
            return (await self._score(request.encode(0), timeout=timeout)).raise_for_error()
        except grpc.RpcError as error:
            raise ScoringError.of_call(error) from None

    def score_stream(
        self, requests: Union[Iterable, AsyncIterable], *, window: int = 32, patience: float = 30.0
    ) -> AsyncIterator[Result]:
        """As scoring.Client.score_stream, from an iterable or an asynchronous one."""
        return _Stream(self._stream, window, Backoff(patience)).run(requests)

    async def close(self) -> None:
        await self._channel.close()

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *_) -> None:
        await self.close()


class _Stream:
    """As that of scoring.client, with a task where there is a thread."""

    def __init__(self, method, window: int, backoff: Backoff):
        self._method = method
        self._window = Window(window)
        self._backoff = backoff
        self._changed = asyncio.Condition()
        self._source_ended = False

    async def run(self, requests) -> AsyncIterator[Result]:
        reading = asyncio.create_task(self._read(requests))
        try:
            while True:
                try:
                    async for result in self._call():
                        yield result
                    await reading  # raises what the caller's own source raised
                    return
                except grpc.RpcError as error:
                    wait = self._backoff.next(error.code())
                    if wait is None:
                        raise self._window.broken(ScoringError.of_call(error)) from None
                    await asyncio.sleep(wait)
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, source) -> None:
        try:
            id = 0
            async for item in _each(source):
                id += 1
                message = encode(item, id)
                async with self._changed:
                    await self._changed.wait_for(lambda: self._window.has_room)
                    self._window.add(id, message)
                    self._changed.notify_all()
        finally:
            async with self._changed:
                self._source_ended = True
                self._changed.notify_all()

    async def _call(self) -> AsyncIterator[Result]:
        call = self._method(self._send())
        try:
            async for result in call:
                async with self._changed:
                    self._window.answered(result.id)
                    self._changed.notify_all()
                self._backoff.answered()
                yield result
        finally:
            call.cancel()
        if not (self._window.is_empty and self._source_ended):
            raise self._window.ended_early()

    async def _send(self) -> AsyncIterator[bytes]:
        id = None
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: self._source_ended or self._window.find(id) is not None)
                found = self._window.find(id)
            if found is None:
                return
            id = found[0] + 1
            yield found[1]


async def _each(source):
    if hasattr(source, "__aiter__"):
        async for item in source:
            yield item
    else:
        for item in source:
            yield item
