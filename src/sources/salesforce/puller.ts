import { z } from 'zod';
import { isJsonObject, withoutKey, type Json, type JsonObject } from '../../domain/json';
import type { Network } from '../network';
import { SourceRefused, type PullContext, type PulledPage, type Puller } from '../source';
import { toCursor } from '../to-cursor';
import { salesforce } from './constants';
import { SalesforceSession } from './session';
import type { SalesforceSecrets, SalesforceSettings } from './settings.schema';
import { toSoql, type RecordPlace } from './soql';

type Context = PullContext<SalesforceSettings, SalesforceSecrets>;

const Cursor = z.object({ at: z.iso.datetime({ offset: true }), id: z.string().optional() });
const Answer = z.object({
  done: z.boolean(),
  nextRecordsUrl: z.string().optional(),
  records: z.array(z.record(z.string(), z.json())),
});

/** `maxPageBytes` of an answer, whatever the settings say. */
export function createSalesforcePuller(
  network: Network,
  maxPageBytes: number,
): Puller<SalesforceSettings, SalesforceSecrets> {
  return { pull: (context) => pull(context, new SalesforceSession(network, context, maxPageBytes)) };
}

/** Follows the query from page to page; one that is cut off is asked anew, from the last record that is stored. */
async function* pull(context: Context, session: SalesforceSession): AsyncIterable<PulledPage> {
  const { min, max } = salesforce.pageRecords;
  const headers = { 'sforce-query-options': `batchSize=${Math.min(Math.max(context.pageRows, min), max)}` };
  let place = begin(context);
  let next: string | undefined =
    `/services/data/${salesforce.version}/query?q=${encodeURIComponent(toSoql(context.settings, place))}`;
  while (next !== undefined) {
    const answer: z.output<typeof Answer> = readAnswer(await session.get(next, headers));
    place = answer.records.map(placeOf).findLast((found) => found && Date.parse(found.at) <= context.now) ?? place;
    yield {
      rows: answer.records.map((record) => ({ row: withoutAttributes(record) })),
      cursor: toCursor(place ?? {}),
    };
    next = answer.done ? undefined : answer.nextRecordsUrl;
  }
}

/** No later than now: a place of the future would leave out all that changes until then. */
function begin({ cursor, overlapMs, now }: Context): RecordPlace | undefined {
  const found = Cursor.safeParse(cursor).data;
  const place = found && Date.parse(found.at) > now ? { at: new Date(now).toISOString() } : found;
  if (!place || overlapMs === 0) return place;
  return { at: new Date(Date.parse(place.at) - overlapMs).toISOString() };
}

function readAnswer(body: Json): z.output<typeof Answer> {
  const { data } = Answer.safeParse(body);
  if (data) return data;
  throw new SourceRefused('no-records', 'Salesforce answers with something that is no page of records.');
}

function placeOf({ Id: id, SystemModstamp: at }: JsonObject): { at: string; id: string } | undefined {
  return typeof id === 'string' && typeof at === 'string' ? { at: instantOf(at), id } : undefined;
}

/** Salesforce writes `+0000` where RFC 3339 has a colon or a Z. */
const instantOf = (text: string): string => new Date(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')).toISOString();

/** Type and address, which Salesforce adds to each record and to those it looks up. */
function withoutAttributes(record: JsonObject): JsonObject {
  return Object.fromEntries<Json>(
    Object.entries(withoutKey(record, 'attributes')).map(([name, value]) => [
      name,
      isJsonObject(value) ? withoutAttributes(value) : value,
    ]),
  );
}
