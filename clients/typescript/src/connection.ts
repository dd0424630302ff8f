import { Client as Channel, connectivityState, status, type ChannelCredentials, type ChannelOptions, type ServiceError } from "@grpc/grpc-js";
import { isUnstarted } from "./endings.js";
import { ScoringError } from "./errors.js";
import { Sockets } from "./sockets.js";

/** How the client's own end ends a call. */
export function closed(unanswered: readonly number[] = []): ScoringError {
    return new ScoringError(status.CANCELLED, "the client is closed", { unanswered });
}

/** gRPC for Node has no limit on how long it connects: a channel that is needed and not ready in time is replaced, which fails what waits for it. */
export class Connection {
    #channel: Channel;
    #sockets = new Sockets();
    #timer: NodeJS.Timeout | undefined;
    #isClosed = false;

    constructor(
        private readonly target: string,
        private readonly credentials: ChannelCredentials,
        private readonly options: ChannelOptions,
        private readonly timeoutMs: number,
    ) {
        this.#channel = this.#make();
    }

    /** For a call to be made now. */
    get channel(): Channel {
        if (this.#isClosed) {
            throw closed();
        }
        if (!this.#timer && !this.#isReady) {
            this.#timer = setTimeout(() => this.#look(), this.timeoutMs).unref(); // Calls that wait keep the process, and they alone.
        }
        return this.#channel;
    }

    /** Told of each call that has failed. One that could not be started was on a connection that takes no more, which gRPC goes on using until it is closed. */
    failed(channel: Channel, { details }: ServiceError): void {
        if (channel === this.#channel && !this.#isClosed && isUnstarted(details)) {
            this.#replace();
        }
    }

    close(): void {
        this.#isClosed = true;
        clearTimeout(this.#timer);
        this.#drop();
    }

    get #isReady(): boolean {
        return this.#channel.getChannel().getConnectivityState(false) === connectivityState.READY;
    }

    #look(): void {
        this.#timer = undefined;
        if (this.#isReady) {
            this.#sockets.destroySilent(); // Those of the other addresses.
            return;
        }
        this.#replace();
    }

    #replace(): void {
        this.#drop();
        this.#sockets = new Sockets();
        this.#channel = this.#make();
    }

    #drop(): void {
        this.#channel.close();
        this.#sockets.destroy();
    }

    #make(): Channel {
        return new Channel(this.target, this.#sockets.watch(this.credentials), this.options);
    }
}
