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
import type { Cell, Context } from './context';
import { listOption, showList, type ListOptions } from './lists';
import { putFiles } from './put-files';
import { readDefinition, type DefinitionFile } from './read-definition';

export function addAudiences(program: Command, context: Context): void {
  const audiences = program.command('audiences').description('named rules, and who they hold for');
  audiences
    .command('put <file...>')
    .description('save definitions from JSON or YAML files; "-" is standard input')
    .action(async (files: string[]) => {
      const client = context.client();
      // The server checks the definition, and says where it is wrong.
      const put = ({ key, definition }: DefinitionFile) =>
        client.audiences.put(key, definition as unknown as AudienceDefinition);
      await putFiles(context, files, put, (saved) => context.table(headers, saved.map(row)));
    });
  audiences
    .command('get <key>')
    .description('one audience with its definition')
    .action(async (key: string) => {
      const audience = await context.client().audiences.get(key);
      context.show(audience, () => `${summary(audience)}${JSON.stringify(audience.rule, undefined, 2)}\n`);
    });
  listOption(audiences.command('list').description('all audiences')).action(async (options: ListOptions) => {
    const { audiences: all } = context.client();
    await showList(context, options, all.each(), headers, row);
  });
  listOption(audiences.command('members <key>').description('who is in it')).action(
    async (key: string, options: ListOptions) => {
      const client = context.client();
      await showList(context, options, client.audiences.eachMember(key), ['profile', 'entered'], (member) => [
        member.profileId,
        member.enteredAt,
      ]);
    },
  );
  addChanges(audiences, context);
  addPreview(audiences, context);
  addExplain(audiences, context);
  addVersions(audiences, context);
  addAttachments(audiences, context);
}

function addPreview(audiences: Command, context: Context): void {
  audiences
    .command('preview <key|file>')
    .description('how many a saved audience, or the rule of a file, would hold; saves nothing')
    .option('--as-of <instant>', 'at an instant in the past, RFC 3339')
    .action(async (keyOrFile: string, { asOf }: { asOf?: string }) => {
      const isKey = definitionKeyPattern.test(keyOrFile) && keyOrFile !== '-';
      const { key, definition } = isKey ? { key: keyOrFile } : await readDefinition(keyOrFile, context.io);
      const { rule } = (definition ?? {}) as Partial<AudienceDefinition>;
      const input = { ...(rule !== undefined && { rule }), ...(asOf !== undefined && { asOf }) };
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

function addVersions(audiences: Command, context: Context): void {
  listOption(
    audiences.command('versions <key>').description('what it said, newest first, and what each save changed'),
  ).action(async (key: string, options: ListOptions) => {
    const all = context.client().audiences.eachVersion(key);
    await showList(context, options, all, ['version', 'saved', 'by', 'changed'], (one) => [
      String(one.version),
      one.savedAt,
      one.savedBy,
      (one.changes ?? []).map(({ pointer }) => pointer).join(' '),
    ]);
  });
  audiences
    .command('rollback <key> <version>')
    .description('save again what an earlier version said, as the next one')
    .action(async (key: string, version: string) => {
      const saved = await context.client().audiences.rollback(key, Number(version));
      context.show(saved, () => summary(saved));
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
        context.show(attachment, () => `${key} → ${destination} (${options.use})\n`);
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

const row = ({ key, size, status, version, name }: StoredAudience): readonly Cell[] => [
  key,
  size,
  status,
  String(version),
  name,
];

const summary = ({ key, version, status, size }: StoredAudience): string =>
  `${key}  version ${version}  ${status}  ${size} members\n`;

function printPreview({ table }: Context, { count, sample, identifiers }: Preview): string {
  const reach = Object.entries(identifiers).map(([type, number]) => [type, number]);
  const parts = [
    `${count} profiles\n`,
    reach.length > 0 && table(['with', 'profiles'], reach),
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
  { audience, at, matches, isUnknown, parts, nearest }: Explanation,
): string {
  if (isUnknown) return `${audience} at ${at}: nobody knew of them yet\n`;
  const rows = parts.map((part) => [
    `${'  '.repeat(depthOf(part, parts))}${part.matches ? '✓' : '✗'} ${textOf(part)}`,
    part.actual === undefined ? (part.condition ? 'nothing' : '') : JSON.stringify(part.actual),
    part.flipsAt ?? (part.steadyUntil === undefined ? '' : `after ${part.steadyUntil}`),
    nearest.includes(part.pointer) ? '←' : '',
  ]);
  const verdict = `${audience} at ${at}: ${matches ? 'the rule holds' : 'the rule does not hold'}`;
  return `${verdict}; ← ${nearest.length > 1 ? 'together turn' : 'turns'} it\n${table(['condition', 'found', 'by itself otherwise', ''], rows)}`;
}

const depthOf = ({ pointer }: ExplainedPart, parts: Explanation['parts']): number =>
  parts.filter((other) => pointer.startsWith(`${other.pointer}/`)).length;

const textOf = ({ kind, condition }: ExplainedPart): string => (condition ? JSON.stringify(condition) : kind);
