import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { status } from "@grpc/grpc-js";
import { Client, ScoringError } from "../src/index.js";
import { collect, messages } from "./messages.js";
import { Service } from "./service.js";

function isClosed(error: unknown): boolean {
    return error instanceof ScoringError && error.code === status.CANCELLED && error.message === "the client is closed";
}

describe("a client that is closed", { timeout: 60_000 }, () => {
    const service = new Service();
    before(() => service.start());
    after(() => service.stop());

    it("begins nothing", async () => {
        const client = new Client("127.0.0.1:9");
        client.close();
        await assert.rejects(client.score(messages(1)[0]!), isClosed);
        await assert.rejects(collect(client.scoreStream(messages(1))), isClosed);
    });

    for (const taken of [0, 1]) {
        it(`ends a stream whose source waits after ${taken} messages`, async () => {
            async function* source() {
                yield* messages(taken);
                await new Promise(() => {});
            }
            const client = new Client(service.address);
            const results = client.scoreStream(source());
            for (let i = 0; i < taken; i++) {
                await results.next();
            }
            const next = results.next();
            client.close();
            await assert.rejects(next, isClosed);
        });
    }

    it("ends a stream and a score that the service does not answer", async () => {
        const silent = createServer((socket) => socket.on("error", () => {}).resume());
        await once(silent.listen(0, "127.0.0.1"), "listening");
        const client = new Client(`127.0.0.1:${(silent.address() as AddressInfo).port}`);
        const connected = once(silent, "connection");
        const ends = [
            assert.rejects(client.score(messages(1)[0]!), isClosed),
            assert.rejects(collect(client.scoreStream(messages(3))), (error) => isClosed(error) && assert.deepEqual((error as ScoringError).unanswered, [1, 2, 3]) === undefined),
        ];
        await connected;
        client.close();
        await Promise.all(ends);
        silent.close();
    });
});
