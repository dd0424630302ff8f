import { status } from "@grpc/grpc-js";
import { ScoringError } from "./errors.js";
import type { OutputName, Request } from "./request.js";

const NO_CLASS = 4294967295; // Of a row that has no score.

/** How many numbers of each kind an answer has, and which rows and classes it names. */
export interface Sizes extends Readonly<Record<Exclude<OutputName, "topK">, number>> {
    readonly rows: number;
    readonly classes: number;
    readonly topIndices: readonly number[];
    readonly topScores: number;
    readonly invalidRows: readonly number[];
}

/** What a message asks for, which its answer has to fit. */
export class Asked {
    readonly #logits: number;
    /** 0 where the head knows. */
    readonly #classes: number;
    readonly #outputs: ReadonlySet<OutputName>;
    readonly #topK: number;

    constructor({ logits, classes = logits.length, outputs, topK = 1 }: Request & { outputs: readonly OutputName[] }) {
        this.#logits = logits.length;
        this.#classes = classes;
        this.#outputs = new Set(outputs.length > 0 ? outputs : (["scores"] as const));
        this.#topK = Math.max(topK, 1);
    }

    /**
     * Throws for an answer of another shape, or without what was asked for: its numbers would be taken for those of other rows. Groups of classes, which the
     * service alone knows, make the numbers of a row as many times more.
     */
    check(sizes: Sizes): void {
        const { rows, classes } = sizes;
        if (rows * classes !== this.#logits || (this.#logits === 0 && rows !== 0) || (this.#classes !== 0 && classes !== this.#classes)) {
            throw misfit(`${rows} rows of ${classes} classes came for ${this.#logits} logits`);
        }
        this.#checkOne("scores", sizes.scores, this.#logits, this.#logits);
        this.#checkOne("decisions", sizes.decisions, this.#logits, this.#logits);
        this.#checkOne("topK", sizes.topIndices.length, rows * this.#topK);
        for (const name of ["logSumExp", "entropy", "loss"] as const) {
            this.#checkOne(name, sizes[name], rows);
        }
        const best = sizes.topIndices.length;
        const labelsFit = sizes.labels === best || (sizes.labels === 0 && !this.#outputs.has("labels"));
        if (sizes.topScores !== best || !labelsFit) {
            throw misfit("topK has not as many scores or labels as indices");
        }
        if (sizes.topIndices.some((index) => index >= classes && index !== NO_CLASS) || sizes.invalidRows.some((row) => row >= rows)) {
            throw misfit("it names a class or a row that is not there");
        }
    }

    /** What was not asked for is not there, or is as large as if it was. */
    #checkOne(name: OutputName, count: number, unit: number, most = Infinity): void {
        const fits = unit === 0 ? count === 0 : count >= unit && count <= most && count % unit === 0;
        if (!fits && (count > 0 || this.#outputs.has(name))) {
            throw misfit(`${name} are ${count} numbers, for ${this.#logits} logits`);
        }
    }
}

function misfit(message: string): ScoringError {
    return new ScoringError(status.INTERNAL, `an answer does not fit its message: ${message}`);
}
