import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { PublishInput } from '../../client/types';
import { jsonChanges } from '../../domain/json-changes';
import { withoutKey, type Json, type JsonObject } from '../../domain/json';
import { CommandError, usageError } from '../command-error';
import type { Context } from '../context';
import { startProgress } from '../progress';
import { readApplied, writeApplied, type Applied } from './applied';
import { applyChanges } from './apply';
import { blastLimits, excessOf } from './blast-radius';
import { findHeld } from './definition-kinds';
import { isChange, makePlan, type Plan, type PlannedChange } from './plan';
import { printPlan } from './print-plan';
import { readFolder } from './read-folder';

interface PlanFlags {
  readonly prune?: true;
  readonly detailedExitcode?: true;
  readonly out?: string;
}
interface ApplyFlags extends Pick<PlanFlags, 'prune'> {
  readonly plan?: string;
  readonly maxPeople: number;
  readonly maxPercent: number;
  readonly yesReally?: true;
  readonly inFlight?: PublishInput['inFlight'];
}
type Ends = (exitCode: number) => void;

/** `plan`, `diff`, `apply` and `drift` of a folder of definitions. */
export function addAsCode(program: Command, context: Context, ends: Ends): void {
  const exitCode = (command: Command) =>
    command.option('--detailed-exitcode', '2 where something differs, 0 where nothing does');
  const prune = (command: Command) => command.option('--prune', 'delete what only the server has, journeys excepted');
  exitCode(prune(program.command('plan <folder>')))
    .description('what the definitions of a folder would change, and for whom; changes nothing')
    .option('--out <file>', 'keep the plan, for `apply --plan`')
    .action((folder: string, flags: PlanFlags) => plan(context, ends, { folder, ...flags }));
  exitCode(prune(program.command('diff <folder>')))
    .description('the same without asking whom it moves')
    .action((folder: string, flags: PlanFlags) => plan(context, ends, { folder, ...flags, isBrief: true }));
  prune(program.command('apply <folder>'))
    .description('save and publish what the plan says, as long as nobody else changes it')
    .option('--plan <file>', 'only what this plan says')
    .option('--in-flight <what>', 'what becomes of people inside older versions of journeys')
    .option('--max-people <count>', 'how many may enter or leave audiences', wholeNumber, blastLimits.people)
    .option('--max-percent <percent>', 'which share of an audience may', wholeNumber, blastLimits.percent)
    .option('--yes-really', 'move more than that')
    .action((folder: string, flags: ApplyFlags) => apply(context, folder, flags));
  exitCode(program.command('drift <folder>'))
    .description('what was changed on the server since the last apply of a folder')
    .action((folder: string, flags: PlanFlags) => drift(context, ends, { folder, ...flags }));
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw usageError(`Write a whole number; "${text}" is none.`);
  return Number(text);
}

async function planOf(
  context: Context,
  folder: string,
  options: { prune?: boolean; isBrief?: boolean },
): Promise<Plan> {
  const wanted = await readFolder(folder, context.io);
  const progress = startProgress(context.io.err);
  try {
    return await makePlan(context.client(), wanted, {
      ...options,
      progress: (text, share) => progress.update(text, share),
    });
  } finally {
    progress.end('');
  }
}

async function plan(
  context: Context,
  ends: Ends,
  { folder, out, detailedExitcode, ...options }: PlanFlags & { readonly folder: string; readonly isBrief?: boolean },
): Promise<void> {
  const made = await planOf(context, folder, options);
  if (out !== undefined) await writeFile(resolve(context.io.cwd, out), `${JSON.stringify(made, undefined, 2)}\n`);
  context.show(made, () => printPlan(made));
  if (detailedExitcode && made.changes.some(isChange)) ends(2);
}

async function apply(context: Context, folder: string, flags: ApplyFlags): Promise<void> {
  const { prune, inFlight } = flags;
  const made = await planOf(context, folder, { ...(prune && { prune }) });
  if (flags.plan !== undefined) await refuseOther(context, flags.plan, made);
  const changes = made.changes.filter(isChange);
  const excess = flags.yesReally ? [] : excessOf(changes, flags);
  if (excess.length > 0)
    throw new CommandError([...excess, 'Nothing was changed. Look at `heddle plan`, and say --yes-really.'].join('\n'));
  const progress = startProgress(context.io.err);
  const done: PlannedChange[] = [];
  try {
    const isDone = (change: PlannedChange) => {
      done.push(change);
      progress.update(`${change.folder}/${change.key}`, done.length / changes.length);
    };
    const { io, note } = context;
    await applyChanges(changes, { client: context.client(), env: io.env, inFlight, done: isDone, note });
  } finally {
    progress.end('');
    await writeApplied(folder, context.io, appliedOf(made, done));
    for (const { action, folder: of, key } of done) context.note(`${action}: ${of}/${key}`);
  }
  context.show({ applied: done.map(({ folder: of, key, action }) => ({ folder: of, key, action })) }, () =>
    done.length > 0 ? `${done.length} applied\n` : 'nothing to do\n',
  );
}

/** What the folder says of the server now, also where a later change was refused. */
const appliedOf = ({ changes }: Plan, done: readonly PlannedChange[]): Applied[] =>
  changes
    .filter((change) => change.action === 'unchanged' || done.includes(change))
    .flatMap(({ folder, key, definition }) =>
      definition ? [{ folder, key, definition: withoutKey(definition, 'secrets') }] : [],
    );

/** A plan that somebody has read counts as long as there is nothing else to do than it says. */
async function refuseOther({ io }: Context, file: string, present: Plan): Promise<void> {
  const text = await readFile(resolve(io.cwd, file), 'utf8').catch(() => undefined);
  if (text === undefined) throw new CommandError(`Cannot read the plan ${file}. Make one: heddle plan … --out ${file}`);
  const planned = JSON.parse(text) as Plan;
  const bare = ({ changes }: Plan): Json =>
    changes.filter(isChange).map(({ folder, key, action, etag = '', definition = {}, publish = {} }) => ({
      ...{ folder, key, action, etag, definition },
      publish: publish as JsonObject,
    }));
  const others = jsonChanges(bare(planned), bare(present));
  if (others.length === 0) return;
  throw new CommandError(
    `The plan does not hold any more: the folder or the server has changed since (${others.length} places). Nothing was changed; plan again.`,
  );
}

async function drift(
  context: Context,
  ends: Ends,
  { folder, detailedExitcode }: PlanFlags & { readonly folder: string },
) {
  const client = context.client();
  const changes: PlannedChange[] = [];
  for (const one of await readApplied(folder, context.io)) {
    const held = await findHeld(client, one.folder, one.key);
    const places = jsonChanges(one.definition, held?.definition);
    const action = held === undefined ? 'delete' : places.length > 0 ? 'update' : 'unchanged';
    changes.push({ folder: one.folder, key: one.key, action, changes: places });
  }
  const found = { changes };
  const isSame = !changes.some(isChange);
  context.show(found, () => (isSame ? 'nothing was changed since\n' : printPlan(found)));
  if (detailedExitcode && !isSame) ends(2);
}
