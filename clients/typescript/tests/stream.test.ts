import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { status } from "@grpc/grpc-js";
import { Client, type Request } from "../src/index.js";
import { assertAll, assertClose, CLASSES, collect, messages, softmax } from "./messages.js";
import { Service } from "./service.js";

describe("scoreStream", { timeout: 60_000 }, () => {
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

    it("answers each message in order, and goes on after an error", async () => {
        const sent: Request[] = messages(500);
        sent[100] = { ...sent[100]!, head: "nobody" };
        const narrow = new Client(service.address, { maxInFlightMessages: 7 });
        const results = await collect(narrow.scoreStream(sent));
        narrow.close();
        assert.deepEqual(
            results.map((result) => result.id),
            sent.map((_, i) => i + 1),
        );
        assert.equal(results[100]!.error?.code, status.NOT_FOUND);
        assert.throws(() => results[100]!.scores, /nobody/);
        results.forEach((result, i) => i === 100 || assertClose(result.scores, softmax(sent[i]!.logits, CLASSES)));
    });

    it("streams an asynchronous source, and one that is empty", async () => {
        async function* source() {
            for (const message of messages(50)) {
                await new Promise(setImmediate);
                yield message;
            }
        }
        assertAll(await collect(client.scoreStream(source())), 50);
        assert.deepEqual(await collect(client.scoreStream([])), []);
    });

    it("reads no more of the source than the window holds", async () => {
        let read = 0;
        function* source() {
            for (const message of messages(100)) {
                read++;
                yield message;
            }
        }
        let answered = 0;
        const narrow = new Client(service.address, { maxInFlightMessages: 4 });
        for await (const _ of narrow.scoreStream(source())) {
            answered++;
            await new Promise(setImmediate);
            assert.ok(read <= answered + 4, `${read} read, ${answered} answered`);
        }
        assert.equal(answered, 100);
        narrow.close();
    });

    it("throws what the source throws", async () => {
        async function* source() {
            yield* messages(1);
            throw new RangeError("mine");
        }
        await assert.rejects(collect(client.scoreStream(source())), new RangeError("mine"));
    });

    it("may be left, and then ends its source", async () => {
        let ended: () => void;
        const end = new Promise<void>((resolve) => (ended = resolve));
        function* source() {
            try {
                for (;;) {
                    yield messages(1)[0]!;
                }
            } finally {
                ended();
            }
        }
        for await (const _ of client.scoreStream(source())) {
            break;
        }
        await end;
        assert.equal((await client.score(messages(1)[0]!)).rows, 1);
    });

    it("ends at once when it is aborted", async () => {
        const abort = new AbortController();
        async function* source() {
            yield* messages(1);
            await new Promise(() => {});
        }
        const results = client.scoreStream(source(), { signal: abort.signal });
        assert.equal((await results.next()).value?.id, 1);
        const next = results.next();
        abort.abort(new Error("enough"));
        await assert.rejects(next, /enough/);
    });

    it("finds the address that answers among those that are silent", async () => {
        const silent = [createServer(), createServer()];
        await Promise.all(silent.map((server) => once(server.listen(0, "127.0.0.1"), "listening")));
        const ports = silent.map((server) => (server.address() as AddressInfo).port);
        const addresses = [...ports.map((port) => `127.0.0.1:${port}`), service.address];
        const patient = new Client(`ipv4:${addresses.join(",")}`);
        assertAll(await collect(patient.scoreStream(messages(3))), 3);
        patient.close();
        silent.forEach((server) => server.close());
    });

    it("gives up in the end, and names what was not answered", async () => {
        const nobody = new Client("127.0.0.1:9", { patienceMs: 300 });
        await assert.rejects(collect(nobody.scoreStream(messages(3))), /UNAVAILABLE: .*messages 1 to 3 were not answered/);
        nobody.close();
    });
});

describe("a stream whose service is killed", { timeout: 60_000 }, () => {
    const service = new Service();
    before(() => service.start());
    after(() => service.stop());

    it("loses and doubles nothing", async () => {
        async function* source() {
            for (const [i, message] of messages(2000).entries()) {
                if (i === 500 || i === 1000 || i === 1500) {
                    await service.kill();
                    void service.start();
                }
                yield message;
            }
        }
        const client = new Client(service.address);
        assertAll(await collect(client.scoreStream(source())), 2000);
        client.close();
    });
});
