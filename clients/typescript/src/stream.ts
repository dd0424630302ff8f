import { setTimeout as delay } from "node:timers/promises";
import { status, type ClientDuplexStream } from "@grpc/grpc-js";
import { Backoff } from "./backoff.js";
import { isServiceError, ScoringError } from "./errors.js";
import { Pulse } from "./pulse.js";
import { encode, type Request } from "./request.js";
import type { Result } from "./result.js";

export type Call = ClientDuplexStream<Buffer, Result>;
export type Source = AsyncIterable<Request> | Iterable<Request>;

export interface StreamOptions {
    /** Messages that are sent and not yet answered, and held in memory to be sent again; 32 without it. The source is read ahead that far. */
    window?: number;
    /** Where the connection breaks, it is made again, until nothing was answered for so many milliseconds of the break; 30,000 without it. */
    patienceMs?: number;
    /** Ends the stream; its reason is thrown. */
    signal?: AbortSignal;
}

interface Message {
    id: number;
    bytes: Buffer;
}

/** One stream over as many calls as it takes: one loop reads the source into a window, and each call sends what of it is not answered. */
export class Stream {
    readonly #window: number;
    readonly #backoff: Backoff;
    readonly #signal: AbortSignal | undefined;
    readonly #changed = new Pulse();
    /** With ids that follow one another. */
    readonly #unanswered: Message[] = [];
    #sourceEnded = false;
    #sourceError: { cause: unknown } | undefined;
    #closed = false;

    constructor(
        private readonly open: () => Call,
        private readonly waitUntilReady: () => Promise<void>,
        { window = 32, patienceMs = 30_000, signal }: StreamOptions,
    ) {
        if (!Number.isInteger(window) || window < 1) {
            throw new RangeError(`window ${window} is no positive integer`);
        }
        this.#window = window;
        this.#backoff = new Backoff(patienceMs);
        this.#signal = signal;
    }

    async *run(source: Source): AsyncGenerator<Result, void, undefined> {
        void this.#read(source);
        try {
            for (;;) {
                this.#signal?.throwIfAborted();
                try {
                    yield* this.#call();
                    return;
                } catch (error) {
                    await this.#recover(error);
                }
            }
        } finally {
            this.#closed = true;
            this.#changed.notify();
        }
    }

    async #read(source: Source): Promise<void> {
        try {
            let id = 0;
            for await (const request of source) {
                if (this.#closed) {
                    return;
                }
                id++;
                this.#unanswered.push({ id, bytes: encode(request, id) });
                this.#changed.notify();
                while (this.#unanswered.length >= this.#window && !this.#closed) {
                    await this.#changed.wait();
                }
            }
        } catch (cause) {
            this.#sourceError = { cause }; // The caller's, and thrown where the caller is.
        } finally {
            this.#sourceEnded = true;
            this.#changed.notify();
        }
    }

    async *#call(): AsyncGenerator<Result, void, undefined> {
        const call = this.open();
        const over = { yet: false };
        const cancel = () => call.cancel();
        this.#signal?.addEventListener("abort", cancel, { once: true });
        void this.#send(call, over);
        try {
            for await (const result of call) {
                if (result.id !== this.#unanswered[0]?.id) {
                    throw new ScoringError(status.INTERNAL, `an answer to message ${result.id}, which is not the next`);
                }
                this.#unanswered.shift();
                this.#changed.notify();
                this.#backoff.answered();
                yield result;
            }
        } finally {
            over.yet = true;
            this.#changed.notify();
            this.#signal?.removeEventListener("abort", cancel);
            // What a cancelled call still has to say is of no interest, and would end the process if nobody heard it.
            call.on("error", () => {});
            call.cancel();
        }
        if (this.#sourceError) {
            throw this.#sourceError.cause;
        }
        if (this.#unanswered.length > 0 || !this.#sourceEnded) {
            throw new ScoringError(status.UNAVAILABLE, "the service ended the stream before all was answered");
        }
    }

    /** Does not wait for the call to drain: no more than the window is ever under way. */
    async #send(call: Call, over: { yet: boolean }): Promise<void> {
        let next = this.#unanswered[0]?.id;
        while (!over.yet) {
            next ??= this.#unanswered[0]?.id;
            const message = next && this.#unanswered[0] && this.#unanswered[next - this.#unanswered[0].id];
            if (message) {
                next = message.id + 1;
                call.write(message.bytes);
            } else if (this.#sourceEnded) {
                call.end();
                return;
            } else {
                await this.#changed.wait();
            }
        }
    }

    /** Waits until it is worth trying again, or throws. */
    async #recover(error: unknown): Promise<void> {
        this.#signal?.throwIfAborted();
        const failure = isServiceError(error) ? ScoringError.ofCall(error) : error;
        const isBreak = failure instanceof ScoringError && failure.code === status.UNAVAILABLE;
        const waitMs = isBreak ? this.#backoff.next() : undefined;
        if (waitMs === undefined) {
            throw isServiceError(error) || isBreak ? this.#unansweredNamed(failure as ScoringError) : failure;
        }
        await delay(waitMs, undefined, this.#signal && { signal: this.#signal });
        await this.waitUntilReady();
    }

    #unansweredNamed(error: ScoringError): ScoringError {
        const [first, last] = [this.#unanswered[0], this.#unanswered.at(-1)];
        if (!first || !last) {
            return error;
        }
        const detail = `${error.detail}; messages ${first.id} to ${last.id} were not answered`;
        return new ScoringError(error.code, detail, error.row, error.column, error.retryAfterMs);
    }
}
