import { createHash } from 'node:crypto';
import type { Naming } from '../../domain/events/event-identifiers';
import type { JsonLimits } from '../../domain/events/measure-json';
import { parseEvent } from '../../domain/events/parse-event';
import type { Event } from '../../domain/events/event';
import type { JsonObject } from '../../domain/json';
import { isTooDeep } from '../../domain/json-depth';
import { pulledId } from '../../domain/pulls/pulled-id';
import { rowMapper, type MappedRow } from '../../domain/rows/map-row';
import type { RowMapping } from '../../domain/rows/row-mapping.schema';
import type { PulledRow } from '../../sources/source';

/** What a row became. `id` names the row and what it says, for as long as both stay. */
export type RowOutcome =
  | { readonly event: Event; readonly bytes: number; readonly raw: JsonObject }
  | { readonly id: string; readonly code: string; readonly message: string; readonly path: string };

export interface PulledRowOptions {
  readonly source: string;
  readonly mapping: RowMapping;
  readonly limits: JsonLimits;
  readonly naming?: Naming | undefined;
  readonly now: number;
  readonly reading?: string | undefined;
}

/** What is nested much deeper cannot be written as JSON, so that it has no hash. */
const deepestRow = 1_000;
const tooDeep = `The row nests deeper than ${deepestRow} levels; flatten it.`;

/** Makes a mapping ready for the rows of a page: each becomes an event as the door takes it, or a reason why not. */
export function pulledRowReader(options: PulledRowOptions): (row: PulledRow) => RowOutcome {
  const map = pulledRowMapper(options);
  const { source, limits: json, now: receivedAt, naming } = options;
  // Every row has an id already.
  const parsing = { source, isTrusted: true, receivedAt, json, naming, makeMessageId: () => '' };
  return (pulled) => {
    if (isTooDeep(pulled.row, deepestRow))
      return { id: hashOf([source, pulled.name ?? '']), code: 'too_deep', message: tooDeep, path: '' };
    const mapped = map(pulled);
    const id = hashOf([source, pulled.name ?? '', pulled.row]);
    if ('rejection' in mapped) {
      const { code, column, message } = mapped.rejection;
      return { id, code, message: column === '' ? message : `"${column}": ${message}`, path: '' };
    }
    const parsed = parseEvent(mapped.event, parsing);
    return 'event' in parsed ? { ...parsed, raw: mapped.event } : { id, ...parsed.rejection };
  };
}

/**
 * Rows → raw events. A row that brings no message id gets one from what it says, so that it counts once however often it is read. Facts
 * count anew under another mapping, and in another reading of a source that is read as a whole; a track happened once.
 */
function pulledRowMapper({ source, mapping, reading = '' }: PulledRowOptions): (row: PulledRow) => MappedRow {
  const map = rowMapper(mapping);
  const version = hashOf([mapping, reading]);
  return ({ row, name = '' }) => {
    const mapped = map(row, () => '');
    if ('rejection' in mapped || mapped.event['messageId'] !== '') return mapped;
    const of = mapped.event['type'] === 'track' ? '' : version;
    return { event: { ...mapped.event, messageId: pulledId(hashOf([source, name, of, row])) } };
  };
}

/** The order of keys is that of the source's columns, which stays. */
const hashOf = (parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 43);
