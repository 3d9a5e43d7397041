import { isJsonObject, type Json, type JsonObject } from '../json';
import { kindOf } from '../events/rejection';
import type { FileRecord, RecordFault } from './record-scanner';
import { splitRecord } from './split-record';

/** Why a row never came to its mapping or its event. `column` is empty for the row as a whole. */
export interface RowFault {
  readonly code: string;
  readonly column: string;
  readonly message: string;
}

export interface RowShape {
  readonly format: 'csv' | 'ndjson';
  readonly delimiter: string;
  /** Of a CSV: its header. */
  readonly columns: readonly string[];
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

const faults: Readonly<Record<RecordFault, string>> = {
  line_too_long: 'The line is longer than the limit; shorten it.',
  invalid_quotes: 'A quoted field is not closed, or goes on behind its closing quote; write a quote in a field twice.',
};

/** What a record says, by column; or why it cannot be read. */
export function readRecord(record: FileRecord, shape: RowShape): { readonly row: JsonObject } | RowFault {
  return shape.format === 'csv' ? readByColumn(record, shape) : readJson(record);
}

/** The fields of a CSV record, one more than `most` when there are more; or why it has none. */
export function readFields(record: FileRecord, delimiter: string, most: number): string[] | RowFault {
  const text = readText(record);
  return typeof text === 'string' ? splitRecord(text, delimiter, most + 1) : text;
}

/** A record as text for people: what is no UTF-8 in it is shown as replacement characters. */
export const textOf = ({ bytes }: FileRecord): string => lenient.decode(bytes);

function readByColumn(record: FileRecord, { columns, delimiter }: RowShape): { readonly row: JsonObject } | RowFault {
  const fields = readFields(record, delimiter, columns.length);
  if ('code' in fields) return fields;
  if (fields.length === columns.length)
    return { row: Object.fromEntries(columns.map((column, index) => [column, fields[index] ?? ''])) };
  const given = fields.length > columns.length ? 'more' : fields.length;
  const message = `The header has ${columns.length} fields and the row ${given}; make them agree, or quote fields with a delimiter in them.`;
  return ofRow('wrong_field_count', message);
}

function readJson(record: FileRecord): { readonly row: JsonObject } | RowFault {
  const text = readText(record);
  if (typeof text !== 'string') return text;
  const value = parse(text);
  if (value === undefined) return ofRow('invalid_json', 'The line is no JSON; write one object a line.');
  return isJsonObject(value)
    ? { row: value }
    : ofRow('not_an_object', `The line is ${kindOf(value)}; write one object a line.`);
}

function readText({ bytes, fault }: FileRecord): string | RowFault {
  if (fault) return ofRow(fault, faults[fault]);
  return decode(bytes) ?? ofRow('invalid_utf8', 'The row is not UTF-8; save the file as UTF-8.');
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined; // counted as a refused row
  }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined; // replacement characters would make two different ids one
  }
}

const ofRow = (code: string, message: string): RowFault => ({ code, column: '', message });
