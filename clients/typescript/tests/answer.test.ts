import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { it } from "node:test";
import { Client } from "../src/index.js";
import { collect, messages } from "./messages.js";

it("tells what is wrong with an answer that gRPC itself cannot take", { timeout: 20_000 }, async () => {
    const server = createServer();
    server.on("stream", (call) => {
        call.on("error", () => {}).resume();
        call.respond({ ":status": 200, "content-type": "application/grpc" });
        call.write(Buffer.of(1, 0, 0, 0, 2, 8, 1)); // Said to be compressed, by no encoding that was named.
    });
    await once(server.listen(0, "127.0.0.1"), "listening");

    const client = new Client(`127.0.0.1:${(server.address() as AddressInfo).port}`);
    await assert.rejects(client.score(messages(1)[0]!), /INTERNAL: an answer cannot be read/);
    await assert.rejects(collect(client.scoreStream(messages(1))), /INTERNAL: an answer cannot be read.*messages 1 to 1 were not answered/);

    client.close();
    server.close();
});
