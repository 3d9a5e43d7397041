import type { FileRecord, RecordFault } from '../domain/rows/record-scanner';

/** Records as one run of bytes: each behind four bytes with its length and fault. */
const headerBytes = 4;
const faultCodes: readonly (RecordFault | undefined)[] = [undefined, 'line_too_long', 'invalid_quotes'];

export function packRecords(records: readonly FileRecord[]): Uint8Array {
  const packed = new Uint8Array(records.reduce((size, { bytes }) => size + headerBytes + bytes.length, 0));
  const view = new DataView(packed.buffer);
  let at = 0;
  for (const { bytes, fault } of records) {
    view.setUint32(at, bytes.length * faultCodes.length + faultCodes.indexOf(fault));
    packed.set(bytes, at + headerBytes);
    at += headerBytes + bytes.length;
  }
  return packed;
}

export function unpackRecords(packed: Uint8Array): FileRecord[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const records: FileRecord[] = [];
  for (let at = 0; at < packed.length;) {
    const head = view.getUint32(at);
    const length = Math.floor(head / faultCodes.length);
    const fault = faultCodes[head % faultCodes.length];
    const bytes = packed.subarray(at + headerBytes, at + headerBytes + length);
    records.push(fault ? { bytes, fault } : { bytes });
    at += headerBytes + length;
  }
  return records;
}
