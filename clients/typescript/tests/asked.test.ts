import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import { ScoreResponseSchema } from "../src/gen/scoring/v1/scoring_pb.js";
import { ScoringError, type Request } from "../src/index.js";
import { encode } from "../src/request.js";
import { Result } from "../src/result.js";

const ALL = {
    logits: new Float32Array(6),
    classes: 3,
    outputs: ["scores", "topK", "labels", "decisions", "logSumExp", "entropy", "loss"],
    topK: 2,
} satisfies Request;

type Sizes = Partial<ReturnType<typeof sizesOf>>;

/** Of every output of two rows of three classes, with the best two of each group. */
function sizesOf(groups: number) {
    const best = 4 * groups;
    const each = 2 * groups;
    return { rows: 2, classes: 3, scores: 6, topIndices: best, topScores: best, topLabels: best, logSumExp: each, entropy: each, losses: each, decisions: 6 };
}

const NOTHING: Sizes = { topIndices: 0, topScores: 0, topLabels: 0, logSumExp: 0, entropy: 0, losses: 0, decisions: 0 };

function check(request: Request, changed: Sizes = {}, groups = 1): void {
    const { rows, classes, topLabels, ...sizes } = { ...sizesOf(groups), ...changed };
    const numbers = Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, Array<number>(size).fill(1)]));
    const message = create(ScoreResponseSchema, { rows, classes, topLabels: Array<string>(topLabels).fill(""), ...numbers });
    new Result(toBinary(ScoreResponseSchema, message)).check(0, encode(request, 0).asked);
}

describe("an answer", () => {
    it("fits its message with all that was asked for, of a head with groups too", () => {
        check(ALL);
        check(ALL, {}, 3);
    });

    it("may leave out what was not asked for", () => {
        check({ logits: ALL.logits, classes: 3 }, NOTHING);
        check({ ...ALL, outputs: ALL.outputs.filter((name) => name !== "labels") }, { topLabels: 0 });
    });

    it("may be to no rows, and to classes that the head alone knows", () => {
        check({ logits: [], classes: 3 }, { ...NOTHING, rows: 0, scores: 0 });
        check({ ...ALL, classes: 0 });
    });

    it("has its numbers read where they are not packed, too", () => {
        const shape = toBinary(ScoreResponseSchema, create(ScoreResponseSchema, { rows: 1, classes: 2 }));
        const unpacked = Buffer.concat([shape, Buffer.from("2d0000803f2d00000040", "hex")]);
        assert.deepEqual([...new Result(unpacked).scores], [1, 2]);
    });

    it("does not fit its message where it names a class or a row that is not there", () => {
        const { asked } = encode({ logits: ALL.logits, classes: 3, outputs: ["topK"] }, 0);
        const named = (topIndices: number[], invalidRows: number[]) => {
            const message = create(ScoreResponseSchema, { rows: 2, classes: 3, topIndices, topScores: [0, 0], invalidRows });
            new Result(toBinary(ScoreResponseSchema, message)).check(0, asked);
        };
        named([2, 4294967295], [1]);
        assert.throws(() => named([0, 3], []), /that is not there/);
        assert.throws(() => named([0, 0], [2]), /that is not there/);
    });

    const misfits: Sizes[] = [
        { rows: 3 },
        { classes: 2 },
        { rows: 3, classes: 2 },
        { scores: 5 },
        { scores: 0 },
        { scores: 12 },
        { decisions: 7 },
        { topIndices: 3 },
        { topScores: 2 },
        { topLabels: 1 },
        { topLabels: 0 },
        { logSumExp: 1 },
        { entropy: 0 },
        { losses: 3 },
    ];
    for (const misfit of misfits) {
        it(`does not fit its message with ${JSON.stringify(misfit)}`, () => {
            assert.throws(
                () => check(ALL, misfit),
                (error) => error instanceof ScoringError && error.code === status.INTERNAL && /does not fit/.test(error.message),
            );
        });
    }
});
