import { status } from "@grpc/grpc-js";
import { ScoringError } from "./errors.js";

const LOOKS = 4;

/**
 * Ends a call that stands still on a connection that does not: it brings nothing for the timeout, to a quarter of it, while an answer is awaited of it, or its
 * end. A caller who does not ask for answers stalls nothing.
 */
export class StallWatch {
    /** Why the call was ended from here. */
    failure: ScoringError | undefined;
    readonly #timer: NodeJS.Timeout;
    #isWaiting = true;
    #answers = 0;
    #answersSeen = 0;
    #looks = 0;

    constructor(
        private readonly isAwaited: () => boolean,
        private readonly timeoutMs: number,
        private readonly end: () => void,
    ) {
        this.#timer = setInterval(() => this.#look(), timeoutMs / LOOKS);
    }

    /** Called before an answer is waited for. */
    waits(): void {
        this.#isWaiting = true;
    }

    answered(): void {
        this.#isWaiting = false;
        this.#answers++;
    }

    close(): void {
        clearInterval(this.#timer);
    }

    #look(): void {
        // A wait ends with an answer alone, so one that is seen again without an answer since is the same one.
        if (!this.#isWaiting || this.#answers !== this.#answersSeen || !this.isAwaited()) {
            this.#answersSeen = this.#answers;
            this.#looks = 0;
        } else if (++this.#looks > LOOKS) {
            this.failure = new ScoringError(status.UNAVAILABLE, `the service has not answered for ${this.timeoutMs} ms`);
            this.close();
            this.end();
        }
    }
}
