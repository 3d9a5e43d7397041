import type { ItemResult } from '../../domain/delivery/item-result';
import type { Operation } from '../../domain/delivery/operation';
import { own } from '../../domain/json';
import { chunk } from '../chunk';
import type { AudienceContext, Plan, PlannedRequest } from '../destination';
import { normalise } from '../normalise/normalise';
import { columns, uploadLimits } from './constants';
import { graphRequest, type MetaContext } from './requests';
import type { MetaSecrets, MetaSettings } from './settings.schema';

type Column = (typeof columns)[number];
interface Row {
  readonly index: number;
  readonly operation: Operation['operation'];
  readonly cells: readonly string[];
  readonly bytes: number;
}

/**
 * Uploads of at most 10,000 rows, all removals before the first addition: Meta applies them in parallel when it gets them so.
 * A row has one cell for each column that some row needs; an identifier somebody lacks is an empty cell. Meta keeps a set, so a repeat changes nothing.
 */
export function planMembers(
  operations: readonly Operation[],
  context: AudienceContext<MetaSettings, MetaSecrets>,
): Plan {
  const { externalId } = context.audience;
  if (externalId === undefined) return { requests: [], refused: operations.map((_, index) => noAudience(index)) };
  const used = columns.filter(({ type }) => operations.some(({ identifiers }) => own(identifiers, type) !== undefined));
  const rows = operations.map((operation, index) => toRow(operation, index, used));
  const usable = rows.filter(({ cells }) => cells.some((cell) => cell !== ''));
  const refused = rows.filter((row) => !usable.includes(row)).map(({ index }) => noIdentifier(index));
  const requests = (['remove', 'add'] as const).flatMap((kind) =>
    upload(
      kind,
      externalId,
      used,
      usable.filter(({ operation }) => operation === kind),
      context,
    ),
  );
  return { requests, refused };
}

function toRow({ operation, identifiers }: Operation, index: number, used: readonly Column[]): Row {
  const cells = used.map((column) => toCell(column, own(identifiers, column.type)));
  return { index, operation, cells, bytes: Buffer.byteLength(JSON.stringify(cells)) + 1 };
}

/** A value that Meta could not match anyway is left out; the other columns may still identify the person. */
function toCell(column: Column, value: string | undefined): string {
  if (value === undefined) return '';
  if (!('field' in column)) return value.trim();
  const normalised = normalise('meta', column.field, value);
  return 'value' in normalised ? normalised.value : '';
}

function upload(
  kind: Operation['operation'],
  externalId: string,
  used: readonly Column[],
  rows: readonly Row[],
  context: MetaContext,
): PlannedRequest[] {
  const byIndex = new Map(rows.map((row) => [row.index, row.cells]));
  const groups = chunk(rows, { maxItems: uploadLimits.maxRows, maxBytes: uploadLimits.maxBytes, overhead: 256 });
  return groups.map((items) => {
    // No `session`: it ties the batches of one replacement together, and these stand for themselves.
    const body = {
      payload: { schema: used.map(({ schema }) => schema), data: items.map((index) => byIndex.get(index)) },
    };
    const path = `${encodeURIComponent(externalId)}/users`;
    return { request: graphRequest(context, kind === 'add' ? 'POST' : 'DELETE', path, { body }), items };
  });
}

const noIdentifier = (index: number): ItemResult => ({
  index,
  kind: 'invalid',
  code: 'no-identifier',
  message: 'None of the identifiers can be used at Meta.',
});
const noAudience = (index: number): ItemResult => ({
  index,
  kind: 'auth',
  code: 'no-external-audience',
  message: 'The audience has no id at Meta yet; attach it with "external": { "id" } or { "create": true }.',
});
