import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import { Client } from "../src/index.js";
import { collect, messages } from "./messages.js";
import { Service } from "./service.js";

const STREAMS = 300;

describe("more streams at once than a connection takes", { timeout: 60_000 }, () => {
    const service = new Service();
    const open = new Set<Socket>();
    /** On the way to the service, to see the connections that there are. */
    const relay = createServer((socket) => {
        const port = Number(service.address.split(":")[1]);
        open.add(socket.on("error", () => {}).on("close", () => open.delete(socket)));
        socket.pipe(connect(port, "127.0.0.1").on("error", () => {})).pipe(socket);
    });
    let address: string;

    before(async () => {
        await service.start();
        await once(relay.listen(0, "127.0.0.1"), "listening");
        address = `127.0.0.1:${(relay.address() as AddressInfo).port}`;
    });

    after(async () => {
        relay.close();
        await service.stop();
    });

    async function untilOpen(count: number): Promise<void> {
        while (open.size > count) {
            await new Promise((resolve) => [...open].at(-1)!.once("close", resolve));
        }
        assert.equal(open.size, count);
    }

    async function begin(client: Client, end: Promise<void>) {
        async function* source() {
            yield messages(1)[0]!;
            await end;
        }
        const streams = Array.from({ length: STREAMS }, () => client.scoreStream(source()));
        for (const { value } of await Promise.all(streams.map((stream) => stream.next()))) {
            assert.equal(value!.error, undefined);
        }
        return streams;
    }

    it("are answered, over further connections, which are closed with the last of their streams", async () => {
        const client = new Client(address, { patienceMs: 20_000, progressTimeoutMs: 20_000 });
        let end = () => {};
        const streams = await begin(client, new Promise((resolve) => (end = resolve)));
        assert.equal((await client.score(messages(1)[0]!)).error, undefined);
        assert.equal(open.size, 3);

        end();
        assert.deepEqual((await Promise.all(streams.map(collect))).flat(), []);
        await untilOpen(1);
        assert.equal((await client.score(messages(1)[0]!)).error, undefined);
        client.close();
        await untilOpen(0);
    });

    it("are ended by the client's end, with their connections", async () => {
        const client = new Client(address, { patienceMs: 20_000, progressTimeoutMs: 20_000 });
        const streams = await begin(client, new Promise(() => {}));
        client.close();
        for (const stream of streams) {
            await assert.rejects(stream.next(), /CANCELLED: the client is closed/);
        }
        await untilOpen(0);
    });
});
