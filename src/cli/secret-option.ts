import type { Command } from 'commander';
import { isJsonObject, own, withKey, type Json, type JsonObject } from '../domain/json';
import { usageError } from './command-error';
import type { Context } from './context';

type Variables = Readonly<Record<string, string>>;

export interface SecretOptions {
  readonly secretEnv?: Variables;
}

/** Secrets come from the environment, so that they stand in no file and no history of commands. */
export const secretOption = (command: Command): Command =>
  command.option(
    '--secret-env <name=VARIABLE>',
    'a secret, read from an environment variable; repeatable',
    (pair: string, gathered: Variables = {}) => addVariable(pair, gathered),
  );

function addVariable(pair: string, gathered: Variables): Variables {
  const [, name, variable] = /^([^=]+)=([A-Za-z_]\w*)$/.exec(pair) ?? [];
  if (name === undefined || variable === undefined) {
    throw usageError('Write --secret-env name=VARIABLE, such as signingSecret=CRM_SECRET.');
  }
  return withKey(gathered, name, variable);
}

/** Secrets of a definition, with those that name a variable as that holds them. */
export function namedSecrets(secrets: JsonObject, env: Context['io']['env']): JsonObject {
  const read = Object.entries(secrets).map(([name, secret]: [string, Json]) => {
    const variable = isJsonObject(secret) ? secret['fromEnv'] : undefined;
    return [name, typeof variable === 'string' ? (readSecrets({ [name]: variable }, env)[name] ?? null) : secret];
  });
  return Object.fromEntries(read) as JsonObject;
}

/** The secrets that the variables hold. Throws where one is not set. */
export function readSecrets(variables: Variables, env: Context['io']['env']): Record<string, string> {
  const read = Object.entries(variables).map(([name, variable]) => {
    const value = own(env, variable);
    if (!value) throw usageError(`${variable} is not set; it is to hold the secret "${name}".`);
    return [name, value];
  });
  return Object.fromEntries(read) as Record<string, string>;
}
