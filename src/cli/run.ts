import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { HeddleError, UnreachableError } from '../client/errors';
import { addDeliveries, addDestinations } from './activation';
import { addAsCode } from './as-code/commands';
import { addTypes } from './as-code/types-command';
import { addAudiences } from './audiences';
import { addCatalogue } from './catalogue';
import { CommandError, exitCodes } from './command-error';
import { addComputedTraits } from './computed-traits';
import { addPurposes } from './consent';
import { createContext, type Context } from './context';
import { addDeadLetters } from './dead-letters';
import { addEnrollments } from './enrollments';
import { addAudit } from './audit';
import { addGroups } from './groups';
import { addIdentity } from './identity';
import { addImpact } from './impact';
import { addImport } from './import';
import type { Io } from './io';
import { addJourneys } from './journeys';
import { addOperations } from './operations';
import { addPrivacy } from './privacy';
import { addProfiles } from './profiles';
import { addSchemas } from './schemas';
import { addSend } from './send';
import { addServer } from './server';
import { addSuppressions } from './suppressions';
import { plain } from './table';
import { addSends } from './sends';
import { addSources } from './sources';
import { addTail } from './tail';
import { addWorkspaces } from './workspaces';

/** Runs one command and answers its exit code: 0 all well, 1 failed, 2 called wrongly, 3 no server. Never throws. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let code: number = exitCodes.ok;
  const program = createProgram(io, (exitCode) => void (code = exitCode));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    return report(error, io);
  }
}

/** Every command there is. `ends` is told the exit code of those that have one of their own. */
export function createProgram(io: Io, ends: (exitCode: number) => void): Command {
  const program = new Command('heddle');
  const context = createContext(io, () => program.opts<{ json?: true }>().json ?? false);
  program
    .description('Customer data activation: events, profiles, audiences, journeys, destinations.')
    .version(version(), '--version', 'the version of this command line')
    .option('--json', 'results as JSON, one document a line; everything else goes to standard error')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void io.out.write(text),
      writeErr: (text) => void io.err.write(text),
      getOutHelpWidth: () => io.out.columns ?? 80,
      getErrHelpWidth: () => io.err.columns ?? 80,
    })
    .showHelpAfterError('(--help says what a command takes)')
    .exitOverride();
  addServer(program, context, ends);
  for (const add of commands) add(program, context);
  addAsCode(program, context, ends);
  return program;
}

/** Of the checkout, two levels above this file in `src/` as in `dist/`. */
function version(): string {
  const manifest = JSON.parse(readFileSync(resolve(__dirname, '../../package.json'), 'utf8')) as { version: string };
  return manifest.version;
}

const commands: readonly ((program: Command, context: Context) => void)[] = [
  addSend,
  addImport,
  addOperations,
  addProfiles,
  addAudit,
  addIdentity,
  addGroups,
  addPrivacy,
  addAudiences,
  addComputedTraits,
  addJourneys,
  addEnrollments,
  addSends,
  addDestinations,
  addDeliveries,
  addPurposes,
  addSuppressions,
  addImpact,
  addDeadLetters,
  addCatalogue,
  addTypes,
  addSchemas,
  addSources,
  addTail,
  addWorkspaces,
];

function report(error: unknown, io: Io): number {
  // Commander has said it already: help was asked for, or is what the caller needs.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  for (const line of sentencesOf(error)) io.err.write(`${plain(line)}\n`);
  if (error instanceof UnreachableError) return exitCodes.unreachable;
  return error instanceof CommandError ? error.exitCode : exitCodes.failed;
}

function sentencesOf(error: unknown): string[] {
  if (!(error instanceof HeddleError)) return [error instanceof Error ? error.message : String(error)];
  const faults = error.errors.map(({ pointer, message }) => `  ${pointer || '/'}: ${message}`);
  const isRefusedKey = error.status === 401 || error.status === 403;
  const remedy = isRefusedKey ? ['Keys come from HEDDLE_API_KEY, or from .local/dev.json where `npm start` runs.'] : [];
  const request = error.status >= 500 && error.requestId !== undefined ? [`Request ${error.requestId}.`] : [];
  // Some details are nothing but the faults once more.
  const isTold = faults.length > 0 && error.errors.every(({ message }) => error.message.includes(message));
  return [isTold ? `${error.title}:` : error.message, ...faults, ...remedy, ...request];
}
