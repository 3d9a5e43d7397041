import type { Command } from 'commander';
import type { CatalogueDetail, CatalogueProperty, CatalogueQuery } from '../client/types';
import type { Context } from './context';
import { percent } from './figure';
import { listOption, showList, type ListOptions } from './lists';

export function addCatalogue(program: Command, context: Context): void {
  const catalogue = program.command('catalogue').description('what events sources send, learned from traffic');
  listOption(catalogue.command('list').description('events by name'))
    .option('--q <text>', 'part of the name')
    .option('--kind <kind>', 'track, identify, …')
    .option('--source <key>')
    .action(async ({ limit, all, ...query }: ListOptions & CatalogueQuery) => {
      const found = context.client().catalogue.each(query);
      const headers = ['event', 'kind', 'count', 'last', 'sources'];
      await showList(context, { limit, ...(all && { all }) }, found, headers, (event) => [
        event.name,
        event.kind,
        event.count,
        event.lastSeenAt,
        event.sources.map(({ source }) => source).join(', '),
      ]);
    });
  catalogue
    .command('get <event>')
    .description('its properties with types and fill rates, and its identifiers')
    .option('--kind <kind>', 'of a track that is named like another kind')
    .action(async (event: string, query: Pick<CatalogueQuery, 'kind'>) => {
      const detail = await context.client().catalogue.get(event, query);
      context.show(detail, () => describe(context, detail));
    });
}

function describe(
  { table }: Context,
  { kind, name, count, sampled, identifiers, properties }: CatalogueDetail,
): string {
  const head = `${name}  ${kind}  ${count} events, ${sampled} of them looked into\n`;
  const ids = identifiers.map(({ type, fillRate }) => [type, percent(fillRate)]);
  const rows = properties.map((property) => [
    property.path,
    percent(property.fillRate),
    typesOf(property),
    samplesOf(property),
  ]);
  const parts = [
    ids.length > 0 && table(['identifier', 'filled'], ids),
    rows.length > 0 && table(['property', 'filled', 'types', 'samples'], rows),
  ];
  return [head, ...parts.filter((part) => part !== false)].join('\n');
}

const typesOf = ({ types }: CatalogueProperty): string =>
  types.map(({ type, share }) => (types.length === 1 ? type : `${type} ${percent(share)}`)).join(', ');
const samplesOf = ({ samples = [] }: CatalogueProperty): string => samples.join(', ');
