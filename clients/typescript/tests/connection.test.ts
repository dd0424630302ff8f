import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { it } from "node:test";
import { promisify } from "node:util";
import { create, toBinary } from "@bufbuild/protobuf";
import { Server, ServerCredentials, type sendUnaryData } from "@grpc/grpc-js";
import { ScoreResponseSchema } from "../src/gen/scoring/v1/scoring_pb.js";
import { Client } from "../src/index.js";
import { CLASSES, collect, messages } from "./messages.js";

const SILENT = { timeout: 20_000 };

it("lets go of an address that never speaks while another one answers", SILENT, async () => {
    const service = new Server();
    const bytes = (message: Buffer) => message;
    const scored = Buffer.from(toBinary(ScoreResponseSchema, create(ScoreResponseSchema, { rows: 1, classes: CLASSES, scores: Array<number>(CLASSES).fill(0.25) })));
    service.register("/scoring.v1.ScoringService/Score", (_: unknown, answer: sendUnaryData<Buffer>) => answer(null, scored), bytes, bytes, "unary");
    const port = await promisify(service.bindAsync.bind(service))("127.0.0.1:0", ServerCredentials.createInsecure());
    const silent = createServer((socket) => socket.resume());
    await once(silent.listen(0, "127.0.0.1"), "listening");

    const client = new Client(`ipv4:127.0.0.1:${(silent.address() as AddressInfo).port},127.0.0.1:${port}`, { connectTimeoutMs: 1000 });
    const closed = new Promise((resolve) => silent.once("connection", (socket) => socket.once("close", resolve)));
    await Promise.all([closed, client.score(messages(1)[0]!)]);
    assert.equal((await client.score(messages(1)[0]!)).error, undefined);

    client.close();
    silent.close();
    service.forceShutdown();
});

it("holds one connection at a time to a service that accepts it and never speaks, and none once it is closed", SILENT, async () => {
    const open = new Set<Socket>();
    let accepted = 0;
    const silent = createServer((socket) => {
        accepted++;
        open.add(socket.resume());
        socket.on("error", () => {}).on("close", () => open.delete(socket));
    });
    await once(silent.listen(0, "127.0.0.1"), "listening");

    const client = new Client(`127.0.0.1:${(silent.address() as AddressInfo).port}`, { connectTimeoutMs: 100, patienceMs: 500 });
    await assert.rejects(collect(client.scoreStream(messages(3))), /UNAVAILABLE: no connection was made in time; messages 1 to 3/);
    assert.ok(accepted > 2, `${accepted} accepted`);
    while (open.size > 1) {
        await once([...open][0]!, "close"); // An older one, closed by the client and not yet here.
    }
    client.close();
    for (const socket of open) {
        await once(socket, "close");
    }
    silent.close();
});
