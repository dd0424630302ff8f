import { Client as Channel, credentials, type ChannelCredentials, type ChannelOptions, type ServiceError } from "@grpc/grpc-js";
import { ScoringError } from "./errors.js";
import { ScoringService } from "./gen/scoring/v1/scoring_pb.js";
import { encode, type Request } from "./request.js";
import { Result } from "./result.js";
import { Stream, type Source, type StreamOptions } from "./stream.js";

const SCORE = `/${ScoringService.typeName}/${ScoringService.method.score.name}`;
const SCORE_STREAM = `/${ScoringService.typeName}/${ScoringService.method.scoreStream.name}`;

const OPTIONS: ChannelOptions = {
    "grpc.max_receive_message_length": 256 << 20,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 2000,
};

export interface ClientOptions {
    /** For TLS; clear text without it. */
    credentials?: ChannelCredentials;
    /** gRPC's own, over the client's. */
    channelOptions?: ChannelOptions;
}

/** A connection to a Scoring service. It is made when it is first needed, and again when it breaks. */
export class Client {
    readonly #channel: Channel;

    constructor(address = "localhost:8080", options: ClientOptions = {}) {
        this.#channel = new Channel(address, options.credentials ?? credentials.createInsecure(), { ...OPTIONS, ...options.channelOptions });
    }

    /** Scores one message of rows. Throws ScoringError where the service refuses it or cannot be reached. */
    async score(request: Request, { timeoutMs }: { timeoutMs?: number } = {}): Promise<Result> {
        const message = encode(request, 0);
        const options = timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
        return new Promise((resolve, reject) => {
            const answered = (error: ServiceError | null, result?: Result) => {
                result ? resolve(result) : reject(error && ScoringError.ofCall(error));
            };
            this.#channel.makeUnaryRequest(SCORE, (bytes: Buffer) => bytes, read, message, options, answered);
        });
    }

    /**
     * Scores any number of messages: one result for each, in their order. What is wrong with one is its result's `error`, and the stream goes on.
     * Where the connection breaks, it is made again and what was not answered is sent again.
     */
    scoreStream(requests: Source, options: StreamOptions = {}): AsyncGenerator<Result, void, undefined> {
        const open = () => this.#channel.makeBidiStreamRequest(SCORE_STREAM, (bytes: Buffer) => bytes, read);
        return new Stream(open, () => this.#waitUntilReady(), options).run(requests);
    }

    close(): void {
        this.#channel.close();
    }

    /** A channel makes its connection only while somebody waits for it: between calls that fail at once nobody does. Half a second at most. */
    #waitUntilReady(): Promise<void> {
        return new Promise((resolve) => this.#channel.waitForReady(Date.now() + 500, () => resolve()));
    }
}

function read(bytes: Buffer): Result {
    return new Result(bytes);
}
