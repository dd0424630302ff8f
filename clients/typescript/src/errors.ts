import { fromBinary } from "@bufbuild/protobuf";
import { status, type ServiceError } from "@grpc/grpc-js";
import { ErrorSchema, type Error as ErrorMessage } from "./gen/scoring/v1/scoring_pb.js";

const ERROR_TRAILER = "scoring-error-bin";
// What gRPC says of a channel that was replaced: it does not know why.
const REPLACED = "Channel closed before call started";
// What gRPC says of OK without an answer; its code, UNIMPLEMENTED, would be the service's word.
const NO_MESSAGE = "No message received";
// Where gRPC itself cannot take an answer it gives neither a code nor details.
const UNREADABLE = "an answer cannot be read; it may be compressed in a way that was not named";

/** Where in a message an error is, and what helps. */
export interface ErrorDetails {
    row?: number | undefined;
    column?: number | undefined;
    retryAfterMs?: number | undefined;
    unanswered?: readonly number[];
}

/** Why a message could not be scored, or a call broke. */
export class ScoringError extends Error {
    override readonly name = "ScoringError";
    /** What the service said. */
    override readonly message: string;
    /** The row of the message, from 0; undefined where the fault is in no one row. */
    readonly row: number | undefined;
    /** The class of the row, from 0; undefined where the fault is in no one place. */
    readonly column: number | undefined;
    /** Milliseconds to wait before the message is worth sending again; undefined where waiting does not help. */
    readonly retryAfterMs: number | undefined;
    /** Where a stream ended, the ids of the messages without an answer. */
    readonly unanswered: readonly number[];

    constructor(
        /** The gRPC status code. */
        readonly code: status,
        message: string,
        { row, column, retryAfterMs, unanswered = [] }: ErrorDetails = {},
    ) {
        super(textOf(code, message, unanswered)); // Which is how the stack begins.
        this.message = message;
        this.row = row;
        this.column = column;
        this.retryAfterMs = retryAfterMs;
        this.unanswered = unanswered;
    }

    static ofMessage({ code, message, row, column, retryAfterMs }: ErrorMessage): ScoringError {
        return new ScoringError(known(code), message, { row, column, retryAfterMs: retryAfterMs || undefined });
    }

    static ofCall(error: ServiceError): ScoringError {
        const [trailer] = error.metadata?.get(ERROR_TRAILER) ?? [];
        const told = Buffer.isBuffer(trailer) ? errorOf(trailer) : undefined;
        if (told) {
            return ScoringError.ofMessage(told);
        }
        if (error.details === NO_MESSAGE) {
            return new ScoringError(status.INTERNAL, "the call has ended with OK, and without an answer");
        }
        if ((error.details as string | undefined) === undefined) {
            return new ScoringError(status.INTERNAL, UNREADABLE);
        }
        return new ScoringError(known(error.code), error.details === REPLACED ? "no connection was made in time" : error.details);
    }

    /** The same, with what the stream leaves without an answer. */
    leaving(unanswered: readonly number[]): ScoringError {
        return new ScoringError(this.code, this.message, { ...this, unanswered });
    }

    override toString(): string {
        return `${this.name}: ${textOf(this.code, this.message, this.unanswered)}`;
    }
}

/** Whether gRPC threw it. */
export function isServiceError(error: unknown): error is ServiceError {
    return error instanceof Error && "code" in error && "details" in error;
}

/** Undefined where it is none, which somebody on the way may have made: the status is all there is then. */
function errorOf(trailer: Uint8Array): ErrorMessage | undefined {
    try {
        const error = fromBinary(ErrorSchema, trailer);
        return error.code === status.OK ? undefined : error;
    } catch {
        return undefined;
    }
}

/** What is no status of gRPC's, or no number, is UNKNOWN. */
function known(code: number): status {
    return code in status ? code : status.UNKNOWN;
}

function textOf(code: status, message: string, unanswered: readonly number[]): string {
    const left = unanswered.length > 0 ? `; messages ${unanswered[0]} to ${unanswered.at(-1)} were not answered` : "";
    return `${status[code] ?? code}: ${message}${left}`;
}
