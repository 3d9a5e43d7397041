import { applyAll, measureApply } from './apply';
import type { Bench } from './bench';
import type { Heddle } from './rig';
import { compared } from './sleeping';
import type { Tenant } from './tenant';
import { putDefinitions, traffic } from './traffic';

/** As many as a batch has events, so that a batch finds the same number of different people however many there are. */
const few = { people: 500, eventsEach: 2 };
const round = { events: 1_000, times: 3 };
const factor = 10;
const target = 0.8;

/** Applying must not cost more because people have long histories, nor because there are many of them. */
export const scale: Bench = async (rig) => {
  const heddle = await rig.start();
  const tenant = await heddle.createTenant();
  await putDefinitions(tenant.client);
  const measure = (people: number) => measureApply(heddle, tenant, { people, ...round });
  await give(heddle, tenant, few.people, few.eventsEach);
  const base = await measure(few.people);
  const each = await eventsEach(heddle, tenant);
  await give(heddle, tenant, few.people * factor, few.eventsEach);
  const more = await measure(few.people * factor);
  await give(heddle, tenant, few.people, Math.ceil(each * (factor - 1)));
  const longer = await measure(few.people);
  const profiles = `${few.people} → ${few.people * factor} profiles`;
  const history = `${Math.round(each)} → ${Math.round(each * factor)} events each, all inside the windows of the rules`;
  return [
    { ...base, name: 'scale: apply, to compare with' },
    { ...compared(more, base, profiles, target), name: `scale: apply with ${factor} × the profiles` },
    { ...compared(longer, base, history, target), name: `scale: apply with ${factor} × the history` },
  ];
};

const atATime = 2_000;

async function give(heddle: Heddle, tenant: Tenant, people: number, each: number): Promise<void> {
  for (let sent = 0; sent < people * each; sent += atATime) {
    const count = Math.min(atATime, people * each - sent);
    await applyAll(heddle, tenant, tenant.toDocs(traffic(count, people, sent)));
  }
}

async function eventsEach({ store }: Heddle, { ws }: Tenant): Promise<number> {
  const { db } = store.connection;
  const [events, profiles] = await Promise.all(
    ['events', 'profiles'].map((name) => db.collection(name).countDocuments({ ws })),
  );
  return (events ?? 0) / (profiles ?? 1);
}
