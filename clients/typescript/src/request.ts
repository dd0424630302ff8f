import { create, toBinary } from "@bufbuild/protobuf";
import { Asked } from "./asked.js";
import { DataType, NonFinite, Output, ScoreRequestSchema } from "./gen/scoring/v1/scoring_pb.js";

const OUTPUTS = {
    scores: Output.SCORES,
    topK: Output.TOP_K,
    decisions: Output.DECISIONS,
    logSumExp: Output.LOG_SUM_EXP,
    entropy: Output.ENTROPY,
    loss: Output.LOSS,
    labels: Output.LABELS,
} as const;

const NON_FINITE = { reject: NonFinite.REJECT, flag: NonFinite.FLAG, propagate: NonFinite.PROPAGATE } as const;

export type OutputName = keyof typeof OUTPUTS;

const HALVES = { fp16: DataType.FP16, bf16: DataType.BF16 } as const;

/** One message of rows. */
export interface Request {
    /** rows × classes, row-major, sent as they lie in memory. Plain numbers are sent as FP64. */
    logits: Float32Array | Float64Array | Uint16Array | readonly number[];
    /** What the bits of a Uint16Array are. */
    half?: keyof typeof HALVES;
    /** Logits in a row; without it all of them are one row. */
    classes?: number;
    /** A head of the service; `softmax` without it. */
    head?: string;
    /** What comes back, one output or several; the scores without it. */
    outputs?: OutputName | readonly OutputName[];
    /** k of the output `topK`; 1 without it. */
    topK?: number;
    /** Instead of the head's. */
    temperature?: number;
    /** For the loss: one class for each row (softmax), or rows × classes of 0 and 1 (sigmoid). */
    targets?: ArrayLike<number>;
    /** For the loss: labels, or the one of a single row, instead of `targets`. */
    targetLabels?: string | readonly string[];
    /** What happens to rows that have no score: they are refused, without it. */
    nonFinite?: keyof typeof NON_FINITE;
    /** The W3C trace context of this message. */
    traceparent?: string;
}

/** A request as it is sent. */
export interface Message {
    readonly bytes: Buffer;
    readonly asked: Asked;
}

/** Logits go as bytes, for protobuf would take each float by itself, and a thousand times as long. */
export function encode(request: Request, id: number): Message {
    const { logits, dataType } = typed(request);
    const outputs = several(request.outputs);
    const message = create(ScoreRequestSchema, {
        id: BigInt(id),
        head: request.head ?? "softmax",
        classes: request.classes ?? logits.length,
        data: new Uint8Array(logits.buffer, logits.byteOffset, logits.byteLength),
        dataType,
        outputs: outputs.map((name) => number("output", OUTPUTS, name)),
        topK: request.topK ?? 0,
        targets: Array.from(request.targets ?? []),
        targetLabels: [...several(request.targetLabels)],
        nonFinite: number("nonFinite", NON_FINITE, request.nonFinite ?? "reject"),
        traceparent: request.traceparent ?? "",
    });
    if (request.temperature !== undefined) {
        message.temperature = request.temperature;
    }
    const bytes = toBinary(ScoreRequestSchema, message);
    return { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), asked: new Asked({ ...request, outputs }) };
}

/** A string is one name: its letters would be taken for names otherwise. */
function several<Name extends string>(names: Name | readonly Name[] = []): readonly Name[] {
    return typeof names === "string" ? [names] : names;
}

function typed({ logits, half }: Request) {
    if (logits instanceof Float32Array) {
        return { logits, dataType: DataType.FP32 };
    }
    if (logits instanceof Float64Array) {
        return { logits, dataType: DataType.FP64 };
    }
    if (logits instanceof Uint16Array) {
        if (half === undefined) {
            throw new TypeError("logits are a Uint16Array; `half` must say whether they are fp16 or bf16");
        }
        return { logits, dataType: number("half", HALVES, half) };
    }
    // JSON has null for NaN, and a Float64Array 0 for null.
    const odd = Array.prototype.findIndex.call(logits, (logit) => typeof logit !== "number");
    if (odd >= 0) {
        throw new TypeError(`logits[${odd}] is ${String(logits[odd])}; it must be a number`);
    }
    return { logits: Float64Array.from(logits), dataType: DataType.FP64 };
}

function number<Names extends Record<string, number>>(what: string, names: Names, name: keyof Names & string): Names[keyof Names] {
    if (!Object.hasOwn(names, name)) {
        throw new TypeError(`${what} '${name}' is none of ${Object.keys(names).join(", ")}`);
    }
    return names[name] as Names[keyof Names];
}
