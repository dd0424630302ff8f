const FIRST_MS = 50;
const LONGEST_MS = 2000;

/** Doubles from 50 ms to 2 s, less a random part of up to half, and gives up once attempts have failed for so many milliseconds. */
export class Backoff {
    #waitMs = FIRST_MS;
    #failingSince: number | undefined;

    constructor(
        private readonly patienceMs: number,
        private readonly now: () => number = () => performance.now(),
    ) {}

    /** Everything starts anew with an answer. */
    answered(): void {
        this.#waitMs = FIRST_MS;
        this.#failingSince = undefined;
    }

    /** The service itself has said when to come back: patience is for one that is not there. The waits go on growing. */
    isThere(): void {
        this.#failingSince = undefined;
    }

    /** Milliseconds to wait before the next attempt; undefined where patience is at its end. */
    next(): number | undefined {
        this.#failingSince ??= this.now();
        if (this.now() - this.#failingSince >= this.patienceMs) {
            return undefined;
        }
        const waitMs = this.#waitMs;
        this.#waitMs = Math.min(2 * waitMs, LONGEST_MS);
        return waitMs * (0.5 + Math.random() / 2);
    }
}
