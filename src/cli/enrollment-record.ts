import type { Command } from 'commander';
import type { RecordedStep, RunRecord } from '../domain/journeys/run-record';
import { usageError } from './command-error';
import type { Context } from './context';
import { testOf } from './export-test';

interface ExportOptions {
  readonly asTest?: true;
  readonly withValues?: true;
}

/** What looks at one run after the fact: step by step, or as a test that lives it again. */
export function addRecord(enrollments: Command, context: Context): void {
  enrollments
    .command('step <id>')
    .description('walk through one run: at a terminal Enter or n goes on, p back, q ends; otherwise all of it at once')
    .action(async (id: string) => {
      const record = await context.client().enrollments.record(id);
      if (context.isJson() || context.io.out.isTTY !== true)
        return context.show(record, () => record.steps.map((_, index) => page(record, index)).join('\n'));
      await walk(context, record);
    });
  enrollments
    .command('export <id>')
    .description('one run as a jest test that lives it again; texts are hashes')
    .option('--as-test', 'in TypeScript, for heddle/testing; needed, since there is no other form')
    .option('--with-values', 'texts as they are; needs a key that sees people')
    .action(async (id: string, { asTest, withValues }: ExportOptions) => {
      if (!asTest) throw usageError('Write --as-test. The record itself is what `--json enrollments step` prints.');
      const record = await context.client().enrollments.record(id, { values: withValues === true });
      context.show(record, () => testOf(record));
      for (const note of record.notes) context.note(note);
    });
}

async function walk({ io }: Context, record: RunRecord): Promise<void> {
  let index = 0;
  const show = (): unknown => io.out.write(`${page(record, index)}(Enter: next, p: previous, q: end) `);
  show();
  for await (const chunk of io.stdin)
    for (const key of String(chunk).split('\n').slice(0, -1)) {
      if (key.trim() === 'q') return;
      index = key.trim() === 'p' ? Math.max(0, index - 1) : index + 1;
      if (index >= record.steps.length) return;
      show();
    }
}

/** One visit: what came before it, and how it was left. */
function page({ steps, sends, end, journey, version }: RunRecord, index: number): string {
  const visit = steps[index];
  if (!visit) return '';
  const sent = sends.filter(({ step, at }) => step === visit.step && at >= visit.at);
  const lines = [
    `${index + 1}/${steps.length}  ${journey} version ${version}  ${visit.step}${visit.type === undefined ? '' : ` (${visit.type})`}`,
    `     came ${visit.at}, visit ${visit.visit}`,
    ...sent.slice(0, 1).map(({ destination, status, at }) => `     sent to ${destination}: ${status}, ${at}`),
    `     ${left(visit, steps[index + 1])}`,
    ...(index === steps.length - 1 ? [`     ${end.status}${end.reason === undefined ? '' : `: ${end.reason}`}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function left({ outcome, why, cause }: RecordedStep, next: RecordedStep | undefined): string {
  if (outcome === undefined) return 'is here';
  const reasons = [why, cause].filter((one) => one !== undefined).join('; ');
  return `left by ${outcome}${reasons === '' ? '' : ` (${reasons})`}${next ? ` for ${next.step}, ${next.at}` : ''}`;
}
