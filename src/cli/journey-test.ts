import type { Command } from 'commander';
import type { Delivery, EnrollmentDetail, TestInput } from '../client/types';
import { sendKey } from '../domain/delivery/idempotency-key';
import { isJsonObject, type JsonObject } from '../domain/json';
import { readJsonText } from '../domain/json-text';
import { usageError } from './command-error';
import type { Context } from './context';
import { visitRow } from './enrollment';
import { readCount } from './pairs';

interface Options {
  readonly traits?: JsonObject;
  readonly properties?: JsonObject;
  readonly waits?: string;
  readonly of?: number;
}

const lookEveryMs = 500;

export function addJourneyTest(journeys: Command, context: Context): void {
  journeys
    .command('test <key>')
    .description(
      'walk it with a made-up person and short waits, until the end; what would be sent is shown, and nothing leaves',
    )
    .option('--traits <json>', 'what the person is known for', readObject)
    .option('--properties <json>', 'what the steps read as entry.properties', readObject)
    .option('--waits <duration>', 'no wait lasts longer; 5s unless set')
    .option('--of <version>', 'a published version in the place of the draft', readCount)
    .action(async (key: string, { of: version, ...options }: Options) => {
      const input: TestInput = { ...options, ...(version !== undefined && { version }) };
      const begun = await context.client().journeys.test(key, input);
      if ('isPending' in begun) return context.show(begun, () => 'accepted, and about to be decided\n');
      const followed = await follow(context, begun.id);
      context.show(followed, () => `${followed.run.why}\n`);
    });
}

/** Says each visit as soon as it is left, and below it what its sends would have let go out. */
async function follow(context: Context, id: string): Promise<{ run: EnrollmentDetail; sends: Delivery[] }> {
  const { enrollments, profiles } = context.client();
  const say = (line: string) => (context.isJson() ? undefined : context.io.out.write(`${line}\n`));
  say(`${id}`);
  for (let visits = 0; ; await context.io.wait(lookEveryMs)) {
    const run = await enrollments.get(id);
    const left = run.path.filter(({ outcome }) => outcome !== undefined);
    const { data } = await profiles.deliveries(run.profileId, { limit: 200 });
    const sends = data.filter(({ enrollment, status }) => enrollment === id && status !== 'reserved').reverse();
    for (const visit of left.slice(visits)) {
      say(visitRow(visit).join('  '));
      for (const send of sends)
        if (send.idempotencyKey === sendKey(id, visit.step, visit.visit, send.fallback)) say(sendText(send));
    }
    visits = left.length;
    if (run.endedAt !== undefined) return { run, sends };
  }
}

const sendText = ({ step = '', destination, status, reason, sandbox }: Delivery): string =>
  sandbox
    ? `  ${step} would send to ${destination}: ${sandbox.method} ${sandbox.url} ${sandbox.body}`
    : `  ${step} would not arrive at ${destination}: ${status}${reason === undefined ? '' : ` (${reason})`}`;

function readObject(text: string): JsonObject {
  const value = readJsonText(text);
  if (!isJsonObject(value)) throw usageError(`Write a JSON object, such as '{"tier":"gold"}'; "${text}" is none.`);
  return value;
}
