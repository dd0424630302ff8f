import { setTimeout as delay } from "node:timers/promises";
import type { ClientDuplexStream } from "@grpc/grpc-js";
import { isServiceError, ScoringError } from "./errors.js";
import { Pulse } from "./pulse.js";
import { Recovery } from "./recovery.js";
import { encode, type Request } from "./request.js";
import type { Result } from "./result.js";
import type { Settings } from "./settings.js";
import { StallWatch } from "./stall.js";
import type { Window } from "./window.js";

export type Call = ClientDuplexStream<Buffer, Result>;
export type Source = AsyncIterable<Request> | Iterable<Request>;

export interface StreamOptions {
    /** Ends the stream; its reason is thrown. */
    signal?: AbortSignal;
}

/** One stream over as many calls as it takes: one loop reads the source into a window, and each call sends what of it is not answered. */
export class Stream {
    readonly #recovery: Recovery;
    readonly #window: Window;
    readonly #signal: AbortSignal | undefined;
    readonly #changed = new Pulse();
    #sourceEnded = false;
    #sourceError: { cause: unknown } | undefined;
    #closed = false;

    constructor(
        private readonly open: () => Call,
        private readonly settings: Settings,
        { signal }: StreamOptions,
    ) {
        this.#recovery = new Recovery(settings);
        this.#window = this.#recovery.window;
        this.#signal = signal;
    }

    async *run(source: Source): AsyncGenerator<Result, void, undefined> {
        const wake = () => this.#changed.notify();
        this.#signal?.addEventListener("abort", wake);
        void this.#read(source);
        try {
            let failure: ScoringError | undefined;
            for (let isFirst = true; await this.#hasMore(); isFirst = false) {
                if (!isFirst) {
                    await delay(this.#recovery.wait(failure), undefined, this.#signal && { signal: this.#signal });
                }
                failure = yield* this.#call();
                this.#signal?.throwIfAborted();
                const refused = this.#recovery.ended(failure);
                this.#changed.notify();
                if (refused) {
                    yield refused;
                }
            }
        } catch (error) {
            this.#signal?.throwIfAborted();
            throw error;
        } finally {
            this.#signal?.removeEventListener("abort", wake);
            this.#closed = true;
            this.#changed.notify();
        }
    }

    /** Waits until there is anything to send: until then, whatever becomes of the service does no harm. False at the end; throws what the source has thrown. */
    async #hasMore(): Promise<boolean> {
        while (this.#window.isEmpty && !this.#sourceEnded) {
            this.#signal?.throwIfAborted();
            await this.#changed.wait();
        }
        this.#signal?.throwIfAborted();
        if (this.#window.isEmpty && this.#sourceError) {
            throw this.#sourceError.cause;
        }
        return !this.#window.isEmpty;
    }

    async #read(source: Source): Promise<void> {
        try {
            let id = 0;
            for await (const request of source) {
                if (this.#closed) {
                    return;
                }
                id++;
                this.#window.add({ id, bytes: encode(request, id) });
                this.#changed.notify();
                while (!this.#window.hasRoom && !this.#closed) {
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

    /** Yields the answers of one call; returns what has ended it where that was no OK. */
    async *#call(): AsyncGenerator<Result, ScoringError | undefined, undefined> {
        const call = this.open();
        const over = { yet: false };
        const cancel = () => call.cancel();
        const stalls = new StallWatch(this.#window, this.settings.progressTimeoutMs, cancel);
        this.#signal?.addEventListener("abort", cancel, { once: true });
        void this.#send(call, over);
        try {
            for await (const result of call) {
                stalls.answered();
                this.#recovery.answered(result);
                this.#changed.notify();
                yield result;
                stalls.waits();
            }
            return undefined;
        } catch (error) {
            if (!isServiceError(error)) {
                throw error;
            }
            return stalls.failure ?? ScoringError.ofCall(error);
        } finally {
            over.yet = true;
            this.#changed.notify();
            stalls.close();
            this.#signal?.removeEventListener("abort", cancel);
            // What a cancelled call still has to say is of no interest, and would end the process if nobody heard it.
            call.on("error", () => {});
            call.cancel();
        }
    }

    /** Does not wait for the call to drain: no more than the window is ever under way. */
    async #send(call: Call, over: { yet: boolean }): Promise<void> {
        while (!over.yet) {
            const message = this.#window.send();
            if (message) {
                call.write(message);
            } else if (this.#sourceEnded && this.#window.isAllSent) {
                call.end();
                return;
            } else {
                await this.#changed.wait();
            }
        }
    }
}
