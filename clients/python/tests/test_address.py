import asyncio
import json
import pathlib

import grpc
import numpy as np
import pytest

import scoring
from scoring.address import target_of

ADDRESSES = json.loads((pathlib.Path(__file__).parents[3] / "tests" / "clients" / "addresses.json").read_text("utf-8"))


@pytest.mark.parametrize("case", ADDRESSES, ids=[case["address"] for case in ADDRESSES])
def test_an_address_is_taken_or_refused_as_by_every_client(case):
    address, has_credentials = case["address"], case.get("tls", False)
    if "target" in case:
        assert target_of(address, has_credentials) == case["target"]
    else:
        with pytest.raises(ValueError) as refused:
            target_of(address, has_credentials)
        assert str(refused.value).startswith(f"'{address}' {case['refused']}")


@pytest.mark.parametrize("target", ["dns:///scoring:8080", "dns:scoring", "ipv4:127.0.0.1:1,127.0.0.1:2", "unix:/run/a socket", "unix-abstract:scoring"])
def test_what_is_grpc_s_own_is_left_to_it(target):
    assert target_of(target, has_credentials=False) == target


def connect(address, credentials=None):
    scoring.Client(address, credentials).close()


def connect_asynchronously(address, credentials=None):
    async def run():
        await scoring.aio.Client(address, credentials).close()

    asyncio.run(run())


@pytest.mark.parametrize("connect", [connect, connect_asynchronously])
def test_both_clients_refuse_at_once_what_is_no_address_or_lacks_credentials(connect):
    with pytest.raises(ValueError, match="'nowhere' is no address of a service; one reads host:port, http://host:port"):
        connect("nowhere")
    with pytest.raises(ValueError, match=r"'https://x:1' is TLS, and there are no credentials; set credentials=grpc\.ssl_channel_credentials\(\)"):
        connect("https://x:1")
    connect("https://x:1", grpc.ssl_channel_credentials())


def test_both_clients_reach_a_service_by_its_url(service):
    async def run(url):
        async with scoring.aio.Client(url) as client:
            return (await client.score(np.zeros(3))).rows

    url = f"http://{service.address}"
    with scoring.Client(url) as client:
        assert client.score(np.zeros(3)).rows == 1
    assert asyncio.run(run(url)) == 1
