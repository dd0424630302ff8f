import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const LABELS = ["setosa", "versicolor", "virginica"];

/** The published program that SCORING names. */
export class Service {
    #process: ChildProcess | undefined;
    #port = 0;

    get address(): string {
        return `127.0.0.1:${this.#port}`;
    }

    /** On a free port, and on the same one when it is started again. */
    async start(): Promise<void> {
        const program = process.env["SCORING"];
        if (!program) {
            throw new Error("SCORING does not name the published program");
        }
        const labels = LABELS.map((label, i) => `--Scoring:Heads:iris:labels:${i}=${label}`);
        const child = spawn(
            program,
            [
                ...["serve", "--address", "127.0.0.1", "--port", `${this.#port}`, "--http-port", "0", "--admin-port", "0", "--"],
                ...["--Scoring:Heads:iris:activation=softmax", ...labels],
            ],
            { stdio: ["ignore", "pipe", "inherit"] },
        );
        this.#process = child;
        // Its output is read to the end, so that it never waits to write.
        const lines = createInterface({ input: child.stdout });
        await new Promise<void>((resolve, reject) => {
            lines.on("line", (line) => {
                const port = /listening on: http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
                if (port && (this.#port === 0 || this.#port === Number(port))) {
                    this.#port = Number(port);
                    resolve();
                }
            });
            child.once("exit", (code) => reject(new Error(`the service ended with ${code}`)));
            child.once("error", reject);
        });
    }

    async kill(): Promise<void> {
        await this.#end("SIGKILL");
    }

    async stop(): Promise<void> {
        await this.#end("SIGTERM");
    }

    async #end(signal: NodeJS.Signals): Promise<void> {
        const child = this.#process;
        if (child && child.exitCode === null && child.signalCode === null) {
            child.kill(signal);
            await once(child, "exit");
        }
    }
}
