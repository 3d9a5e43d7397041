import type { JsonChange } from '../../domain/json-changes';
import type { Json } from '../../domain/json';
import { figure } from '../figure';
import type { Effect } from './effect';
import { isChange, type Action, type Plan, type PlannedChange } from './plan';

const signs: { readonly [Name in Action]: string } = {
  create: '+',
  update: '~',
  publish: '↑',
  delete: '-',
  unchanged: ' ',
  'only-on-server': '?',
};

/** A plan for a person: what changes, place by place, and whom it is about. */
export function printPlan({ changes }: Plan): string {
  const told = changes.filter(({ action }) => action !== 'unchanged').map(printOne);
  const count = (action: Action) => changes.filter((one) => one.action === action).length;
  const [create, update, publish, gone] = (['create', 'update', 'publish', 'delete'] as const).map(count);
  const totals = `${create} to create, ${update} to update, ${publish} to publish, ${gone} to delete, ${count('unchanged')} unchanged`;
  return `${[...told, totals].join('\n')}\n`;
}

function printOne(change: PlannedChange): string {
  const { folder, key, action, changes, effect, publish } = change;
  const lines = action === 'update' ? changes.map(printChange) : [];
  return [
    `${signs[action]} ${folder}/${key}  ${action}`,
    ...lines,
    ...(isChange(change) && publish ? [`    published with ${JSON.stringify(publish)}`] : []),
    ...(isChange(change) && effect ? effectLines(effect).map((line) => `    → ${line}`) : []),
  ].join('\n');
}

function printChange({ pointer, from, to }: JsonChange): string {
  return `    ${pointer || '/'}: ${from === undefined ? 'nothing' : short(from)} → ${to === undefined ? 'nothing' : short(to)}`;
}

function short(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function effectLines({ audience, inside, attached, unknown }: Effect): string[] {
  const asked = audience?.sampled;
  const of = asked ? `, as ${figure(asked.profiles)} of ${figure(asked.of)} stand for` : '';
  return [
    ...(audience
      ? [
          `${figure(audience.entering)} enter and ${figure(audience.leaving)} leave, of ${figure(audience.size)} members${of}`,
        ]
      : []),
    ...(inside === undefined ? [] : [insideLine(inside)]),
    ...(attached && attached.length > 0 ? [`attached: ${attached.join(', ')}`] : []),
    ...(unknown === undefined ? [] : [`whom it moves cannot be told yet: ${unknown}`]),
  ];
}

function insideLine(inside: NonNullable<Effect['inside']>): string {
  if (inside.length === 0) return 'nobody inside';
  const versions = inside.map(({ version, people }) => `${figure(people)} inside version ${version}`);
  return `${versions.join(', ')}; what becomes of them --in-flight says`;
}
