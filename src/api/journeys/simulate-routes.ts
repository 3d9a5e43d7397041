import { z } from 'zod';
import { DefinitionKey, Duration } from '../../domain/definition-fields.schema';
import { dayMs, parseDuration } from '../../domain/duration';
import type { JsonObject } from '../../domain/json';
import type { SimulationInput } from '../../domain/journeys/simulated/simulation-input';
import type { JourneyDoc } from '../../store/journeys';
import { newOperationId } from '../../store/operations';
import { InstantInput } from '../instant';
import { OperationBody } from '../operations/presenter';
import { accepted, startOperation } from '../operations/start-operation';
import { conflict, invalidRequest, notFound } from '../problem';
import { defineRoute, type KeyCall, type Route } from '../route';
import { findJourney } from './find-journey';
import { draftOf } from './presenter';

const Key = z.strictObject({ key: DefinitionKey });

export const SimulateInput = z.strictObject({
  days: z.int().min(1).optional().meta({ description: 'The last so many days, up to now; 30 unless said' }),
  from: InstantInput.optional().meta({ description: 'In the place of `days`: where the window begins' }),
  to: InstantInput.optional().meta({ description: 'Where it ends; now unless said' }),
  version: z
    .union([z.literal('draft'), z.int().min(1)])
    .optional()
    .meta({ description: 'The draft, or a published version; unless said the draft where there is one' }),
  sample: z.int().min(1).optional().meta({ description: 'How many people are looked at, where there are more' }),
  seed: z.string().min(1).max(64).optional().meta({ description: 'Which of them: the same seed, the same people' }),
  conflicts: z.boolean().default(true).meta({ description: 'Whether other published journeys are lived along' }),
  closeWithin: Duration.default('24h').meta({ description: 'How far apart two messages of one channel conflict' }),
});
type SimulateInput = z.output<typeof SimulateInput>;

export const simulateRoutes: readonly Route[] = [
  defineRoute({
    method: 'post',
    path: '/v1/journeys/{key}/simulate',
    scope: 'journeys:write',
    summary: 'Run a draft or a version over the stored events of the last days; nothing leaves and nothing is written',
    params: Key,
    body: SimulateInput.prefault({}),
    responses: { 202: OperationBody },
    handle: async (call) => {
      const input = await readInput(call);
      return accepted(await startOperation(call, { kind: 'simulation', input: input as unknown as JsonObject }));
    },
  }),
];

async function readInput(call: KeyCall<{ key: string }, unknown, SimulateInput>): Promise<SimulationInput> {
  const { seed = newOperationId(), sample, conflicts, closeWithin } = call.body;
  const most = call.deps.limits.simulation.people;
  if (sample !== undefined && sample > most) throw refuse('/sample', `At most ${most} people are looked at.`);
  return {
    ...(await definitionOf(call, await findJourney(call))),
    ...windowOf(call),
    people: sample ?? most,
    seed,
    ...(conflicts && { closeMs: parseDuration(closeWithin) }),
  };
}

async function definitionOf(
  { deps: { store }, ws, body: { version } }: KeyCall<unknown, unknown, SimulateInput>,
  journey: JourneyDoc,
): Promise<Pick<SimulationInput, 'definition' | 'version' | 'isDraft'>> {
  const { publishedVersion } = journey;
  const draft = draftOf(journey);
  if (draft && (version === undefined || version === 'draft'))
    return { definition: draft, version: (publishedVersion ?? 0) + 1, isDraft: true };
  if (version === 'draft') throw conflict('There is no draft to simulate; save one, or name a version.');
  const wanted = version ?? publishedVersion;
  const found = (await store.journeys.versions(ws, journey.key)).find((one) => one.version === wanted);
  if (!found) throw notFound(`version ${wanted ?? 'of it'}`);
  return { definition: found.definition, version: found.version, isDraft: false };
}

function windowOf({ body, now, deps }: KeyCall<unknown, unknown, SimulateInput>): { from: number; to: number } {
  const { days, from, to = now } = body;
  const most = deps.limits.simulation.days;
  if (days !== undefined && (from !== undefined || body.to !== undefined))
    throw refuse('/days', 'Write "days", or "from" and "to"; not both.');
  if (to > now) throw refuse('/to', 'What is to come has no events yet; end the window now or before.');
  const begins = from ?? to - (days ?? Math.min(30, most)) * dayMs;
  refuseLength(to - begins, most, days === undefined ? '/from' : '/days');
  return { from: begins, to };
}

function refuseLength(lengthMs: number, most: number, pointer: string): void {
  if (lengthMs <= 0) throw refuse(pointer, 'The window ends before it begins; write "from" before "to".');
  if (lengthMs > most * dayMs) throw refuse(pointer, `A window has at most ${most} days.`);
}

const refuse = (pointer: string, message: string) => invalidRequest(message, [{ in: 'body', pointer, message }]);
