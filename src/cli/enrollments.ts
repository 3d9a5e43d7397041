import type { Command } from 'commander';
import type { Json } from '../domain/json';
import { addPair } from './pairs';
import type { EnrollmentDetail, ExitInput } from '../client/types';
import { usageError } from './command-error';
import type { Context } from './context';
import { showRun } from './enrollment';
import { addRecord } from './enrollment-record';
import { listOption, showList, type ListOptions } from './lists';

export function addEnrollments(program: Command, context: Context): void {
  const enrollments = program.command('enrollments').description('runs of people through journeys');
  listOption(enrollments.command('list').description('of a journey or of a person, newest first'))
    .option('--journey <key>')
    .option('--profile <ref>', 'prf_… or type:value')
    .action(async ({ journey, profile, ...options }: ListOptions & { journey?: string; profile?: string }) => {
      await showList(context, options, runsOf(context, journey, profile), headers, (run) => [
        run.id,
        run.journey,
        run.status,
        run.step,
        run.reason ?? run.waitingFor.join(', '),
        run.endedAt ?? run.dueAt,
      ]);
    });
  enrollments
    .command('show <id>')
    .description('where one run is and why: its path, what it waits for, its last send, a link to the Temporal UI')
    .action(async (id: string) => {
      const run = await context.client().enrollments.get(id);
      context.show(run, () => showRun(context, run));
    });
  enrollments
    .command('exit <id>')
    .description('end a run; nothing is sent for it any more')
    .option('--reason <reason>', 'shown with the run')
    .action(async (id: string, input: ExitInput) => {
      const ended = await context.client().enrollments.exit(id, input);
      context.show(ended, () => ending(ended));
    });
  addSignal(enrollments, context);
  addRecord(enrollments, context);
}

function addSignal(enrollments: Command, context: Context): void {
  enrollments
    .command('signal <id> <signal>')
    .description('tell a run something that its journey waits for, or ends or converts by')
    .option('--data <name=value>', 'what later steps read; may be repeated', addPair)
    .action(async (id: string, signal: string, { data = {} }: { data?: Record<string, Json> }) => {
      const run = await context.client().enrollments.signal(id, { signal, data });
      context.show(run, () => ending(run));
    });
}

const headers = ['enrollment', 'journey', 'status', 'step', 'waits for, or why it ended', 'until, or when'];

function runsOf(context: Context, journey: string | undefined, profile: string | undefined) {
  const client = context.client();
  if (journey !== undefined && profile === undefined) return client.journeys.eachEnrollment(journey);
  if (profile !== undefined && journey === undefined) return client.profiles.eachEnrollment(profile);
  throw usageError('Say whose runs: --journey <key> or --profile <ref>.');
}

const ending = ({ id, status, reason, sending }: EnrollmentDetail): string =>
  `${id}  ${status}${reason === undefined ? '' : `: ${reason}`}${sending ? '  (one attempt to deliver was under way)' : ''}\n`;
