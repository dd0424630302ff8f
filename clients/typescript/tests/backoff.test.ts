import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Backoff } from "../src/backoff.js";

describe("back-off", () => {
    let now = 0;

    it("doubles to two seconds, with jitter, and starts over after an answer", () => {
        const backoff = new Backoff(Infinity, () => now);
        for (const longest of [50, 100, 200, 400, 800, 1600, 2000, 2000]) {
            const wait = backoff.next()!;
            assert.ok(wait >= longest / 2 && wait <= longest, `${wait} of ${longest}`);
        }
        backoff.answered();
        assert.ok(backoff.next()! <= 50);
    });

    it("has patience with each break from where it began, however long the stream rested before", () => {
        const backoff = new Backoff(1000, () => now);
        backoff.answered();
        now += 3_600_000;
        assert.notEqual(backoff.next(), undefined);
        now += 999;
        assert.notEqual(backoff.next(), undefined);
        now += 1;
        assert.equal(backoff.next(), undefined);
        backoff.answered();
        assert.notEqual(backoff.next(), undefined);
    });
});
