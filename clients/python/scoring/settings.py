"""What a client may be told, the same in every language."""

from dataclasses import dataclass, fields

_DAY = 86400


@dataclass(frozen=True)
class Settings:
    """Durations are in seconds."""

    # What a stream has sent and has no answer to, whichever comes first. A message larger than that travels alone.
    max_in_flight_messages: int = 64
    max_in_flight_bytes: int = 8 << 20
    # How long a stream goes on without an answer while the service cannot be reached; 0: it ends at the first break.
    patience: float = 30.0
    # For one address. The next one, or another attempt, follows.
    connect_timeout: float = 5.0
    # After so much silence a connection with calls is asked whether it stands, and is closed where it does not answer in time.
    keep_alive_delay: float = 20.0
    keep_alive_timeout: float = 10.0
    # A call of a stream that brings no answer for so long, while one is waited for, is made again.
    progress_timeout: float = 60.0
    # Of score, over all its attempts.
    call_timeout: float = 30.0
    max_attempts: int = 4

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type is int:
                if not isinstance(value, int) or value < 1:
                    raise ValueError(f"{field.name} is {value!r}; it must be a whole number from 1")
            elif field.name == "patience":
                if not value >= 0:
                    raise ValueError(f"patience is {value!r}; it must be a number of seconds from 0, math.inf for ever")
            elif not 0 < value <= _DAY:
                raise ValueError(f"{field.name} is {value!r}; it must be a number of seconds above 0, up to a day")

    def channel_options(self, target: str, is_clear_text: bool):
        """gRPC's. What it calls the least back-off is how long it tries to connect; without the two limits lifted it would ping twice, and then not for minutes. Its own
        attempts at a call that a connection did not handle lose messages of a stream: the client makes its own. Clear text is for the address alone: a proxy that the
        environment names would read it."""
        return [
            ("grpc.max_receive_message_length", 256 << 20),
            ("grpc.max_send_message_length", -1),
            # Answers as they are, and none that is compressed: gRPC would unpack all of one, however much that is, before it looks at the limit.
            ("grpc.compression_enabled_algorithms_bitset", 1),
            ("grpc.enable_retries", 0),
            # Channels of the same options would share a connection.
            ("grpc.use_local_subchannel_pool", 1),
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", 2000),
            ("grpc.min_reconnect_backoff_ms", _milliseconds(self.connect_timeout)),
            ("grpc.keepalive_time_ms", _milliseconds(self.keep_alive_delay)),
            ("grpc.keepalive_timeout_ms", _milliseconds(self.keep_alive_timeout)),
            ("grpc.http2.max_pings_without_data", 0),
            ("grpc.http2.min_time_between_pings_ms", _milliseconds(self.keep_alive_delay)),
            *([("grpc.enable_http_proxy", 0)] if is_clear_text else []),
            *_authority(target),
        ]


def _authority(target: str):
    """
    What the service is told that it is called. Of several addresses (ipv4:host:port,host:port) the first: gRPC would tell all of them,
    which is no name of a host. Over a Unix socket a name, as other clients tell: gRPC would tell its path, which the service refuses.
    """
    if target.startswith("unix:"):
        return [("grpc.default_authority", "localhost")]
    return [("grpc.default_authority", target.partition(":")[2].partition(",")[0])] if "," in target else []


def _milliseconds(seconds: float) -> int:
    return max(1, round(1000 * seconds))
