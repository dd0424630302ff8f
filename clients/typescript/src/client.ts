import { setMaxListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { credentials, type ChannelCredentials, type ChannelOptions, type ServiceError } from "@grpc/grpc-js";
import { targetOf } from "./address.js";
import { Attempts } from "./attempts.js";
import { closed, Connection } from "./connection.js";
import { Connections } from "./connections.js";
import { ScoringError } from "./errors.js";
import { ScoringService } from "./gen/scoring/v1/scoring_pb.js";
import { encode, type Request } from "./request.js";
import { Result } from "./result.js";
import { channelOptions, settingsOf, type Settings } from "./settings.js";
import { Stream, type Call, type Source, type StreamOptions } from "./stream.js";

const SCORE = `/${ScoringService.typeName}/${ScoringService.method.score.name}`;
const SCORE_STREAM = `/${ScoringService.typeName}/${ScoringService.method.scoreStream.name}`;

export interface ClientOptions extends Partial<Settings> {
    /** For TLS; clear text without it. */
    credentials?: ChannelCredentials;
    /** gRPC's own, over the client's. */
    channelOptions?: ChannelOptions;
}

export interface CallOptions {
    /** Of all attempts together, instead of the client's. */
    timeoutMs?: number;
}

/** The connections to a Scoring service. One is made when it is first needed, and again when it breaks. */
export class Client {
    readonly #settings: Readonly<Settings>;
    readonly #connections: Connections;
    readonly #closing = new AbortController();

    constructor(address = "localhost:8080", options: ClientOptions = {}) {
        this.#settings = settingsOf(options);
        setMaxListeners(0, this.#closing.signal);
        const secrets = options.credentials ?? credentials.createInsecure();
        const target = targetOf(address, secrets._isSecure());
        const all = { ...channelOptions(this.#settings, !secrets._isSecure()), ...options.channelOptions };
        this.#connections = new Connections(() => new Connection(target, secrets, all, this.#settings.connectTimeoutMs));
    }

    /** Scores one message of rows. Throws ScoringError where the service refuses it or cannot be reached. */
    async score(request: Request, { timeoutMs }: CallOptions = {}): Promise<Result> {
        const message = encode(request, 0);
        const attempts = new Attempts(this.#settings, timeoutMs);
        for (;;) {
            const answer = await this.#attempt(message.bytes, attempts.deadline);
            if (!(answer instanceof Error)) {
                return new Result(answer).check(0, message.asked).throwIfRefused();
            }
            await this.#rest(attempts.wait(ScoringError.ofCall(answer)));
        }
    }

    /**
     * Scores any number of messages: one result for each, in their order. What is wrong with one is its result's `error`, and the stream goes on.
     * Where the connection breaks, it is made again and what was not answered is sent again.
     */
    scoreStream(requests: Source, options: StreamOptions = {}): AsyncGenerator<Result, void, undefined> {
        return new Stream(this.#connections, open, this.#settings, options, this.#closing.signal).run(requests);
    }

    /** Ends all that is under way with CANCELLED. */
    close(): void {
        this.#closing.abort();
        this.#connections.close();
    }

    #attempt(message: Buffer, deadline: number): Promise<Buffer | ServiceError> {
        return new Promise((resolve) => {
            const { first } = this.#connections;
            const { channel } = first;
            channel.makeUnaryRequest(SCORE, asTheyAre, asTheyAre, message, { deadline }, (error, answer) => {
                if (error) {
                    first.failed(channel, error);
                }
                resolve(error ?? answer!);
            });
        });
    }

    async #rest(waitMs: number): Promise<void> {
        try {
            await delay(waitMs, undefined, { signal: this.#closing.signal });
        } catch {
            throw closed();
        }
    }
}

/** A call of a stream. */
function open(connection: Connection): Call {
    const { channel } = connection;
    const call = channel.makeBidiStreamRequest(SCORE_STREAM, asTheyAre, asTheyAre);
    return call.on("error", (error) => connection.failed(channel, error as ServiceError));
}

/** Messages are written and read here: what gRPC is told of them in its callbacks it would not hand on, or end the process with. */
function asTheyAre(bytes: Buffer): Buffer {
    return bytes;
}
