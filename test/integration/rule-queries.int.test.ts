import fc from 'fast-check';
import { MongoClient, type Db, type Document } from 'mongodb';
import { compileRule } from '../../src/domain/audiences/compile-rule';
import { historyView } from '../../src/domain/audiences/history-view';
import { compileQuery } from '../../src/testing/rule-query/compile-query';
import type { Rule } from '../../src/domain/audiences/rule.schema';
import { people, plainPeople, plainRules, queriedRule, type Person } from '../../src/testing/query-arbitraries';
import { propertyRuns } from '../../src/testing/property-runs';
import { epoch } from '../../src/testing/rule-arbitraries';
import { dayMs } from '../../src/domain/duration';
import { needed } from './journey-harness';

const now = epoch + 30 * dayMs;
const rules = fc.array(queriedRule, { minLength: 8, maxLength: 8 });

describe('a rule as a query', () => {
  let client: MongoClient;
  let db: Db;
  beforeAll(async () => {
    client = await MongoClient.connect(needed('HEDDLE_TEST_MONGODB_URI'), { ignoreUndefined: true });
    db = client.db(`rule_queries_${process.pid}`);
    await db.collection('events').createIndex({ subject: 1 });
  });
  afterAll(async () => {
    await db.dropDatabase();
    await client.close();
  });

  let written = 0;
  /** Puts people beside those of before, as the product stores them; answers of which batch they are. */
  async function store(batch: readonly Person[]): Promise<string> {
    const ws = `ws_${(written += 1)}`;
    const subjects = batch.map((_, index) => `${ws}:prf_${index}`);
    await db.collection<Document>('profiles').insertMany(
      batch.map(([{ traits, memberships, consent, identifiers }], index) => ({
        ...{ _id: `${ws}:prf_${index}` as never, ws, index },
        ...{ traits, memberships, consent, identifiers },
      })),
    );
    const events = batch.flatMap(([, sent], index) =>
      sent.map(({ name, at, properties }) => ({ ws, subject: subjects[index], name, at, properties })),
    );
    if (events.length > 0) await db.collection('events').insertMany(events);
    return ws;
  }

  /** Those of the rules that are queries, each with its answers of everybody of a batch. */
  async function ask(ws: string, rules: readonly Rule[]): Promise<{ rule: Rule; answers: unknown[] }[]> {
    const queries = rules.flatMap((rule) => {
      const query = compileQuery(rule, now);
      return query ? [{ rule, query }] : [];
    });
    const fields = Object.fromEntries(queries.map(({ query }, index) => [`r${index}`, query.expression]));
    const found = await db
      .collection('profiles')
      .aggregate([
        { $match: { ws } },
        { $sort: { index: 1 } },
        { $lookup: { from: 'events', localField: '_id', foreignField: 'subject', as: 'events' } },
        { $project: { _id: 0, index: 1, ...fields } },
      ])
      .toArray();
    return queries.map(({ rule }, index) => ({ rule, answers: found.map((one) => one[`r${index}`] as unknown) }));
  }

  /** Asks closures and the database for the same rules; answers how often both said yes, and no. */
  async function compare(batch: readonly Person[], rules: readonly Rule[], ws: string): Promise<[number, number]> {
    const counts: [number, number] = [0, 0];
    for (const { rule, answers } of await ask(ws, rules)) {
      const { evaluate } = compileRule(rule);
      const wrong = batch.flatMap(([one, events], index) => {
        const { matches } = evaluate(historyView(one, events), now);
        counts[matches ? 0 : 1] += 1;
        return answers[index] === matches ? [] : [{ traits: one.traits, events, matches }];
      });
      expect({ rule, wrong }).toEqual({ rule, wrong: [] });
    }
    return counts;
  }

  it('compares every kind of value as rules do, asked of the database', async () => {
    const ws = await store(plainPeople);
    const chunks = Array.from({ length: Math.ceil(plainRules.length / 50) }, (_, index) =>
      plainRules.slice(50 * index, 50 * index + 50),
    );
    for (const rules of chunks) await compare(plainPeople, rules, ws);
    expect(plainRules.length).toBeGreaterThan(300);
  }, 120_000);

  it('finds whom the rule finds, asked of the database', async () => {
    const answered = { yes: 0, no: 0 };
    await fc.assert(
      fc.asyncProperty(people, rules, async (batch, asked) => {
        const [yes, no] = await compare(batch, asked, await store(batch));
        answered.yes += yes;
        answered.no += no;
      }),
      propertyRuns(30),
    );
    expect(Math.min(answered.yes, answered.no)).toBeGreaterThan(100);
  }, 120_000);
});
