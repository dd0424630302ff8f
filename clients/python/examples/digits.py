"""Streams a classifier's logits through a running service, and holds the probabilities to those of float64.

usage: digits.py host:port
"""

import asyncio
import pathlib
import sys

import numpy as np

import scoring

DATA = pathlib.Path(__file__).parents[3] / "tests" / "data"
ROWS = 100


def batches(logits):
    return (logits[start : start + ROWS] for start in range(0, len(logits), ROWS))


async def stream(address, logits):
    async with scoring.aio.Client(address) as client:
        return np.concatenate([result.scores async for result in client.score_stream(batches(logits))])


def main():
    logits = np.load(DATA / "digits.logits.npy")
    expected = np.load(DATA / "digits.probabilities.npy")
    with scoring.Client(sys.argv[1]) as client:
        probabilities = np.concatenate([result.scores for result in client.score_stream(batches(logits))])
    worst = np.abs(probabilities - expected).max()
    print(f"{len(logits)} rows; largest error {worst:.2e}")
    assert worst <= 3e-7
    assert np.array_equal(probabilities, asyncio.run(stream(sys.argv[1], logits))), "asyncio has other bits"


if __name__ == "__main__":
    main()
