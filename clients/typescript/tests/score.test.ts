import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { status } from "@grpc/grpc-js";
import { Attempts } from "../src/attempts.js";
import { Client, ScoringError } from "../src/index.js";
import { DEFAULTS } from "../src/settings.js";
import { assertClose, softmax } from "./messages.js";
import { Service } from "./service.js";

const LOGITS = [1, 2, 4, 5, -1, 0.5];

describe("score", () => {
    const service = new Service();
    let client: Client;

    before(async () => {
        await service.start();
        client = new Client(service.address);
    });

    after(async () => {
        client.close();
        await service.stop();
    });

    for (const logits of [LOGITS, Float32Array.from(LOGITS), Float64Array.from(LOGITS), Float32Array.from([9, ...LOGITS, 9]).subarray(1, 7)]) {
        it(`scores logits of ${logits.constructor.name}`, async () => {
            const result = await client.score({ logits, classes: 3 });
            assert.deepEqual([result.rows, result.classes, result.scores.constructor], [2, 3, Float32Array]);
            assertClose(result.scores, softmax(LOGITS, 3), 1e-7);
            assertClose(result.scoresOf(1), softmax(LOGITS, 3).slice(3), 1e-7);
            assert.throws(() => result.scoresOf(2), RangeError);
        });
    }

    it("keeps what numbers tell apart, and masks nothing by a number", async () => {
        assertClose((await client.score({ logits: [1e9 + 0.5, 1e9] })).scores, softmax([0.5, 0], 2), 1e-7);
        await assert.rejects(client.score({ logits: [1, -1e39] }), /column 1: the logit is -1E\+39/);
    });

    it("scores half precision, and must be told which", async () => {
        const fp16 = Uint16Array.of(0x3c00, 0x4000, 0x4400);
        const bf16 = Uint16Array.of(0x3f80, 0x4000, 0x4080);
        assertClose((await client.score({ logits: fp16, half: "fp16" })).scores, softmax([1, 2, 4], 3), 1e-7);
        assertClose((await client.score({ logits: bf16, half: "bf16" })).scores, softmax([1, 2, 4], 3), 1e-7);
        await assert.rejects(client.score({ logits: fp16 }), /fp16 or bf16/);
    });

    it("returns every output", async () => {
        const result = await client.score({
            logits: LOGITS,
            classes: 3,
            head: "iris",
            outputs: ["scores", "topK", "labels", "decisions", "logSumExp", "entropy", "loss"],
            topK: 2,
            temperature: 2,
            targets: [2, 1],
        });
        const halved = LOGITS.map((logit) => logit / 2);
        const p = softmax(halved, 3);
        assert.deepEqual([...result.topIndices], [2, 1, 0, 2]);
        assert.deepEqual(result.topLabels, ["virginica", "versicolor", "setosa", "virginica"]);
        assert.deepEqual([...result.decisions], [0, 0, 1, 1, 0, 0]);
        assertClose(result.topScores, [p[2]!, p[1]!, p[3]!, p[5]!], 1e-7);
        assertClose(result.logSumExp, [0, 3].map((at) => Math.log(halved.slice(at, at + 3).reduce((sum, x) => sum + Math.exp(x), 0))));
        assertClose(result.entropy, [0, 3].map((at) => -p.slice(at, at + 3).reduce((sum, x) => sum + x * Math.log(x), 0)));
        assertClose(result.losses, [-Math.log(p[2]!), -Math.log(p[4]!)]);
        assert.ok(result.receipt!.batchRows >= 2);
        assert.equal((await client.score({ logits: LOGITS, classes: 3, outputs: ["topK"] })).scores.length, 0);
    });

    it("takes a string for one output, or one label", async () => {
        assert.deepEqual([...(await client.score({ logits: LOGITS, classes: 3, outputs: "topK" })).topIndices], [2, 0]);
        const lost = await client.score({ logits: LOGITS.slice(0, 3), head: "iris", outputs: "loss", targetLabels: "setosa" });
        assert.equal(lost.losses.length, 1);
        await assert.rejects(client.score({ logits: LOGITS, outputs: "probabilities" as "scores" }), /output 'probabilities' is none of scores/);
    });

    it("names the row and class that is no logit", async () => {
        const logits = [1, 2, 4, 5, -1, NaN];
        await assert.rejects(client.score({ logits, classes: 3 }), (error) => {
            assert.ok(error instanceof ScoringError);
            assert.deepEqual([error.code, error.row, error.column, error.retryAfterMs], [status.INVALID_ARGUMENT, 1, 2, undefined]);
            return true;
        });
        const flagged = await client.score({ logits, classes: 3, outputs: ["topK"], nonFinite: "flag" });
        assert.deepEqual([...flagged.invalidRows], [1]);
        assert.equal(flagged.topIndices[1], 4294967295);
    });

    it("is refused a head that is not configured", async () => {
        await assert.rejects(client.score({ logits: LOGITS, head: "nobody" }), /^ScoringError: NOT_FOUND: head 'nobody' is not configured/);
    });

    it("refuses at once what no request can be", async () => {
        await assert.rejects(client.score({ logits: LOGITS, outputs: ["probabilities" as "scores"] }), /output 'probabilities' is none of scores/);
    });

    for (const timeoutMs of [86_400_001, 1e15, Number.MAX_SAFE_INTEGER, Infinity]) {
        it(`may take as long as ${timeoutMs} ms`, async () => {
            assert.equal((await client.score({ logits: LOGITS }, { timeoutMs })).rows, 1);
        });
    }

    it("refuses a time that is no number", async () => {
        for (const timeoutMs of [NaN, "5s", "1000"]) {
            await assert.rejects(
                client.score({ logits: LOGITS }, { timeoutMs: timeoutMs as number }),
                new RangeError(`timeoutMs is ${timeoutMs}; it must be a number of milliseconds`),
            );
        }
    });

    it("does not begin a wait that no timer can measure", () => {
        const failure = new ScoringError(status.RESOURCE_EXHAUSTED, "full", { retryAfterMs: 4294967295 });
        assert.throws(() => new Attempts(DEFAULTS, Infinity).wait(failure), failure);
    });

    it("refuses at once a setting out of its range", () => {
        assert.throws(() => new Client("127.0.0.1:9", { patienceMs: -1 }), /patienceMs is -1; it must be a number of milliseconds from 0/);
        assert.throws(() => new Client("127.0.0.1:9", { maxAttempts: 0 }), /maxAttempts is 0; it must be a whole number from 1/);
    });

    it("ends with the deadline, and where nobody listens", async () => {
        const has = (code: status) => (error: unknown) => error instanceof ScoringError && error.code === code;
        const nobody = new Client("127.0.0.1:9");
        for (const timeoutMs of [0, -1, -Infinity]) {
            await assert.rejects(client.score({ logits: LOGITS }, { timeoutMs }), has(status.DEADLINE_EXCEEDED));
        }
        await assert.rejects(nobody.score({ logits: LOGITS }), has(status.UNAVAILABLE));
        nobody.close();
    });
});
