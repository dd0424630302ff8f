import type { ChannelOptions } from "@grpc/grpc-js";

/** What a client may be told, the same in every language. */
export interface Settings {
    /** Messages of one stream that are sent and have no answer. The source is read ahead as far. */
    maxInFlightMessages: number;
    /** Bytes of those messages. A message larger than that travels alone. */
    maxInFlightBytes: number;
    /** How long a stream goes on without an answer while the service cannot be reached; 0: it ends at the first break; Infinity: never. */
    patienceMs: number;
    /** For one address; those of one name are tried side by side. Another attempt follows. */
    connectTimeoutMs: number;
    /** After so much silence a connection with calls is asked whether it stands, … */
    keepAliveDelayMs: number;
    /** … and is closed where it does not answer for so long. */
    keepAliveTimeoutMs: number;
    /** A call of a stream that brings no answer for so long, while one is waited for, is made again. */
    progressTimeoutMs: number;
    /** Of `score`, over all its attempts. */
    callTimeoutMs: number;
    /** Of `score`. */
    maxAttempts: number;
}

export const DEFAULTS: Readonly<Settings> = {
    maxInFlightMessages: 64,
    maxInFlightBytes: 8 << 20,
    patienceMs: 30_000,
    connectTimeoutMs: 5_000,
    keepAliveDelayMs: 20_000,
    keepAliveTimeoutMs: 10_000,
    progressTimeoutMs: 60_000,
    callTimeoutMs: 30_000,
    maxAttempts: 4,
};

export const DAY_MS = 86_400_000;

/** The defaults, but for what is given. */
export function settingsOf(given: Partial<Settings>): Readonly<Settings> {
    const settings = { ...DEFAULTS };
    for (const name of Object.keys(DEFAULTS) as (keyof Settings)[]) {
        const value = given[name] ?? DEFAULTS[name];
        demand(typeof value === "number", name, value, "a number");
        if (name === "patienceMs") {
            demand(value >= 0, name, value, "a number of milliseconds from 0");
        } else if (name.endsWith("Ms")) {
            demand(value > 0 && value <= DAY_MS, name, value, "a number of milliseconds above 0, up to a day");
        } else {
            demand(Number.isInteger(value) && value > 0, name, value, "a whole number from 1");
        }
        settings[name] = value;
    }
    return settings;
}

/**
 * gRPC's own attempts at a call that a connection did not handle would be beside the client's. Each channel has connections of its own, so that it can be replaced
 * with them. Clear text is for the address alone: a proxy that the environment names would read it.
 */
export function channelOptions(settings: Settings, isClearText: boolean): ChannelOptions {
    return {
        "grpc.max_receive_message_length": 256 << 20,
        "grpc.enable_retries": 0,
        "grpc.initial_reconnect_backoff_ms": 100,
        "grpc.max_reconnect_backoff_ms": 2000,
        "grpc.keepalive_time_ms": settings.keepAliveDelayMs,
        "grpc.keepalive_timeout_ms": settings.keepAliveTimeoutMs,
        "grpc.use_local_subchannel_pool": 1,
        "grpc.enable_http_proxy": isClearText ? 0 : 1,
    };
}

function demand(holds: boolean, name: string, value: number, rule: string): void {
    if (!holds) {
        throw new RangeError(`${name} is ${value}; it must be ${rule}`);
    }
}
