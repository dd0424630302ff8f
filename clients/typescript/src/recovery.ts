import { status } from "@grpc/grpc-js";
import { Backoff } from "./backoff.js";
import { isAway, isCut } from "./endings.js";
import { ScoringError } from "./errors.js";
import { Result } from "./result.js";
import type { Settings } from "./settings.js";
import { Window } from "./window.js";

/** What a stream does when one of its calls has ended: goes on with another where that is worth while, and tells which message ends every call that it is in. */
export class Recovery {
    readonly window: Window;
    readonly #hasPatience: boolean;
    readonly #backoff: Backoff;
    #cuts = 0;
    #hasToldWhy = false;

    constructor({ maxInFlightMessages, maxInFlightBytes, patienceMs }: Settings) {
        this.window = new Window(maxInFlightMessages, maxInFlightBytes);
        this.#hasPatience = patienceMs > 0;
        this.#backoff = new Backoff(patienceMs);
    }

    /** Everything starts anew with an answer. Throws where it is none to the next message. */
    answered(bytes: Uint8Array): Result {
        const result = this.#read(bytes);
        this.#backoff.answered();
        this.#cuts = 0;
        this.#hasToldWhy = result.error !== undefined;
        return result;
    }

    /**
     * Called after each call, with what has ended it where that was no OK. Returns the answer of a message that cannot have another. Throws where the stream
     * cannot go on.
     */
    ended(failure: ScoringError | undefined): Result | undefined {
        const hasToldWhy = this.#hasToldWhy;
        this.#hasToldWhy = false;
        let culprit: number | undefined;
        if (failure && !isAway(failure)) {
            if (isCut(failure) && this.#hasPatience) {
                culprit = this.window.suspect(++this.#cuts > 1);
            } else if (!hasToldWhy) {
                throw failure.leaving(this.window.ids);
            }
        }
        this.window.rewind();
        return failure && culprit !== undefined
            ? Result.refused(culprit, failure.code, `${failure.message}; so ends each call that this message is in`)
            : undefined;
    }

    /** Milliseconds until another call is worth while, once there is something to send again. Throws where patience is at its end. */
    wait(failure: ScoringError | undefined): number {
        if (failure?.retryAfterMs !== undefined) {
            this.#backoff.isThere();
        }
        const waitMs = this.#backoff.next();
        if (waitMs === undefined) {
            const message = failure?.message ?? "the service ended the stream before all was answered";
            throw new ScoringError(status.UNAVAILABLE, message, { unanswered: this.window.ids });
        }
        return waitMs;
    }

    #read(bytes: Uint8Array): Result {
        try {
            const result = new Result(bytes);
            this.window.answered(result);
            return result;
        } catch (error) {
            throw error instanceof ScoringError ? error.leaving(this.window.ids) : error;
        }
    }
}
