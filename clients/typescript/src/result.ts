import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import type { Asked } from "./asked.js";
import { ScoringError } from "./errors.js";
import { ScoreResponseSchema, type Receipt, type ScoreResponse } from "./gen/scoring/v1/scoring_pb.js";
import { split } from "./wire.js";

const FIELDS = ScoreResponseSchema.field;
const NONE = new Float32Array(0);

/**
 * The answer to one message. Of a message that could not be scored `error` tells why, and what it was asked for throws it.
 *
 * A head with groups has one of `logSumExp`, `entropy` and `losses`, and k of the best, for each group of each row.
 */
export class Result {
    /** The place of the message in its stream, from 1; 0 of a message scored by itself. */
    readonly id: number;
    readonly error: ScoringError | undefined;
    readonly #message: ScoreResponse;
    readonly #floats: ReadonlyMap<number, Float32Array>;

    constructor(bytes: Uint8Array) {
        try {
            const { floats, rest } = split(bytes);
            this.#message = fromBinary(ScoreResponseSchema, rest);
            this.#floats = floats;
        } catch (error) {
            throw new ScoringError(status.INTERNAL, `an answer is no ScoreResponse: ${(error as Error).message}`);
        }
        this.id = Number(this.#message.id);
        this.error = this.#message.error && ScoringError.ofMessage(this.#message.error);
    }

    /** Of a message that the service cannot answer itself. */
    static refused(id: number, code: status, message: string): Result {
        return new Result(toBinary(ScoreResponseSchema, create(ScoreResponseSchema, { id: BigInt(id), error: { code, message } })));
    }

    get rows(): number {
        return this.#scored.rows;
    }

    get classes(): number {
        return this.#scored.classes;
    }

    /** rows × classes, row-major: probabilities, log-probabilities, or scaled logits. */
    get scores(): Float32Array {
        return this.#float(FIELDS.scores.number);
    }

    /** The scores of one row, which are part of `scores`. */
    scoresOf(row: number): Float32Array {
        if (!Number.isInteger(row) || row < 0 || row >= this.rows) {
            throw new RangeError(`row ${row} of ${this.rows}`);
        }
        return this.scores.subarray(row * this.classes, (row + 1) * this.classes);
    }

    /** rows × k class indices, best first; 4294967295 for a row that has no score. */
    get topIndices(): Uint32Array {
        return Uint32Array.from(this.#scored.topIndices);
    }

    /** rows × k scores of `topIndices`. */
    get topScores(): Float32Array {
        return this.#float(FIELDS.topScores.number);
    }

    /** rows × k labels of `topIndices`. */
    get topLabels(): readonly string[] {
        return this.#scored.topLabels;
    }

    /** One for each row. */
    get logSumExp(): Float32Array {
        return this.#float(FIELDS.logSumExp.number);
    }

    /** One for each row, in nats. */
    get entropy(): Float32Array {
        return this.#float(FIELDS.entropy.number);
    }

    /** One for each row, in nats. */
    get losses(): Float32Array {
        return this.#float(FIELDS.losses.number);
    }

    /** rows × classes of 0 and 1. */
    get decisions(): Uint8Array {
        return Uint8Array.from(this.#scored.decisions);
    }

    /** With `nonFinite: "flag"`: the rows that have no score, ascending. */
    get invalidRows(): Uint32Array {
        return Uint32Array.from(this.#scored.invalidRows);
    }

    /** What was measured of the batch that the message was scored in. */
    get receipt(): Receipt | undefined {
        return this.#scored.receipt;
    }

    /** Throws where it is not the answer to this message. */
    check(id: number | undefined, asked: Asked | undefined): this {
        if (this.id !== id) {
            throw new ScoringError(status.INTERNAL, `an answer came to message ${this.id}, which is not the next`);
        }
        if (!this.error) {
            const message = this.#message;
            asked?.check({
                rows: message.rows,
                classes: message.classes,
                scores: this.scores.length,
                topIndices: message.topIndices,
                topScores: this.topScores.length,
                labels: message.topLabels.length,
                logSumExp: this.logSumExp.length,
                entropy: this.entropy.length,
                loss: this.losses.length,
                decisions: message.decisions.length,
                invalidRows: message.invalidRows,
            });
        }
        return this;
    }

    /** Throws the error, if there is one. */
    throwIfRefused(): this {
        if (this.error) {
            throw this.error;
        }
        return this;
    }

    get #scored(): ScoreResponse {
        this.throwIfRefused();
        return this.#message;
    }

    #float(field: number): Float32Array {
        this.throwIfRefused();
        return this.#floats.get(field) ?? NONE;
    }
}
