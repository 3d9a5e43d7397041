import { createHash } from 'node:crypto';
import { profileId, subjectOf } from '../src/domain/ids';
import type { Json } from '../src/domain/json';
import { newProfile, type Trait } from '../src/domain/profiles/profile';
import { inTransaction } from '../src/store/open-store';
import type { Heddle } from './rig';
import type { Tenant } from './tenant';

const atATime = 1_000;
const day = 86_400_000;

export interface People {
  /** Orders that each has, one a day, the newest now. */
  readonly events: number;
  /** What is known of the nth of them. */
  readonly traits: (number: number) => Readonly<Record<string, Json>>;
}

/** Profiles with ids as of chance, and events each, straight into the store: as many of them as no door lets in within a bench. */
export async function storePeople(heddle: Heddle, { ws }: Tenant, wanted: number, people: People): Promise<void> {
  const { store } = heddle;
  const now = Date.now();
  const events = store.connection.db.collection<{ _id: string }>('events');
  const traitsOf = (number: number): Record<string, Trait> =>
    Object.fromEntries(
      Object.entries(people.traits(number)).map(([name, value]) => [
        name,
        { value, at: now, since: now, source: 'bench' },
      ]),
    );
  for (let made = 0; made < wanted; made += atATime) {
    const profiles = Array.from({ length: Math.min(atATime, wanted - made) }, (_, index) => {
      const id = profileId(
        `prf_${createHash('md5')
          .update(String(made + index))
          .digest('hex')}`,
      );
      const blank = newProfile({ id, createdAt: now, evaluatedAt: now, rulesetVersion: 1 });
      return { ...blank, traits: traitsOf(made + index), seq: people.events };
    });
    const writes = profiles.map((profile) => ({ profile }));
    await inTransaction(store.connection, async (session) => void (await store.profiles.write(ws, writes, session)));
    const happened = profiles.flatMap(({ id }) =>
      Array.from({ length: people.events }, (_, seq) => ({
        ...{ _id: `${ws}:${id}-${seq}`, ws, messageId: `${id}-${seq}`, kind: 'track', name: 'Order', source: 'bench' },
        ...{ state: 'applied', profile: id, subject: subjectOf(ws, id), seq, occurredAt: now - seq * day },
        ...{ receivedAt: now, identifiers: [], properties: { revenue: 10 }, traits: {}, context: {}, isTrusted: true },
      })),
    );
    if (happened.length > 0) await events.insertMany(happened, { ordered: false });
  }
}
