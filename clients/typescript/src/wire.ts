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
    const floats = new Map<number, Float32Array>();
    const rest: Uint8Array[] = [];
    while (reader.pos < reader.len) {
        const start = reader.pos;
        const [field, type] = reader.tag();
        if (type === WireType.LengthDelimited && FLOAT_FIELDS.has(field)) {
            floats.set(field, append(floats.get(field), reader.bytes()));
        } else {
            reader.skip(type, field);
            rest.push(bytes.subarray(start, reader.pos));
        }
    }
    return { floats, rest: Buffer.concat(rest) };
}

/** A packed field may come in parts. Its bytes need not be aligned, which a Float32Array's must be. */
function append(before: Float32Array = new Float32Array(0), packed: Uint8Array): Float32Array {
    if (packed.byteLength % 4 !== 0) {
        throw new RangeError(`packed floats of ${packed.byteLength} bytes`);
    }
    const floats = new Float32Array(before.length + packed.byteLength / 4);
    floats.set(before);
    new Uint8Array(floats.buffer, before.byteLength).set(packed);
    return floats;
}
