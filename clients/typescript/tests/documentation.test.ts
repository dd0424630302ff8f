import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Service } from "./service.js";

const PAGE = new URL("../../../../docs/client.md", import.meta.url);
const PACKAGE = fileURLToPath(new URL("../../", import.meta.url));

it("lists heads as the page says", async () => {
    const service = new Service();
    await service.start();
    try {
        const sample = /```ts\n(.*?)```/s.exec(readFileSync(PAGE, "utf8"))![1]!.replace("localhost:8080", service.address);
        const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", sample], { cwd: PACKAGE });
        assert.match(stdout, /'softmax'[^]*'iris'|'iris'[^]*'softmax'/);
    } finally {
        await service.stop();
    }
});
