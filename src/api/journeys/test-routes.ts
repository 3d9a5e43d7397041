import { createHash } from 'node:crypto';
import { z } from 'zod';
import { DefinitionKey, Duration } from '../../domain/definition-fields.schema';
import { parseDuration } from '../../domain/duration';
import { draftVersion } from '../../domain/journeys/tested-draft';
import { testEvent, type TestAsk } from '../../domain/events/enroll';
import type { Identifier } from '../../domain/events/event';
import { conflict, notFound } from '../problem';
import { defineRoute, type KeyCall, type Route } from '../route';
import { answerBegun, begun, BegunResponses, idOf, refuseOversize } from './enrol';
import type { JourneyDoc } from '../../store/journeys';
import { findJourney } from './find-journey';

const Key = z.strictObject({ key: DefinitionKey });
const Facts = z.record(z.string().min(1), z.json()).default({});

export const TestInput = z.strictObject({
  traits: Facts.meta({ description: 'What the made-up person is known for' }),
  properties: Facts.meta({ description: 'What the steps read as `entry.properties`' }),
  waits: Duration.default('5s').meta({ description: 'No wait, window, date or time-out lasts longer' }),
  version: z
    .union([z.literal('draft'), z.int().min(1)], { error: 'Write "draft" or the number of a version.' })
    .optional()
    .meta({ description: 'The draft, or a published version; unless said the draft where there is one' }),
});

export const testRoutes: readonly Route[] = [
  defineRoute({
    method: 'post',
    path: '/v1/journeys/{key}/test',
    scope: 'journeys:write',
    summary: 'Walk a journey with a made-up person and short waits: what would be sent is kept, and nothing leaves',
    params: Key,
    body: TestInput.prefault({}),
    responses: BegunResponses,
    handle: async (call) => answerBegun(await beginTest(call), call.deps),
  }),
];

type TestCall = KeyCall<{ key: string }, unknown, z.output<typeof TestInput>>;

/** Makes somebody up, and asks for their run. Throws 400, 404, and 409 or 422 that say why none was begun. */
async function beginTest(call: TestCall) {
  const { traits, properties, waits } = call.body;
  refuseOversize(call, '/traits', traits);
  refuseOversize(call, '/properties', properties);
  const doc = await findJourney(call);
  const { key: journey } = doc;
  const id = await idOf(call, journey, 'test');
  const ask = { id, journey, by: 'test', properties, source: call.principal.source } as const;
  const test = { ...(await testedOf(call, doc)), waitsMs: parseDuration(waits) };
  return begun(call, journey, testEvent({ ...ask, test, traits, identifiers: madeUp(id) }, call.now));
}

/** A published version, or the draft as it is now. */
async function testedOf(
  { deps: { store }, ws, body }: TestCall,
  { key, draftJson, publishedVersion }: JourneyDoc,
): Promise<Omit<TestAsk, 'waitsMs'>> {
  if (draftJson !== undefined && (body.version === undefined || body.version === 'draft'))
    return { version: draftVersion, draftJson };
  if (body.version === 'draft') throw conflict('There is no draft to test; save one, or name a version.');
  const version = body.version ?? publishedVersion;
  if (version === undefined || !(await store.journeys.definition(ws, key, version)))
    throw notFound(`version ${version}`);
  return { version };
}

/** Nobody else has these, and no mail arrives at a name that ends with "invalid". */
function madeUp(id: string): Identifier[] {
  const name = `heddle-test-${createHash('sha256').update(id).digest('hex').slice(0, 24)}`;
  return [
    { type: 'user_id', value: name },
    { type: 'email', value: `${name}@example.invalid` },
  ];
}
