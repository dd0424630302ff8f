export { Client, type CallOptions, type ClientOptions } from "./client.js";
export { ScoringError } from "./errors.js";
export type { Request } from "./request.js";
export { Result } from "./result.js";
export type { Settings } from "./settings.js";
export type { Source, StreamOptions } from "./stream.js";
