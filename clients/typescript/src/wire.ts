import { endianness } from "node:os";
import { ScalarType } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { ScoreResponseSchema } from "./gen/scoring/v1/scoring_pb.js";

if (endianness() !== "LE") {
    throw new Error("scoring-client needs a little-endian machine: floats are read as they lie on the wire");
}

const FLOAT_FIELDS = new Set(
    ScoreResponseSchema.fields.filter((field) => field.fieldKind === "list" && field.scalar === ScalarType.FLOAT).map((field) => field.number),
);

/** A ScoreResponse whose floats are apart from the rest. */
export interface Split {
    floats: ReadonlyMap<number, Float32Array>;
    rest: Uint8Array;
}

/** Takes a ScoreResponse's packed floats out of its bytes: they are copied as they lie, where protobuf would read each by itself. */
export function split(bytes: Uint8Array): Split {
    const reader = new BinaryReader(bytes);
    const floats = new Map<number, Uint8Array[]>();
    const rest: Uint8Array[] = [];
    while (reader.pos < reader.len) {
        const start = reader.pos;
        const [field, type] = reader.tag();
        const value = reader.pos;
        if (FLOAT_FIELDS.has(field) && type === WireType.LengthDelimited) {
            add(floats, field, reader.bytes());
        } else {
            reader.skip(type, field);
            if (FLOAT_FIELDS.has(field) && type === WireType.Bit32) {
                add(floats, field, bytes.subarray(value, reader.pos)); // One that is not packed.
            } else {
                rest.push(bytes.subarray(start, reader.pos));
            }
        }
    }
    return { floats: new Map(Array.from(floats, ([field, parts]) => [field, join(parts)])), rest: Buffer.concat(rest) };
}

/** A packed field may come in parts. */
function add(floats: Map<number, Uint8Array[]>, field: number, packed: Uint8Array): void {
    if (packed.byteLength % 4 !== 0) {
        throw new RangeError(`packed floats of ${packed.byteLength} bytes`);
    }
    const parts = floats.get(field);
    if (parts) {
        parts.push(packed);
    } else {
        floats.set(field, [packed]);
    }
}

/** The bytes need not be aligned, which a Float32Array's must be. */
function join(parts: readonly Uint8Array[]): Float32Array {
    const bytes = new Uint8Array(parts.reduce((length, part) => length + part.byteLength, 0));
    let at = 0;
    for (const part of parts) {
        bytes.set(part, at);
        at += part.byteLength;
    }
    return new Float32Array(bytes.buffer);
}
