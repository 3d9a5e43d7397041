import type { Command } from 'commander';
import type {
  AttachmentInput,
  AudienceDefinition,
  ExplainedPart,
  Explanation,
  Preview,
  StoredAudience,
} from '../client/types';
import type { AttachmentUse } from '../domain/audiences/attachment';
import { addChanges } from './audience-changes';
import { definitionKeyPattern } from '../domain/definition-key';
import { addCode } from './as-code/code-command';
import type { Cell, Context } from './context';
import { addMembers } from './audience-members';
import { addVersions, progressOf } from './audience-versions';
import { listOption, showList, type ListOptions } from './lists';
import { putFiles } from './put-files';
import { readDefinition, type DefinitionFile } from './read-definition';

export function addAudiences(program: Command, context: Context): void {
  const audiences = program.command('audiences').description('named rules, and who they hold for');
  audiences
    .command('put <file...>')
    .description('save definitions from JSON or YAML files; "-" is standard input')
    .option('--start-journeys', 'whom the saved rules move begins journeys by that')
    .action(async (files: string[], options: { startJourneys?: true }) => {
      const client = context.client();
      // The server checks the definition, and says where it is wrong.
      const put = ({ key, definition }: DefinitionFile) =>
        client.audiences.put(key, definition as unknown as AudienceDefinition, options);
      await putFiles(context, files, put, (saved) => context.table(headers, saved.map(row)));
    });
  audiences
    .command('get <key>')
    .description('one audience with its definition')
    .action(async (key: string) => {
      const audience = await context.client().audiences.get(key);
      context.show(
        audience,
        () =>
          `${summary(audience)}${audience.rule ? JSON.stringify(audience.rule, undefined, 2) : 'people are put in by hand'}\n`,
      );
    });
  addList(audiences, context);
  listOption(
    audiences.command('members <key>').description('who is in it').option('--held-out', 'only those who are held out'),
  ).action(async (key: string, options: ListOptions & { heldOut?: true }) => {
    const client = context.client();
    const of = options.heldOut ? { heldOut: true } : {};
    await showList(context, options, client.audiences.eachMember(key, of), ['profile', 'entered', ''], (member) => [
      member.profileId,
      member.enteredAt,
      member.heldOut ? 'held out' : '',
    ]);
  });
  addCode(audiences, context, 'audiences');
  addMembers(audiences, context);
  addChanges(audiences, context);
  addPreview(audiences, context);
  addExplain(audiences, context);
  addVersions(audiences, context, summary);
  addAttachments(audiences, context);
}

interface Filters extends ListOptions {
  readonly q?: string;
  readonly label?: string;
  readonly starred?: true;
}

function addList(audiences: Command, context: Context): void {
  listOption(audiences.command('list').description('all audiences, or those that are asked for'))
    .option('--q <text>', 'in key, name or description')
    .option('--label <label>', 'with this label')
    .option('--starred', 'those with a star')
    .action(async ({ q, label, starred, ...options }: Filters) => {
      const asked = {
        ...(q !== undefined && { q }),
        ...(label !== undefined && { label }),
        ...(starred && { starred }),
      };
      await showList(context, options, context.client().audiences.each(asked), headers, row);
    });
}

function addPreview(audiences: Command, context: Context): void {
  audiences
    .command('preview <key|file>')
    .description('how many a saved audience, or the rule of a file, would hold; saves nothing')
    .option('--as-of <instant>', 'at an instant in the past, RFC 3339')
    .option('--exact', 'ask everybody, however long that takes')
    .action(async (keyOrFile: string, { asOf, exact }: { asOf?: string; exact?: true }) => {
      const isKey = definitionKeyPattern.test(keyOrFile) && keyOrFile !== '-';
      const { key, definition } = isKey ? { key: keyOrFile } : await readDefinition(keyOrFile, context.io);
      const { rule, holdout } = (definition ?? {}) as Partial<AudienceDefinition>;
      const input = {
        ...(rule !== undefined && { rule }),
        ...(holdout && { holdout }),
        ...(asOf !== undefined && { asOf }),
        ...(exact && { exact }),
      };
      const preview = await context.client().audiences.preview(key, input);
      context.show(preview, () => printPreview(context, preview));
    });
}

function addExplain(audiences: Command, context: Context): void {
  audiences
    .command('explain <key> <ref>')
    .description('why somebody is in it or not, condition by condition')
    .option('--at <instant>', 'at an instant in the past, RFC 3339')
    .action(async (key: string, profile: string, { at }: { at?: string }) => {
      const explanation = await context.client().audiences.explain(key, { profile, ...(at !== undefined && { at }) });
      context.show(explanation, () => printExplanation(context, explanation));
    });
}

