import { fromBinary } from "@bufbuild/protobuf";
import { status, type ServiceError } from "@grpc/grpc-js";
import { ErrorSchema, type Error as ErrorMessage } from "./gen/scoring/v1/scoring_pb.js";

const ERROR_TRAILER = "scoring-error-bin";
// What gRPC says of a channel that was replaced: it does not know why.
const REPLACED = "Channel closed before call started";

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
        return new ScoringError(code, message, { row, column, retryAfterMs: retryAfterMs || undefined });
    }

    static ofCall(error: ServiceError): ScoringError {
        const [trailer] = error.metadata?.get(ERROR_TRAILER) ?? [];
        if (Buffer.isBuffer(trailer)) {
            return ScoringError.ofMessage(fromBinary(ErrorSchema, trailer));
        }
        return new ScoringError(error.code, error.details === REPLACED ? "no connection was made in time" : error.details);
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

function textOf(code: status, message: string, unanswered: readonly number[]): string {
    const left = unanswered.length > 0 ? `; messages ${unanswered[0]} to ${unanswered.at(-1)} were not answered` : "";
    return `${status[code] ?? code}: ${message}${left}`;
}
