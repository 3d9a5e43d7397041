import type { Command } from 'commander';
import type { Context } from './context';
import { loadDev, loadDoctor } from './lazy';
import { readCount } from './pairs';

interface DevOptions {
  readonly demo?: boolean;
  readonly port?: number;
  readonly all?: boolean;
  readonly sample?: number;
}

/** The commands that start or examine an installation. */
export function addServer(program: Command, context: Context, ends: (exitCode: number) => void): void {
  program
    .command('dev')
    .description('start everything that is missing on this machine, until Ctrl-C')
    .option('--demo', 'make the demo workspace and replay the sample data')
    .option('--all', 'with --demo: all of the sample data, however long the store takes')
    .option('--port <n>', 'port of the API, which must be free', readCount)
    .option('--sample <n>', 'only so many of the newest events of the sample data', readCount)
    .action(async ({ demo = false, ...options }: DevOptions) => {
      ends(await loadDev().runDev({ demo, json: context.isJson(), ...options }));
    });
  program
    .command('doctor')
    .description('what is configured, what answers, and what to do about what does not')
    .action(async () => ends(await loadDoctor().doctor({ json: context.isJson() })));
}