function addAttachments(audiences: Command, context: Context): void {
  audiences
    .command('attach <key> <destination>')
    .description('keep a destination in step with the audience')
    .option('--use <use>', '"target", or "exclude" for a suppression list', 'target')
    .option('--identifiers <types>', 'identifier types to send, such as user_id,email', (text) => text.split(','))
    .option('--purpose <purpose>', 'what consent is needed for')
    .option('--external <id>', 'the audience there, by its id; "new" has one created', toExternal)
    .action(
      async (
        key: string,
        destination: string,
        options: Pick<AttachmentInput, 'identifiers' | 'purpose' | 'external'> & { use: AttachmentUse },
      ) => {
        const attachment = await context.client().audiences.attach(key, destination, options);
        context.show(attachment, () => {
          const held = attachment.holdout ? `, ${attachment.holdout.percent} % held out` : '';
          return `${key} → ${destination} (${options.use}${held})\n`;
        });
      },
    );
  audiences
    .command('detach <key> <destination>')
    .description('stop keeping a destination in step')
    .action(async (key: string, destination: string) => {
      await context.client().audiences.detach(key, destination);
      context.show({ audience: key, destination }, () => `${key} is detached from ${destination}\n`);
    });
}

const toExternal = (id: string): NonNullable<AttachmentInput['external']> => (id === 'new' ? { create: true } : { id });

const headers = ['audience', 'size', 'status', 'version', 'name'];

const row = (audience: StoredAudience): readonly Cell[] => [
  audience.key,
  audience.size,
  audience.next ? progressOf(audience.next) : audience.status,
  String(audience.version),
  audience.name,
];

function summary({ key, version, status, size, holdout, heldOut, next }: StoredAudience): string {
  const held = holdout ? `, ${heldOut} held out` : '';
  const prepared = next ? `${progressOf(next)}: ${next.entering} will enter and ${next.leaving} leave, so far\n` : '';
  return `${key}  version ${version}  ${next ? 'serves' : status}  ${size} members${held}\n${prepared}`;
}

function printPreview({ table }: Context, preview: Preview): string {
  const { count, low, high, sampled, sample, identifiers, destinations, overlap, holdout } = preview;
  const asked = sampled ? `, likely ${low} to ${high}: ${sampled.profiles} of ${sampled.of} were asked` : '';
  const held = holdout ? `; ${holdout.heldOut} would be held out` : '';
  const listed = (head: string, numbers: Readonly<Record<string, number>>): string | false =>
    Object.keys(numbers).length > 0 && table([head, 'profiles'], Object.entries(numbers));
  const parts = [
    `${count} profiles${asked}${held}\n`,
    listed('with', identifiers),
    listed('reached by', destinations),
    listed('also in', overlap),
    sample.length > 0 &&
      table(
        ['sample'],
        sample.map((id) => [id]),
      ),
  ];
  return parts.filter((part) => part !== false).join('\n');
}

function printExplanation(
  { table }: Context,
  { audience, at, matches, isUnknown, parts, nearest, holdout }: Explanation,
): string {
  if (isUnknown) return `${audience} at ${at}: nobody knew of them yet\n`;
  const rows = parts.map((part) => [
    `${'  '.repeat(depthOf(part, parts))}${part.matches ? '✓' : '✗'} ${textOf(part)}`,
    part.actual === undefined ? (part.condition ? 'nothing' : '') : JSON.stringify(part.actual),
    part.flipsAt ?? (part.steadyUntil === undefined ? '' : `after ${part.steadyUntil}`),
    nearest.includes(part.pointer) ? '←' : '',
  ]);
  const verdict = `${audience} at ${at}: ${matches ? 'the rule holds' : 'the rule does not hold'}`;
  const held = holdout?.heldOut ? `held out since ${holdout.since}\n` : '';
  return `${held}${verdict}; ← ${nearest.length > 1 ? 'together turn' : 'turns'} it\n${table(['condition', 'found', 'by itself otherwise', ''], rows)}`;
}

const depthOf = ({ pointer }: ExplainedPart, parts: Explanation['parts']): number =>
  parts.filter((other) => pointer.startsWith(`${other.pointer}/`)).length;

const textOf = ({ kind, condition }: ExplainedPart): string => (condition ? JSON.stringify(condition) : kind);
