// Streams a classifier's logits through a running service, and holds the probabilities to those of float64.
// usage: digits.js host:port
import { fileURLToPath } from "node:url";
import { Client, type Request } from "../src/index.js";
import { readNpy } from "./npy.js";

const DATA = new URL("../../../../tests/data/", import.meta.url);
const ROWS = 100;

function data(name: string) {
    return readNpy(fileURLToPath(new URL(name, DATA)));
}

function* batches({ values, columns }: ReturnType<typeof readNpy>): Generator<Request> {
    for (let start = 0; start < values.length; start += ROWS * columns) {
        yield { logits: values.subarray(start, start + ROWS * columns), classes: columns };
    }
}

const logits = data("digits.logits.npy");
const expected = data("digits.probabilities.npy").values;
const client = new Client(process.argv[2]);
let at = 0;
let worst = 0;
for await (const result of client.scoreStream(batches(logits))) {
    for (const probability of result.scores) {
        worst = Math.max(worst, Math.abs(probability - expected[at++]!));
    }
}
client.close();
console.log(`${logits.rows} rows; largest error ${worst.toExponential(2)}`);
if (at !== expected.length || !(worst <= 3e-7)) {
    throw new Error(`${at} of ${expected.length} probabilities, with errors up to ${worst}`);
}
