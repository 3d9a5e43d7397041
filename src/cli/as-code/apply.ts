import type { Client } from '../../client/client';
import { HeddleError } from '../../client/errors';
import type { PublishInput } from '../../client/types';
import { omit, type Json, type JsonObject } from '../../domain/json';
import { CommandError, usageError } from '../command-error';
import type { Context } from '../context';
import { readSecrets } from '../secret-option';
import type { PlannedChange } from './plan';

interface Applying {
  readonly client: Client;
  readonly env: Context['io']['env'];
  readonly inFlight: PublishInput['inFlight'];
  readonly done: (change: PlannedChange) => void;
  /** Something that has still to happen, for a person. */
  readonly note: (text: string) => void;
}

/** Carries the changes out, in order, each only while the server has what the plan saw. Throws CommandError that says what was done. */
export async function applyChanges(changes: readonly PlannedChange[], applying: Applying): Promise<void> {
  // Before anything is changed: a secret that is not set would stop half way.
  const bodies = changes.map((one) => bodyOf(one, applying.env));
  for (const [index, change] of changes.entries()) {
    try {
      await applyOne(change, bodies[index] ?? {}, applying);
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      throw stopped(changes, index, error);
    }
    applying.done(change);
  }
}

async function applyOne({ folder, key, action, etag, publish }: PlannedChange, body: JsonObject, applying: Applying) {
  const { definitions, journeys } = applying.client;
  if (action === 'delete') return definitions.delete(folder, key, etag);
  if (action !== 'publish') await definitions.put(folder, key, body, etag);
  if (folder !== 'journeys') return;
  const published = await journeys.publish(key, {
    ...(applying.inFlight && { inFlight: applying.inFlight }),
    ...publish,
  });
  if (published.awaitingApproval)
    applying.note(`journeys/${key} is saved, and published once another key says so: heddle journeys approve ${key}`);
}

function stopped(changes: readonly PlannedChange[], index: number, error: HeddleError): CommandError {
  const nameOf = ({ folder, key }: PlannedChange) => `${folder}/${key}`;
  const done = changes.slice(0, index).map(nameOf);
  const left = changes.slice(index + 1).map(nameOf);
  const failed = changes[index];
  const reason = error.status === 412 ? 'Somebody else has changed it since the plan.' : error.message;
  const faults = error.errors.map(({ pointer, message }) => `  ${pointer || '/'}: ${message}`);
  return new CommandError(
    [
      `${failed ? nameOf(failed) : ''} was not saved: ${reason}`,
      ...faults,
      `Done: ${done.join(', ') || 'nothing'}. Not done: ${left.join(', ') || 'nothing else'}.`,
      'What is done stays; plan again, and apply what is left.',
    ].join('\n'),
  );
}

/** The definition with its secrets, which stand in the environment. */
function bodyOf({ definition = {} }: PlannedChange, env: Applying['env']): JsonObject {
  const { secrets } = definition;
  if (secrets === undefined) return definition;
  const read = Object.entries(secrets as JsonObject).map(([name, from]) => [name, secretOf(name, from, env)]);
  return { ...omit(definition, 'secrets'), secrets: Object.fromEntries(read) as JsonObject };
}

function secretOf(name: string, from: Json, env: Applying['env']): string {
  const variable = (from as { readonly fromEnv?: unknown } | null)?.fromEnv;
  if (typeof variable !== 'string')
    throw usageError(
      `Write the secret "${name}" as { "fromEnv": "VARIABLE" }; a secret in a file is a secret of everybody.`,
    );
  return readSecrets({ [name]: variable }, env)[name] ?? '';
}
