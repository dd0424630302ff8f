const HOST = String.raw`(?<host>[^\s/:@?#[\],]+|\[[0-9A-Fa-f:.]+(?:%[^\s\]]+)?\])`;
const HOST_AND_PORT = new RegExp(`^${HOST}:(?<port>[0-9]{1,5})$`);
const URL_OF_HOST = new RegExp(`^(?<scheme>https?)://${HOST}(?::(?<port>[0-9]{1,5}))?/?$`, "i");
const OF_GRPC = /^(?:dns|ipv4|ipv6|unix|xds):\/*[^/]/;

/** What gRPC is told, which takes `http:` for a part of a name. Throws where it is no address. */
export function targetOf(address: string, isSecure: boolean): string {
    if (OF_GRPC.test(address)) {
        return address;
    }
    const { host, port: portText, scheme: schemeText } = (URL_OF_HOST.exec(address) ?? HOST_AND_PORT.exec(address))?.groups ?? {};
    const scheme = schemeText?.toLowerCase();
    const port = Number(portText ?? (scheme === "https" ? 443 : 80));
    if (host === undefined || port < 1 || port > 65535) {
        throw new TypeError(
            `'${address}' is no address of a service; one reads host:port, http://host:port, https://host:port, unix:/path or dns:///host:port`,
        );
    }
    if (scheme === "https" && !isSecure) {
        throw new TypeError(`'${address}' is TLS, and there are no credentials; set { credentials: credentials.createSsl() }, of @grpc/grpc-js`);
    }
    if (scheme === "http" && isSecure) {
        throw new TypeError(`'${address}' is clear text, and there are credentials; with TLS it reads https://`);
    }
    return `${host}:${port}`;
}
