import type { Socket } from "node:net";
import type { ChannelCredentials } from "@grpc/grpc-js";

/** The sockets of one channel: gRPC does not let go of one that has connected and never spoken, not even when its channel is closed. */
export class Sockets {
    readonly #open = new Set<Socket>();
    #isDestroyed = false;

    /** The credentials, through which every socket goes as soon as it has connected. */
    watch(credentials: ChannelCredentials): ChannelCredentials {
        const create: ChannelCredentials["_createSecureConnector"] = (...about) => {
            const connector = credentials._createSecureConnector(...about);
            const connect = connector.connect.bind(connector);
            connector.connect = (socket) => {
                this.#add(socket);
                return connect(socket);
            };
            return connector;
        };
        return Object.create(credentials, { _createSecureConnector: { value: create } }) as ChannelCredentials;
    }

    destroy(): void {
        this.#isDestroyed = true;
        this.#open.forEach((socket) => socket.destroy());
    }

    /** Those that have not read a byte. */
    destroySilent(): void {
        this.#open.forEach((socket) => socket.bytesRead === 0 && socket.destroy());
    }

    #add(socket: Socket): void {
        if (this.#isDestroyed) {
            socket.destroy(); // It has come too late.
            return;
        }
        this.#open.add(socket);
        socket.once("close", () => this.#open.delete(socket));
    }
}
