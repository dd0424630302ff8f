import assert from "node:assert/strict";
import type { Request, Result } from "../src/index.js";

export const CLASSES = 4;

/** Messages of one to three rows; the same ones every time. */
export function messages(count: number): (Request & { logits: Float32Array })[] {
    let state = 1;
    const logit = () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return (state / 2 ** 32 - 0.5) * 20;
    };
    return Array.from({ length: count }, (_, i) => ({ logits: Float32Array.from({ length: CLASSES * (1 + (i % 3)) }, logit), classes: CLASSES }));
}

export function softmax(logits: ArrayLike<number>, classes: number): number[] {
    const rows = Array.from({ length: logits.length / classes }, (_, row) => Array.from(logits).slice(row * classes, (row + 1) * classes));
    return rows.flatMap((row) => {
        const exponentials = row.map((logit) => Math.exp(logit - Math.max(...row)));
        const sum = exponentials.reduce((a, b) => a + b);
        return exponentials.map((e) => e / sum);
    });
}

export function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-6): void {
    assert.equal(actual.length, expected.length);
    for (let i = 0; i < expected.length; i++) {
        assert.ok(Math.abs(actual[i]! - expected[i]!) <= tolerance, `[${i}] is ${actual[i]}, not ${expected[i]}`);
    }
}

/** Each message was answered once, in order, with its own scores. */
export function assertAll(results: Result[], count: number): void {
    assert.deepEqual(
        results.map((result) => result.id),
        Array.from({ length: count }, (_, i) => i + 1),
    );
    const sent = messages(count);
    results.forEach((result, i) => assertClose(result.scores, softmax(sent[i]!.logits, CLASSES)));
}

export async function collect(results: AsyncIterable<Result>): Promise<Result[]> {
    const all = [];
    for await (const result of results) {
        all.push(result);
    }
    return all;
}
