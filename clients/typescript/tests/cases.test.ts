// The client does in every case what every client does: tests/clients/README.md.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { status } from "@grpc/grpc-js";
import { Client, ScoringError, type Request, type Result, type Settings } from "../src/index.js";
import type { OutputName } from "../src/request.js";
import { DEFAULTS } from "../src/settings.js";

type Fields = Record<string, unknown>;

interface Case {
    name: string;
    rpc: "stream" | "score";
    messages?: number;
    logits?: number;
    outputs?: string[];
    source?: "waits" | "throws";
    options?: Record<string, number>;
    environment?: Record<string, string>;
    cancel_after?: number;
    expect: { results?: "ok" | ("ok" | Fields)[]; error?: Fields; cancelled?: true; thrown?: true };
}

const CLIENTS = new URL("../../../../tests/clients/", import.meta.url);
const CASES: Case[] = JSON.parse(readFileSync(new URL("cases.json", CLIENTS), "utf8"));

function settingsOf(options: Record<string, number>): Partial<Settings> {
    const named = Object.entries(options).map(([name, value]) => [name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()), value]);
    return Object.fromEntries(named);
}

async function* sourceOf(test: Case, request: Request): AsyncGenerator<Request> {
    for (let i = 0; i < test.messages!; i++) {
        yield request;
    }
    if (test.source === "waits") {
        await new Promise(() => {});
    }
    if (test.source === "throws") {
        throw new Error("the source's");
    }
}

async function serve(name: string, play: (address: string) => Promise<void>): Promise<void> {
    const server = spawn("python3", [fileURLToPath(new URL("scripted_server.py", CLIENTS)), name], { stdio: ["pipe", "pipe", "inherit"] });
    try {
        const [port] = await once(createInterface({ input: server.stdout }), "line");
        await play(`127.0.0.1:${port}`);
    } finally {
        server.stdin.end();
        await once(server, "exit");
    }
}

/** What of an error the case tells. */
function told(error: ScoringError, names: Fields): Fields {
    const all: Fields = {
        code: status[error.code],
        message: error.message,
        row: error.row,
        column: error.column,
        retry_after_ms: error.retryAfterMs,
        unanswered: error.unanswered,
    };
    return Object.fromEntries(Object.keys(names).map((name) => [name, all[name]]));
}

async function play(test: Case, address: string): Promise<void> {
    Object.assign(process.env, test.environment);
    const client = new Client(address, settingsOf(test.options ?? {}));
    const outputs = (test.outputs ?? []).map((name) => (name === "top_k" ? "topK" : name)) as OutputName[];
    const request: Request = { logits: new Float32Array(test.logits ?? 3), outputs };
    const abort = new AbortController();
    const results: Result[] = [];
    let error: unknown;
    try {
        if (test.rpc === "score") {
            results.push(await client.score(request));
        } else {
            for await (const result of client.scoreStream(sourceOf(test, request), { signal: abort.signal })) {
                if (results.push(result) === test.cancel_after) {
                    abort.abort(new Error("the caller's"));
                }
            }
        }
    } catch (thrown) {
        error = thrown;
    } finally {
        client.close();
        Object.keys(test.environment ?? {}).forEach((name) => delete process.env[name]);
    }
    const { results: wanted = [], error: failure, cancelled, thrown } = test.expect;
    const each = wanted === "ok" ? Array<"ok">(test.messages!).fill("ok") : wanted;
    assert.deepEqual(
        results.map(({ error }, i) => (error ? told(error, (each[i] ?? "ok") === "ok" ? { code: "", message: "" } : (each[i] as Fields)) : "ok")),
        each,
        `${error}`,
    );
    if (cancelled) {
        assert.equal((error as Error).message, "the caller's");
    } else if (thrown) {
        assert.equal((error as Error | undefined)?.message, "the source's");
    } else if (failure) {
        assert.ok(error instanceof ScoringError, `${error}`);
        assert.deepEqual(told(error, failure), failure);
    } else {
        assert.equal(error, undefined);
    }
    if (test.rpc === "stream") {
        assert.deepEqual(
            results.map((result) => result.id),
            each.map((_, i) => i + 1),
        );
    }
}

describe("a client", { timeout: 300_000 }, () => {
    it("has the settings of every client", () => {
        assert.deepEqual(DEFAULTS, settingsOf(JSON.parse(readFileSync(new URL("settings.json", CLIENTS), "utf8"))));
    });

    for (const test of CASES) {
        it(`where ${test.name}`, { timeout: 20_000 }, () => serve(test.name, (address) => play(test, address)));
    }
});
