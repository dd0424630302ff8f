import { status } from "@grpc/grpc-js";
import type { ScoringError } from "./errors.js";

// How gRPC tells a reset, an end without a status, and a connection that it has not yet seen the end of. Their codes may also be the service's own.
const RESET = /^(Received RST_STREAM with code|Bandwidth exhausted or memory limit exceeded$|Protocol not secure enough$)/;
const NO_STATUS = /\(Call ended without gRPC status\)$|^No status information received$|^Received HTTP status code 200$/;
const NOT_STARTED = /^Failed to start HTTP\/2 stream with error /;

/** The service went away, or the way to it: another call may find it. */
export function isAway({ code, message }: ScoringError): boolean {
    return code === status.UNAVAILABLE || NO_STATUS.test(message) || isUnstarted(message);
}

export function isUnstarted(message: string | undefined): boolean {
    return message !== undefined && NOT_STARTED.test(message);
}

/** This one call was cut off: by something on the way, or because of what is in it. */
export function isCut({ code, message }: ScoringError): boolean {
    return code === status.CANCELLED || RESET.test(message);
}
