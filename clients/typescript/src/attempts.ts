import { status } from "@grpc/grpc-js";
import { Backoff } from "./backoff.js";
import type { ScoringError } from "./errors.js";
import type { Settings } from "./settings.js";

/** A call with one message each way changes nothing, so it may be made again: so often, and for so long. */
export class Attempts {
    /** Of all attempts together. */
    readonly deadline: number;
    readonly #backoff = new Backoff(Infinity);
    #left: number;

    constructor({ callTimeoutMs, maxAttempts }: Settings, timeoutMs = callTimeoutMs) {
        this.deadline = Date.now() + timeoutMs;
        this.#left = maxAttempts;
    }

    /** Milliseconds until the next one. Throws the failure where there is none. */
    wait(failure: ScoringError): number {
        const waitMs = this.#waitFor(failure);
        this.#left--;
        if (waitMs === undefined || this.#left === 0 || Date.now() + waitMs >= this.deadline) {
            throw failure;
        }
        return waitMs;
    }

    #waitFor({ code, retryAfterMs }: ScoringError): number | undefined {
        if (code === status.UNAVAILABLE || code === status.CANCELLED) {
            return this.#backoff.next();
        }
        // Callers that were refused together come back apart.
        return code === status.RESOURCE_EXHAUSTED && retryAfterMs !== undefined ? retryAfterMs * (1 + Math.random() / 4) : undefined;
    }
}
