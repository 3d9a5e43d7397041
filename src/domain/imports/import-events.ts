import type { Event, ListingCall } from '../events/event';
import type { Naming } from '../events/event-identifiers';
import type { JsonLimits } from '../events/measure-json';
import { parseEvent } from '../events/parse-event';
import { withKey, withoutKey, type JsonObject } from '../json';
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
  /** When the file was handed in: a row without a time speaks of then, so that what happened since is not overwritten. */
  readonly statedAt: number;
  readonly receivedAt: number;
  readonly limits: JsonLimits;
  readonly naming?: Naming | undefined;
  /** The list of a manual audience that each row's person is put on. */
  readonly list?: string | undefined;
}

/** A row as the event it becomes. */
export interface RowEvent {
  readonly row: number;
  readonly event: Event;
  readonly bytes: number;
  /** As it is shown to people, with the time that it is taken to speak of. */
  readonly show: () => JsonObject;
}

export type ReadImportRow = (record: FileRecord, row: number) => RowEvent | { readonly refused: RefusedExample };

const sourcePrefix = 'import:';
/** What events of an import name as their source. */
export const importSource = (id: string): string => `${sourcePrefix}${id}`;
export const isOfImport = (source: string): boolean => source.startsWith(sourcePrefix);
/** The source under which all imports are counted: what is of one of them is in its report. */
export const allImports = 'import';

/** The message id of a row that brings none: another file never has it. */
const numbered = (id: string, row: number): string => `${id}-${row}`;
export const isNumberedRow = ({ source, messageId, n }: Pick<Event, 'source' | 'messageId'> & { n: number }): boolean =>
  isOfImport(source) && messageId === numbered(source.slice(sourcePrefix.length), n);

/** Makes an import ready for its rows, counted from 1. The same row becomes the same event each time. */
export function importRowReader(of: ImportOf): ReadImportRow {
  const toRaw = rawEventOf(of.rows);
  const { id, receivedAt, statedAt, limits: json, naming } = of;
  const put = listingOf(of);
  const options = { source: importSource(id), isTrusted: true, receivedAt, statedAt, json, naming };
  return (record, row) => {
    const refuse = ({ code, column, message }: RowFault) => ({ refused: { row, code, column, message } });
    const makeMessageId = (): string => numbered(id, row);
    const read = readRecord(record, of.shape);
    if ('code' in read) return refuse(read);
    const mapped = toRaw(read.row, makeMessageId);
    if ('rejection' in mapped) return refuse(mapped.rejection);
    const parsed = parseEvent(withoutSentAt(mapped.event), { ...options, makeMessageId });
    if ('event' in parsed)
      return { row, ...parsed, event: { ...parsed.event, ...put }, show: () => dated(mapped.event, parsed.event) };
    const { code, path, message } = parsed.rejection;
    return refuse({ code, column: '', message: path === '' ? message : `At ${path}: ${message}` });
  };
}

/** As of when the file was handed in, whatever time a row speaks of: who was taken out since stays out. */
const listingOf = ({ list, statedAt: at }: ImportOf): { readonly listing?: ListingCall } =>
  list === undefined ? {} : { listing: { list, isOn: true, at } };

const asItIs: MapRow = (event) => ({ event });
const rawEventOf = (rows: RowsAs): MapRow => (rows === 'events' ? asItIs : rowMapper(rows));

/** When an old event was once sent says nothing about our clock: its own time counts as it stands. */
const withoutSentAt = (raw: JsonObject): JsonObject => (Object.hasOwn(raw, 'sentAt') ? withoutKey(raw, 'sentAt') : raw);

function dated(raw: JsonObject, { occurredAt, sentOccurredAt }: Event): JsonObject {
  if (sentOccurredAt !== undefined) return withoutSentAt(raw);
  return withKey(withoutSentAt(raw), 'timestamp', new Date(occurredAt).toISOString());
}
