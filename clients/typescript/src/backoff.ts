const FIRST_MS = 50;
const LONGEST_MS = 2000;

/** Doubles from 50 ms to 2 s, with jitter, and gives up once a break has lasted for so many milliseconds. */
export class Backoff {
    #waitMs = FIRST_MS;
    #brokenSince: number | undefined;

    constructor(
        private readonly patienceMs: number,
        private readonly now: () => number = () => performance.now(),
    ) {}

    /** An answer ends a break. */
    answered(): void {
        this.#waitMs = FIRST_MS;
        this.#brokenSince = undefined;
    }

    /** Milliseconds to wait before the next attempt; undefined where patience is at its end. */
    next(): number | undefined {
        this.#brokenSince ??= this.now();
        if (this.now() - this.#brokenSince > this.patienceMs) {
            return undefined;
        }
        const waitMs = this.#waitMs;
        this.#waitMs = Math.min(2 * waitMs, LONGEST_MS);
        return waitMs * (0.5 + Math.random() / 2);
    }
}
