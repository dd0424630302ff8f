import type { Connection } from "./connection.js";

const MOST_STREAMS = 100;

/**
 * gRPC makes one connection to a service, and lets calls past those that the service takes on it wait without a word: where each has its fill of streams, another is
 * made. That is 100, since a server of HTTP/2 should take no fewer; this service takes 256, which leaves room for the unary calls of the first.
 */
export class Connections {
    readonly first: Connection;
    readonly #streams = new Map<Connection, number>();
    #isClosed = false;

    constructor(private readonly make: () => Connection) {
        this.first = this.make();
        this.#streams.set(this.first, 0);
    }

    /** For a stream, from its beginning to its end. */
    take(): Connection {
        const free = [...this.#streams.keys()].find((connection) => this.#streams.get(connection)! < MOST_STREAMS);
        const connection = this.#isClosed ? this.first : (free ?? this.make());
        this.#streams.set(connection, (this.#streams.get(connection) ?? 0) + 1);
        return connection;
    }

    /** At the stream's end. One that nobody has any more is closed, but for the first. */
    giveBack(connection: Connection): void {
        const streams = this.#streams.get(connection)! - 1;
        this.#streams.set(connection, streams);
        if (streams === 0 && connection !== this.first) {
            this.#streams.delete(connection);
            connection.close();
        }
    }

    close(): void {
        this.#isClosed = true;
        for (const connection of this.#streams.keys()) {
            connection.close();
        }
    }
}
