import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { it } from "node:test";
import { Client } from "../src/index.js";
import { collect, messages } from "./messages.js";
import { Service } from "./service.js";

const SILENT = { timeout: 20_000 };

it("lets go of an address that never speaks while another one answers", SILENT, async () => {
    const service = new Service();
    const silent = createServer((socket) => socket.resume());
    await Promise.all([service.start(), once(silent.listen(0, "127.0.0.1"), "listening")]);

    const client = new Client(`ipv4:127.0.0.1:${(silent.address() as AddressInfo).port},${service.address}`, { connectTimeoutMs: 1000 });
    const [[socket]] = await Promise.all([once(silent, "connection"), client.score(messages(1)[0]!)]);
    await once(socket as Socket, "close");
    assert.equal((await client.score(messages(1)[0]!)).rows, 1);

    client.close();
    silent.close();
    await service.stop();
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
