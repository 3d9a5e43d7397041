import type { Event } from '../events/event';
import type { JsonLimits } from '../events/measure-json';
import { parseEvent } from '../events/parse-event';
import { own, withKey, withoutKey, type JsonObject } from '../json';
import { rowMapper, type MapRow } from '../rows/map-row';
import { readRecord, type RowFault, type RowShape } from '../rows/read-record';
import type { FileRecord } from '../rows/record-scanner';
import type { RowsAs } from './choose-mapping';
import type { RefusedExample } from './import-tally';

export interface ImportOf {
  /** Of the import: its events say that they come from it. */
  readonly id: string;
  readonly shape: RowShape;
  readonly rows: RowsAs;
  /** When the file was handed in: what rows state of now is as of then. */
  readonly statedAt: number;
  readonly receivedAt: number;
  readonly limits: JsonLimits;
}

/** A row as the event it becomes: checked, and as it was sent to the check. */
export interface RowEvent {
  readonly row: number;
  readonly event: Event;
  readonly bytes: number;
  readonly raw: JsonObject;
}

export type ReadImportRow = (record: FileRecord, row: number) => RowEvent | { readonly refused: RefusedExample };

/** What events of an import name as their source. */
export const importSource = (id: string): string => `import:${id}`;
/** The source under which all imports are counted: what is of one of them is in its report. */
export const allImports = 'import';

/** Makes an import ready for its rows, counted from 1. The same row becomes the same event each time. */
export function importRowReader(of: ImportOf): ReadImportRow {
  const toRaw = rawEventOf(of.rows);
  const { id, receivedAt, limits: json } = of;
  const options = { source: importSource(id), isTrusted: true, receivedAt, json };
  return (record, row) => {
    const refuse = ({ code, column, message }: RowFault) => ({ refused: { row, code, column, message } });
    const makeMessageId = (): string => `${id}-${row}`;
    const read = readRecord(record, of.shape);
    if ('code' in read) return refuse(read);
    const mapped = toRaw(read.row, makeMessageId);
    if ('rejection' in mapped) return refuse(mapped.rejection);
    const raw = statedAs(mapped.event, of.statedAt);
    const parsed = parseEvent(raw, { ...options, makeMessageId });
    if ('event' in parsed) return { row, event: parsed.event, bytes: parsed.bytes, raw };
    const { code, path, message } = parsed.rejection;
    return refuse({ code, column: '', message: path === '' ? message : `At ${path}: ${message}` });
  };
}

const asItIs: MapRow = (event) => ({ event });
const rawEventOf = (rows: RowsAs): MapRow => (rows === 'events' ? asItIs : rowMapper(rows));

/**
 * A row without a time speaks of when the file was handed in, so that what happened since is not overwritten. When an old event was
 * once sent says nothing about our clock: its own time counts as it stands.
 */
function statedAs(raw: JsonObject, statedAt: number): JsonObject {
  const hasTime = (own(raw, 'timestamp') ?? own(raw, 'originalTimestamp') ?? null) !== null;
  const timed = hasTime ? raw : withKey(raw, 'timestamp', new Date(statedAt).toISOString());
  return Object.hasOwn(timed, 'sentAt') ? withoutKey(timed, 'sentAt') : timed;
}
