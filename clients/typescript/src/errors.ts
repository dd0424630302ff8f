import { fromBinary } from "@bufbuild/protobuf";
import { status, type ServiceError } from "@grpc/grpc-js";
import { ErrorSchema, type Error as ErrorMessage } from "./gen/scoring/v1/scoring_pb.js";

const ERROR_TRAILER = "scoring-error-bin";

/** Why a message could not be scored, or a call broke. */
export class ScoringError extends Error {
    override readonly name = "ScoringError";

    constructor(
        /** The gRPC status code. */
        readonly code: status,
        /** What the service said, without the code. */
        readonly detail: string,
        /** The row of the message, from 0; undefined where the fault is in no one row. */
        readonly row?: number,
        /** The class of the row, from 0; undefined where the fault is in no one place. */
        readonly column?: number,
        /** Milliseconds to wait before the message is worth sending again; 0 where waiting does not help. */
        readonly retryAfterMs = 0,
    ) {
        super(`${status[code] ?? code}: ${detail}`);
    }

    static ofMessage(error: ErrorMessage): ScoringError {
        return new ScoringError(error.code, error.message, error.row, error.column, error.retryAfterMs);
    }

    static ofCall(error: ServiceError): ScoringError {
        const [trailer] = error.metadata?.get(ERROR_TRAILER) ?? [];
        return Buffer.isBuffer(trailer) ? ScoringError.ofMessage(fromBinary(ErrorSchema, trailer)) : new ScoringError(error.code, error.details);
    }
}

/** Whether gRPC threw it. */
export function isServiceError(error: unknown): error is ServiceError {
    return error instanceof Error && "code" in error && "details" in error;
}
