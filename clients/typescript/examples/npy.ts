import { readFileSync } from "node:fs";

/** A table of floats in NumPy's format, version 1: little-endian FP32 or FP64, row-major. */
export function readNpy(path: string): { values: Float32Array | Float64Array; rows: number; columns: number } {
    const file = readFileSync(path);
    const start = 10 + file.readUInt16LE(8);
    const header = file.toString("latin1", 10, start);
    const [, type, rows, columns] = /^\{'descr': '(<f4|<f8)', 'fortran_order': False, 'shape': \((\d+), (\d+)\), \}/.exec(header) ?? [];
    if (file.toString("latin1", 0, 7) !== "\x93NUMPY\x01" || !type) {
        throw new Error(`${path} is no table of floats: ${header.trim()}`);
    }
    const bytes = new Uint8Array(file.subarray(start)).buffer;
    return { values: type === "<f4" ? new Float32Array(bytes) : new Float64Array(bytes), rows: Number(rows), columns: Number(columns) };
}
