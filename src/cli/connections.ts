import type { Command } from 'commander';
import { isJsonObject } from '../domain/json';
import type { Context } from './context';
import { listOption, showList, type ListOptions } from './lists';
import { readDefinition } from './read-definition';
import { namedSecrets, readSecrets, secretOption, type SecretOptions } from './secret-option';

interface Connection {
  readonly key: string;
  readonly type: string;
  readonly name: string;
  readonly settings: unknown;
}

interface ConnectionKind<One extends Connection, Definition> {
  readonly noun: 'source' | 'destination';
  readonly description: string;
  readonly api: () => {
    put(key: string, definition: Definition): Promise<One>;
    get(key: string): Promise<One>;
    each(): AsyncIterable<One>;
  };
  readonly stateOf: (one: One) => string;
}

/** Adds `put`, `get` and `list` of systems that are connected with settings and secrets. */
export function addConnections<One extends Connection, Definition>(
  program: Command,
  context: Context,
  { noun, description, api, stateOf }: ConnectionKind<One, Definition>,
): Command {
  const group = program.command(`${noun}s`).description(description);
  const summary = (one: One): string => summaryOf(one, stateOf(one));
  secretOption(group.command('put <file>'))
    .description('save one from a JSON or YAML file; "-" is standard input')
    .action(async (file: string, { secretEnv }: SecretOptions) => {
      const { key, definition } = await readDefinition(file, context.io);
      const { env } = context.io;
      const written = definition['secrets'];
      const secrets = secretEnv ? readSecrets(secretEnv, env) : isJsonObject(written) && namedSecrets(written, env);
      // The server checks the definition, and says where it is wrong.
      const saved = await api().put(key, { ...definition, ...(secrets && { secrets }) } as Definition);
      context.show(saved, () => summary(saved));
    });
  group
    .command('get <key>')
    .description(`one ${noun} with its settings; secrets are never shown`)
    .action(async (key: string) => {
      const one = await api().get(key);
      context.show(one, () => `${summary(one)}${JSON.stringify(one.settings, undefined, 2)}\n`);
    });
  listOption(group.command('list').description(`all ${noun}s`)).action(async (options: ListOptions) => {
    await showList(context, options, api().each(), [noun, 'type', 'state', 'name'], (one) => [
      one.key,
      one.type,
      stateOf(one),
      one.name,
    ]);
  });
  return group;
}

export const summaryOf = ({ key, type, name }: Connection, state: string): string =>
  `${key}  ${type}  ${state}  ${name}\n`;
