import type { Command } from 'commander';
import type {
  ArchiveInput,
  ChangedJourney,
  EnrollingJourney,
  PausedJourney,
  PublishInput,
  PublishPreview,
  ResumeInput,
  RollbackInput,
  StoredJourney,
} from '../client/types';
import type { Json } from '../domain/json';
import type { Context } from './context';
import { figure } from './figure';
import { usageError } from './command-error';
import { addPair, readCount } from './pairs';

type Summary = (journey: StoredJourney) => string;

interface PublishOptions extends Omit<PublishInput, 'canary' | 'stepMap'> {
  readonly map?: Record<string, Json>;
  readonly canary?: number;
  readonly dryRun?: true;
}

/** What brings a journey, and the people inside, to another state. */
export function addJourneyChanges(journeys: Command, context: Context, summary: Summary): void {
  addPublish(journeys, context, summary);
  addTrial(journeys, context, summary);
  addPauses(journeys, context, summary);
}

const paced = (command: Command): Command =>
  command.option('--per-second <n>', 'how many of them in a second', readCount);

function addPublish(journeys: Command, context: Context, summary: Summary): void {
  paced(journeys.command('publish <key>').description('make the draft the version that people enter'))
    .option('--in-flight <what>', 'people inside older versions: finish, migrate or exit')
    .option('--map <old=new>', 'where a step of older versions goes on; old=null ends there; may be repeated', addPair)
    .option('--canary <percent>', 'only this share of people enters it', readCount)
    .option('--enroll-existing', 'enrol the present members of the entry audience')
    .option('--dry-run', 'only show whom it would move, end or enrol')
    .action(async (key: string, { map, canary, dryRun, ...rest }: PublishOptions) => {
      const stepMap = map && toStepMap(map);
      const input = { ...rest, ...(stepMap && { stepMap }), ...(canary && { canary: { percent: canary } }) };
      const { journeys: api } = context.client();
      if (!dryRun) return tell(context, summary, await api.publish(key, input));
      const preview = await api.previewPublish(key, input);
      context.show(preview, () => plan(context, preview));
    });
  journeys
    .command('approve <key>')
    .description('carry out what another key has asked for')
    .action(async (key: string) => tell(context, summary, await context.client().journeys.approve(key)));
  paced(journeys.command('enrol-existing <key>').description('ask for a run for each present member of an audience'))
    .option('--audience <key>', 'whom; the audience of the entry unless set')
    .option('--dry-run', 'only say how many')
    .action(async (key: string, input: { audience?: string; dryRun?: boolean; perSecond?: number }) => {
      const begun: EnrollingJourney = await context.client().journeys.enrolExisting(key, input);
      tell(context, summary, begun);
      if (begun.plan) context.note(`${figure(begun.plan.members)} members of ${begun.plan.audience} would be asked.`);
    });
}

function addTrial(journeys: Command, context: Context, summary: Summary): void {
  journeys
    .command('canary <key> <percent>')
    .description('have another share of people enter the version that is tried; 100 ends the trial')
    .action(async (key: string, percent: string) =>
      tell(context, summary, await context.client().journeys.canary(key, readCount(percent))),
    );
  paced(journeys.command('rollback <key>').description('nobody enters the newest version any more, but the one before'))
    .option('--in-flight <what>', 'people inside it: finish or exit')
    .action(async (key: string, input: RollbackInput) =>
      tell(context, summary, await context.client().journeys.rollback(key, input)),
    );
}

function addPauses(journeys: Command, context: Context, summary: Summary): void {
  journeys
    .command('pause <key>')
    .description('nobody enters, nothing is sent, nobody is thrown out')
    .action(async (key: string) => {
      const journey: PausedJourney = await context.client().journeys.pause(key);
      context.show(journey, () => summary(journey));
      if (journey.sending)
        context.note(`${figure(journey.sending)} attempts to deliver were under way, and may arrive.`);
    });
  paced(journeys.command('resume <key>').description('go on after a pause'))
    .option('--overdue <what>', 'whom the pause has kept from a send: run, skip or exit')
    .action(async (key: string, input: ResumeInput) =>
      tell(context, summary, await context.client().journeys.resume(key, input)),
    );
  paced(journeys.command('archive <key>').description('nobody enters any more; people inside go on to their end'))
    .option('--in-flight <what>', 'people inside: drain or exit')
    .action(async (key: string, input: ArchiveInput) =>
      tell(context, summary, await context.client().journeys.archive(key, input)),
    );
}

function tell(context: Context, summary: Summary, journey: ChangedJourney): void {
  context.show(journey, () => summary(journey));
  const { awaitingApproval, operations = [] } = journey;
  if (awaitingApproval)
    context.note(`It affects ${figure(awaitingApproval.affected)}: somebody with another key has to approve it.`);
  for (const id of operations) context.note(`Operation ${id} carries it out.`);
}

function toStepMap(pairs: Record<string, Json>): Record<string, string | null> {
  const isStep = (pair: [string, Json]): pair is [string, string | null] =>
    pair[1] === null || typeof pair[1] === 'string';
  const steps = Object.entries(pairs);
  if (!steps.every(isStep)) throw usageError('Write --map old=new, or old=null.');
  return Object.fromEntries(steps);
}

function plan({ table }: Context, { affected, versions, faults, enrolled }: PublishPreview): string {
  const steps = versions.flatMap(({ version, steps: all }) =>
    all.map(({ step, inside, to }) => [version, step, inside, to === null ? '(exit)' : to]),
  );
  return [
    `${figure(affected)} affected, ${figure(enrolled)} of them enrolled\n`,
    table(['version', 'step', 'inside', 'goes on at'], steps),
    ...faults.map(({ message }) => `${message}\n`),
  ].join('\n');
}
