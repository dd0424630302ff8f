import type { Message } from "./request.js";
import type { Result } from "./result.js";

interface Numbered extends Message {
    readonly id: number;
}

/** What a stream has drawn from its source and has no answer to, in the order of ids that follow one another, and how much of it the call at hand has sent. */
export class Window {
    readonly #unanswered: Numbered[] = [];
    #bytes = 0;
    #sent = 0;
    #sentBytes = 0;
    /** Messages up to this id were in flight when a call was cut off, and are sent one at a time. */
    #lastSuspect = 0;

    constructor(
        private readonly maxMessages: number,
        private readonly maxBytes: number,
    ) {}

    /** Whether another message may be drawn. The last one may be too large to be sent with those before it, and waits. */
    get hasRoom(): boolean {
        return this.#unanswered.length < this.maxMessages && this.#bytes < this.maxBytes;
    }

    get isEmpty(): boolean {
        return this.#unanswered.length === 0;
    }

    get isAllSent(): boolean {
        return this.#sent === this.#unanswered.length;
    }

    get awaitsAnswer(): boolean {
        return this.#sent > 0;
    }

    get ids(): number[] {
        return this.#unanswered.map((message) => message.id);
    }

    add(message: Numbered): void {
        this.#unanswered.push(message);
        this.#bytes += message.bytes.length;
    }

    /** The next message for the call at hand, which counts as sent from now; undefined where there is none, or it has to wait. */
    send(): Buffer | undefined {
        const bytes = this.#unanswered[this.#sent]?.bytes;
        if (!bytes || (this.#sent > 0 && (this.#hasSuspect || this.#sentBytes + bytes.length > this.maxBytes))) {
            return undefined;
        }
        this.#sent++;
        this.#sentBytes += bytes.length;
        return bytes;
    }

    /** Throws where it is no answer to the next message. */
    answered(result: Result): void {
        const next = this.#sent > 0 ? this.#unanswered[0] : undefined;
        result.check(next?.id, next?.asked);
        this.#sent--;
        this.#sentBytes -= this.#drop().bytes.length;
    }

    /** Has everything sent again. Called between two calls. */
    rewind(): void {
        this.#sent = 0;
        this.#sentBytes = 0;
    }

    /**
     * What was in flight is sent one at a time from now. Of calls that are cut off again the culprit is dropped, and its id returned, if that is how it was
     * sent. A rewind follows.
     */
    suspect(again: boolean): number | undefined {
        if (again && this.#sent > 0 && this.#hasSuspect) {
            return this.#drop().id;
        }
        this.#lastSuspect = Math.max(this.#lastSuspect, this.#unanswered[this.#sent - 1]?.id ?? 0);
        return undefined;
    }

    get #hasSuspect(): boolean {
        return (this.#unanswered[0]?.id ?? Infinity) <= this.#lastSuspect;
    }

    #drop(): Numbered {
        const message = this.#unanswered.shift()!;
        this.#bytes -= message.bytes.length;
        return message;
    }
}
