import type { AudienceDefinition } from '../src/client/types';
import { applyAll } from './apply';
import type { Bench } from './bench';
import { alternately, metered, summary } from './measure';
import type { Heddle } from './rig';
import type { Tenant } from './tenant';
import { traffic } from './traffic';

const few = 5;
const many = 50;
const people = 600;
const events = 2_000;
const rounds = 4;

/** Names that conditions ask for: those of the traffic, and others that are never seen, as in any large workspace. */
const names = [
  ...['Product Viewed', 'Order Completed', 'Email Opened', 'Cart Started'],
  ...Array.from({ length: 16 }, (_, index) => `Rare ${index}`),
];
const nameAt = (index: number): string => names[index % names.length] ?? '';
const tiers = ['gold', 'silver', 'bronze'];

/** Five conditions: two counts in windows, an absence, a sum, a trait. Neighbours ask for other events, in other windows. */
function ruleOf(index: number): AudienceDefinition['rule'] {
  return {
    any: [
      { event: nameAt(index), count: { is: 'at_least', value: 1 + (index % 4) }, within: `${7 + index}d` },
      {
        event: nameAt(index + 7),
        where: [{ property: 'category', is: 'equals', value: 'shoes' }],
        count: { is: 'at_least', value: 2 },
        within: `${1 + index}d`,
      },
      {
        all: [
          { event: nameAt(index + 1), sum: { property: 'revenue', is: 'at_least', value: 10 * index }, within: '90d' },
          { event: nameAt(index + 13), count: { is: 'equals', value: 0 }, within: `${2 + index}d` },
          { trait: 'tier', is: 'equals', value: tiers[index % tiers.length] ?? '' },
        ],
      },
    ],
  };
}

/** Applying the same traffic with fifty audiences, against five: an event costs by the conditions that it touches, not by all there are. */
export const audiences: Bench = async (rig) => {
  const heddle = await rig.start();
  const [broad, narrow] = [await tenantWith(heddle, many), await tenantWith(heddle, few)];
  const [value, floor] = [applying(heddle, broad), applying(heddle, narrow)];
  await value.rate();
  await floor.rate();
  const pairs = await alternately(rounds, value.rate, floor.rate);
  const name = `apply with ${many} audiences of five conditions, against ${few}`;
  return [{ name, unit: 'events/s', ...summary(pairs), target: 0.6, usage: value.usage() }];
};

async function tenantWith(heddle: Heddle, count: number): Promise<Tenant> {
  const tenant = await heddle.createTenant();
  for (let index = 0; index < count; index += 1)
    await tenant.client.audiences.put(`audience-${index}`, { name: `Audience ${index}`, rule: ruleOf(index) });
  return tenant;
}

function applying(heddle: Heddle, tenant: Tenant) {
  let sent = 0;
  return metered(heddle, events, () => {
    const docs = tenant.toDocs(traffic(events, people, sent));
    sent += events;
    return applyAll(heddle, tenant, docs);
  });
}
