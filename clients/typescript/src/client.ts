import { setTimeout as delay } from "node:timers/promises";
import { credentials, type ChannelCredentials, type ChannelOptions, type ServiceError } from "@grpc/grpc-js";
import { Attempts } from "./attempts.js";
import { Connection } from "./connection.js";
import { ScoringError } from "./errors.js";
import { ScoringService } from "./gen/scoring/v1/scoring_pb.js";
import { encode, type Request } from "./request.js";
import { Result } from "./result.js";
import { channelOptions, settingsOf, type Settings } from "./settings.js";
import { Stream, type Source, type StreamOptions } from "./stream.js";

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

/** A connection to a Scoring service. It is made when it is first needed, and again when it breaks. */
export class Client {
    readonly #settings: Readonly<Settings>;
    readonly #connection: Connection;

    constructor(address = "localhost:8080", options: ClientOptions = {}) {
        this.#settings = settingsOf(options);
        this.#connection = new Connection(
            address,
            options.credentials ?? credentials.createInsecure(),
            { ...channelOptions(this.#settings), ...options.channelOptions },
            this.#settings.connectTimeoutMs,
        );
    }

    /** Scores one message of rows. Throws ScoringError where the service refuses it or cannot be reached. */
    async score(request: Request, { timeoutMs }: CallOptions = {}): Promise<Result> {
        const message = encode(request, 0);
        const attempts = new Attempts(this.#settings, timeoutMs);
        for (;;) {
            const answer = await this.#attempt(message, attempts.deadline);
            if (answer instanceof Result) {
                return answer.throwIfRefused();
            }
            await delay(attempts.wait(answer));
        }
    }

    /**
     * Scores any number of messages: one result for each, in their order. What is wrong with one is its result's `error`, and the stream goes on.
     * Where the connection breaks, it is made again and what was not answered is sent again.
     */
    scoreStream(requests: Source, options: StreamOptions = {}): AsyncGenerator<Result, void, undefined> {
        const open = () => this.#connection.channel.makeBidiStreamRequest(SCORE_STREAM, (bytes: Buffer) => bytes, read);
        return new Stream(open, this.#settings, options).run(requests);
    }

    close(): void {
        this.#connection.close();
    }

    #attempt(message: Buffer, deadline: number): Promise<Result | ScoringError> {
        return new Promise((resolve) => {
            const answered = (error: ServiceError | null, result?: Result) => resolve(result ?? ScoringError.ofCall(error!));
            this.#connection.channel.makeUnaryRequest(SCORE, (bytes: Buffer) => bytes, read, message, { deadline }, answered);
        });
    }
}

function read(bytes: Buffer): Result {
    return new Result(bytes);
}
