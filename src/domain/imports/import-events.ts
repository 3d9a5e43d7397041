import type { Event } from '../events/event';
import type { MeasureOptions } from '../events/measure-json';
import { parseEvent, type ParseOptions } from '../events/parse-event';
import { own, withKey, withoutKey, type JsonObject } from '../json';
import { rowMapper, type MapRow } from '../rows/map-row';
import type { RefusedExample } from './import-tally';
import type { RowsAs } from './read-header';
import { readRow, type RowFault, type RowShape } from './read-row';
import type { FileRecord } from './record-scanner';

export interface ImportOf {
  /** Of the import: its events say that they come from it. */
  readonly id: string;
  readonly shape: RowShape;
  readonly rows: RowsAs;
  /** When the file was handed in: what rows state of now is as of then. */
  readonly statedAt: number;
  readonly receivedAt: number;
  readonly json: Pick<MeasureOptions, 'maxBytes' | 'maxDepth' | 'byteLength'>;
}

/** A row as the event it becomes: checked, and as it was sent to the check. */
export interface RowEvent {
  readonly row: number;
  readonly event: Event;
  readonly bytes: number;
  readonly raw: JsonObject;
}

export type ReadRow = (record: FileRecord, row: number) => RowEvent | { readonly refused: RefusedExample };

/** What events of an import name as their source. */
export const importSource = (id: string): string => `import:${id}`;
/** The source under which all imports are counted: what is of one of them is in its report. */
export const allImports = 'import';

/** Makes an import ready for its rows, counted from 1. The same row becomes the same event each time. */
export function rowReader(of: ImportOf): ReadRow {
  const toRaw = rawEventOf(of.rows);
  const options: Omit<ParseOptions, 'makeMessageId'> = {
    envelope: { context: {}, integrations: {}, bytes: 0 },
    receivedAt: of.receivedAt,
    source: importSource(of.id),
    isTrusted: true,
    json: { ...of.json, hasEscapes: true },
  };
  return (record, row) => {
    const refuse = ({ code, column, message }: RowFault) => ({ refused: { row, code, column, message } });
    const makeMessageId = (): string => `${of.id}-${row}`;
    const read = readRow(record, of.shape);
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
