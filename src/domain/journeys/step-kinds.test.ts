import { omit, type Json } from '../json';
import type { Step, StepOf } from './journey.schema';
import { stepParts } from './step-kinds';

type Own = string | number | boolean;

/** One step of each kind with every field it may have, and the texts in it that only the step itself reads. */
const samples: {
  readonly [Type in Step['type']]: { readonly step: Required<StepOf<Type>>; readonly own: Own[] };
} = {
  wait: {
    step: {
      type: 'wait',
      for: '2h',
      until: { time: '09:00', days: ['mon'], zone: 'profile' },
      window: { from: '09:00', to: '17:00', days: ['fri'], zone: 'Europe/Berlin' },
      next: 'a',
    },
    own: ['wait'],
  },
  'wait-for': {
    step: {
      type: 'wait-for',
      since: 'entry',
      timeout: { at: 'traits.due', offset: '-1d' },
      onRepeat: 'reset',
      first: [
        { on: { event: 'Clicked' }, next: 'a' },
        { on: { audience: 'vip', edge: 'entered' }, next: 'b' },
      ],
      onTimeout: 'c',
    },
    own: ['wait-for', 'entry', 'reset'],
  },
  branch: {
    step: {
      type: 'branch',
      cases: [
        { if: { trait: 'tier', is: 'set' }, next: 'a' },
        { if: { audience: 'vip' }, next: 'b' },
      ],
      else: 'c',
    },
    own: ['branch'],
  },
  send: {
    step: {
      type: 'send',
      once: { per: 'household', within: '7d' },
      destination: 'crm',
      action: 'track',
      mapping: { name: { from: 'traits.name' } },
      fallback: [{ destination: 'sms', action: 'text', mapping: { name: { from: 'traits.nick' } } }],
      onFailure: { step: 'b' },
      next: 'a',
    },
    own: ['send', 'household', '7d', 'track', 'traits.name', 'text', 'traits.nick'],
  },
  personalise: {
    step: {
      ...{ type: 'personalise', slot: 'hero', for: '2d', priority: 70, next: 'a' },
      content: { text: 'Hello', cart: { from: 'entry.properties.cart', default: 'yours' } },
    },
    own: ['personalise', 'hero', 70],
  },
  update: {
    step: { type: 'update', set: { stage: 'won' }, unset: ['coupon'], increment: { orders: 1 }, next: 'a' },
    own: ['update', 'won', 'coupon', 1],
  },
  emit: {
    step: { type: 'emit', event: 'Reminded', properties: { cart: { from: 'entry.properties.cart' } }, next: 'a' },
    own: ['emit', 'Reminded', 'entry.properties.cart'],
  },
  split: {
    step: {
      type: 'split',
      experiment: 'subject',
      variants: [
        { key: 'short', weight: 50, next: 'a' },
        { key: 'long', weight: 50, next: 'b' },
      ],
      goal: 'purchase',
      winner: 'auto',
    },
    own: ['split', 'subject', 'short', 50, 'long', 50, 'auto'],
  },
  enroll: {
    step: { type: 'enroll', journey: 'welcome', properties: { of: { from: 'entry.name' } }, wait: true, next: 'a' },
    own: ['enroll', 'entry.name', true],
  },
  audience: {
    step: { type: 'audience', audience: 'guests', do: 'add', next: 'a' },
    own: ['audience', 'add'],
  },
  exit: { step: { type: 'exit', reason: 'reminded' }, own: ['exit', 'reminded'] },
};
const kinds = Object.values(samples).map(({ step, own }) => [step.type, step as Step, own] as const);

const texts = (value: unknown): Own[] =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [value as Own];

function at(step: Step, pointer: string): Json {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((found, key) => (found as Record<string, unknown>)[key], step) as Json;
}

describe('the parts of a step', () => {
  it.each(kinds)('are where they say they are: %s', (_, step) => {
    for (const { path, ...part } of stepParts(step)) expect(Object.values(part)).toEqual([at(step, path)]);
  });

  it.each(kinds)('are all that others must know of: %s', (_, step, own) => {
    const listed = stepParts(step).flatMap((part) => texts(omit(part, 'path')));
    expect([...listed, ...own].sort()).toEqual(texts(step).sort());
  });

  it.each(kinds)('have their waits as fields of the step itself: %s', (_, step) => {
    for (const part of stepParts(step)) if ('wait' in part) expect(part.path).toMatch(/^\/\w+$/);
  });
});
