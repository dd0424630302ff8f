import { setTimeout as delay } from "node:timers/promises";
import type { ClientDuplexStream } from "@grpc/grpc-js";
import { closed, type Connection } from "./connection.js";
import type { Connections } from "./connections.js";
import { isServiceError, ScoringError } from "./errors.js";
import { Pulse } from "./pulse.js";
import { Recovery } from "./recovery.js";
import { encode, type Request } from "./request.js";
import type { Result } from "./result.js";
import type { Settings } from "./settings.js";
import { StallWatch } from "./stall.js";
import type { Window } from "./window.js";

export type Call = ClientDuplexStream<Buffer, Buffer>;
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
    readonly #end = new AbortController();
    readonly #changed = new Pulse();
    #sourceEnded = false;
    #sourceError: { cause: unknown } | undefined;
    #closed = false;

    constructor(
        private readonly connections: Connections,
        private readonly open: (connection: Connection) => Call,
        private readonly settings: Settings,
        { signal }: StreamOptions,
        private readonly closing: AbortSignal,
    ) {
        this.#recovery = new Recovery(settings);
        this.#window = this.#recovery.window;
        this.#signal = signal;
    }

    async *run(source: Source): AsyncGenerator<Result, void, undefined> {
        const abort = () => this.#end.abort(this.#signal!.reason);
        const close = () => this.#end.abort(closed(this.#window.ids));
        this.#end.signal.addEventListener("abort", () => this.#changed.notify());
        listen(this.#signal, abort);
        listen(this.closing, close);
        void this.#read(source);
        const connection = this.connections.take();
        try {
            let failure: ScoringError | undefined;
            for (let isFirst = true; await this.#hasMore(); isFirst = false) {
                if (!isFirst) {
                    await delay(this.#recovery.wait(failure), undefined, { signal: this.#end.signal });
                }
                failure = yield* this.#call(connection);
                this.#end.signal.throwIfAborted();
                const refused = this.#recovery.ended(failure);
                this.#changed.notify();
                if (refused) {
                    yield refused;
                }
            }
        } catch (error) {
            this.#end.signal.throwIfAborted();
            throw error;
        } finally {
            this.#signal?.removeEventListener("abort", abort);
            this.closing.removeEventListener("abort", close);
            this.#closed = true;
            this.#changed.notify();
            this.connections.giveBack(connection);
        }
    }

    /** Waits until there is anything to send: until then, whatever becomes of the service does no harm. False at the end; throws what the source has thrown. */
    async #hasMore(): Promise<boolean> {
        while (this.#window.isEmpty && !this.#sourceEnded) {
            this.#end.signal.throwIfAborted();
            await this.#changed.wait();
        }
        this.#end.signal.throwIfAborted();
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
                this.#window.add({ id, ...encode(request, id) });
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
    async *#call(connection: Connection): AsyncGenerator<Result, ScoringError | undefined, undefined> {
        const call = this.open(connection);
        const over = { yet: false };
        const cancel = () => call.cancel();
        const isAwaited = () => this.#window.awaitsAnswer || this.#sourceEnded;
        const stalls = new StallWatch(isAwaited, this.settings.progressTimeoutMs, cancel);
        this.#end.signal.addEventListener("abort", cancel, { once: true });
        void this.#send(call, over);
        try {
            for await (const bytes of call) {
                stalls.answered();
                const result = this.#recovery.answered(bytes);
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
            this.#end.signal.removeEventListener("abort", cancel);
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

function listen(signal: AbortSignal | undefined, then: () => void): void {
    signal?.addEventListener("abort", then);
    if (signal?.aborted) {
        then();
    }
}
