import os
import signal
import socket
import subprocess
import time

import pytest

LABELS = ["setosa", "versicolor", "virginica"]


class Service:
    """The published program, on a port of its own."""

    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._process = None
        self.start()

    @property
    def address(self):
        return f"127.0.0.1:{self._port}"

    def start(self):
        labels = [f"--Scoring:Heads:iris:labels:{i}={label}" for i, label in enumerate(LABELS)]
        self._process = subprocess.Popen(
            [os.environ["SCORING"], "serve", "--address", "127.0.0.1", "--port", str(self._port), "--http-port", "0", "--admin-port", "0", "--"]
            + ["--Logging:LogLevel:Default=Warning", "--Scoring:Heads:iris:activation=softmax", *labels]
        )
        end = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port)).close()
                return
            except OSError:
                assert time.monotonic() < end and self._process.poll() is None, "the service does not start"
                time.sleep(0.05)

    def kill(self):
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self):
        self._process.terminate()
        self._process.wait()


@pytest.fixture(scope="session")
def service():
    service = Service()
    yield service
    service.stop()


@pytest.fixture
def mortal_service():
    service = Service()
    yield service
    service.stop()
