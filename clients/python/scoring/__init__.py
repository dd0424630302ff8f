"""A client of the Scoring service: logits in, probabilities, labels, decisions and losses out, as NumPy arrays."""

from importlib.util import find_spec

if find_spec("scoring.v1") is None:
    raise ModuleNotFoundError("scoring.v1 is not generated yet: run clients/python/generate of the checkout", name="scoring.v1")

from scoring import aio
from scoring.client import Client
from scoring.errors import ScoringError
from scoring.request import Request
from scoring.result import Result
from scoring.settings import Settings

__all__ = ["aio", "Client", "Request", "Result", "ScoringError", "Settings"]
