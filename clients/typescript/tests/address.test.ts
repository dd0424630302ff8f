import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { credentials } from "@grpc/grpc-js";
import { targetOf } from "../src/address.js";
import { Client } from "../src/index.js";
import { Service } from "./service.js";

interface Address {
    address: string;
    tls?: true;
    target?: string;
    refused?: string;
}

const ADDRESSES: Address[] = JSON.parse(readFileSync(new URL("../../../../tests/clients/addresses.json", import.meta.url), "utf8"));

describe("an address", () => {
    for (const { address, tls = false, target, refused } of ADDRESSES) {
        it(`'${address}'${tls ? " with TLS" : ""} is taken or refused as by every client`, () => {
            if (target !== undefined) {
                assert.equal(targetOf(address, tls), target);
            } else {
                assert.throws(
                    () => targetOf(address, tls),
                    (error) => error instanceof TypeError && error.message.startsWith(`'${address}' ${refused}`),
                );
            }
        });
    }

    it("of gRPC's own is left to it", () => {
        for (const target of ["dns:///scoring:8080", "dns:scoring", "ipv4:127.0.0.1:1,127.0.0.1:2", "unix:/run/a socket"]) {
            assert.equal(targetOf(target, false), target);
        }
    });

    it("is refused as soon as there is a client for it", () => {
        assert.throws(() => new Client("nowhere"), /'nowhere' is no address of a service; one reads host:port, http:\/\/host:port/);
        assert.throws(() => new Client("https://x:1"), /'https:\/\/x:1' is TLS, and there are no credentials; set \{ credentials: credentials\.createSsl\(\)/);
        new Client("https://x:1", { credentials: credentials.createSsl() }).close();
    });

    it("may be a URL", async () => {
        const service = new Service();
        await service.start();
        const client = new Client(`http://${service.address}`);
        try {
            assert.equal((await client.score({ logits: [1, 2, 4] })).rows, 1);
        } finally {
            client.close();
            await service.stop();
        }
    });
});
