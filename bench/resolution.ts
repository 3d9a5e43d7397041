import type { Identifier } from '../src/domain/events/event';
import type { EventDoc } from '../src/store/documents';
import { pendingFields } from '../src/store/pending-event';
import { applyAll } from './apply';
import type { Bench } from './bench';
import { alternately, metered, summary } from './measure';
import type { Heddle } from './rig';
import type { Tenant } from './tenant';
import { person, putDefinitions, traffic } from './traffic';

const people = 3_000;
const rounds = 3;
/** Of a hundred events, so many merge somebody: twenty events after the first of a browser that nobody knew. */
const mergesOfHundred = 5;
const visitAt = 3;
const tieAfter = 20;
const target = 0.7;

/**
 * Applying a large batch in which known people turn out to have been unknown browsers, against the same with as many browsers of which
 * nobody turns out to be anybody: what merging alone costs. Ten audiences, three journeys.
 */
export const resolution: Bench = async (rig, { batchEvents }) => {
  const heddle = await rig.start();
  const tenant = await heddle.createTenant();
  await putDefinitions(tenant.client);
  let sent = 0;
  const round = (isTied: boolean) => async () => {
    const docs = withBrowsers(heddle, tenant, { count: batchEvents, from: sent, isTied });
    sent += batchEvents;
    return applyAll(heddle, tenant, docs);
  };
  const merging = metered(heddle, batchEvents, round(true));
  await applyAll(heddle, tenant, tenant.toDocs(traffic(people, people)));
  await merging.rate();
  await round(false)();
  const before = await countMerges(heddle, tenant);
  const pairs = await alternately(rounds, merging.rate, round(false));
  const merges = (await countMerges(heddle, tenant)) - before;
  const share = ((100 * merges) / (rounds * batchEvents)).toFixed(1);
  const note = `${merges} merges, ${share} % of the events, of ${people.toLocaleString('en')} people; floor: the same with none`;
  const name = `resolution: apply a batch of ${batchEvents.toLocaleString('en')} with merges`;
  return [{ name, unit: 'events/s', ...summary(pairs), target, note, usage: merging.usage() }];
};

interface Round {
  readonly count: number;
  readonly from: number;
  readonly isTied: boolean;
}

/** The usual traffic, in which some events are of browsers that nobody has seen, and as many later ones of somebody in that browser. */
function withBrowsers(heddle: Heddle, tenant: Tenant, { count, from, isTied }: Round): EventDoc[] {
  const visits = 100 / mergesOfHundred;
  return tenant.toDocs(traffic(count, people, from)).map((doc, index) => {
    const browser = (at: number): Identifier => ({ type: 'anonymous_id', value: `browser-${from + at}` });
    const user: Identifier = { type: 'user_id', value: person((from + index) % people).userId };
    if (index % visits === visitAt) return named(heddle, tenant, doc, [browser(index)]);
    const visit = index - tieAfter - 1;
    if (visit < 0 || visit % visits !== visitAt) return doc;
    return named(heddle, tenant, doc, isTied ? [user, browser(visit)] : [user]);
  });
}

function named({ store }: Heddle, { ws }: Tenant, doc: EventDoc, identifiers: readonly Identifier[]): EventDoc {
  return { ...doc, identifiers, ...pendingFields(store.identifiers, ws, { lane: 'live', identifiers }) };
}

const countMerges = ({ store }: Heddle, { ws }: Tenant): Promise<number> =>
  store.connection.db.collection('merges').countDocuments({ ws });
