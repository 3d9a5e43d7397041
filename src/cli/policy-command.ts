import type { Command } from 'commander';
import type { Client } from '../client/client';
import type { JsonObject } from '../domain/json';
import type { Context } from './context';
import { readObject } from './read-definition';

interface PolicyApi {
  readonly policy: () => Promise<unknown>;
  readonly setPolicy: (policy: JsonObject) => Promise<unknown>;
}

/** `policy`: prints one, or sets it from a file. The server checks it, and says where it is wrong. */
export function addPolicy(
  command: Command,
  context: Context,
  { description, of }: { readonly description: string; readonly of: (client: Client) => PolicyApi },
): void {
  command
    .command('policy')
    .description(description)
    .option('--set <file>', 'from now on this one, from a JSON or YAML file; "-" is standard input')
    .action(async ({ set }: { readonly set?: string }) => {
      const api = of(context.client());
      const policy =
        set === undefined
          ? await api.policy()
          : await api.setPolicy(await readObject(set, context.io, 'one policy: an object'));
      context.show(policy, () => `${JSON.stringify(policy, undefined, 2)}\n`);
    });
}
