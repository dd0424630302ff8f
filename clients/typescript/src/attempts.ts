import { status } from "@grpc/grpc-js";
import { Backoff } from "./backoff.js";
import { isAway, isCut } from "./endings.js";
import type { ScoringError } from "./errors.js";
import { DAY_MS, type Settings } from "./settings.js";

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A call with one message each way changes nothing, so it may be made again: so often, and for so long. */
export class Attempts {
    /** Of all attempts together. None beyond a day: gRPC's clock does not reach as far as a number. */
    readonly deadline: number;
    readonly #backoff = new Backoff(Infinity);
    #left: number;

    constructor({ callTimeoutMs, maxAttempts }: Settings, timeoutMs = callTimeoutMs) {
        if (typeof timeoutMs !== "number" || Number.isNaN(timeoutMs)) {
            throw new RangeError(`timeoutMs is ${timeoutMs}; it must be a number of milliseconds`);
        }
        this.deadline = timeoutMs > DAY_MS ? Infinity : Date.now() + Math.max(timeoutMs, 0);
        this.#left = maxAttempts;
    }

    /** Milliseconds until the next one. Throws the failure where there is none. */
    wait(failure: ScoringError): number {
        const waitMs = this.#waitFor(failure);
        this.#left--;
        if (waitMs === undefined || waitMs > LONGEST_TIMER_MS || this.#left === 0 || Date.now() + waitMs >= this.deadline) {
            throw failure;
        }
        return waitMs;
    }

    #waitFor(failure: ScoringError): number | undefined {
        if (isAway(failure) || isCut(failure)) {
            return this.#backoff.next();
        }
        const { code, retryAfterMs } = failure;
        // Callers that were refused together come back apart.
        return code === status.RESOURCE_EXHAUSTED && retryAfterMs !== undefined ? retryAfterMs * (1 + Math.random() / 4) : undefined;
    }
}
