import type { RunRecord } from '../domain/journeys/run-record';

/** A jest test, in TypeScript, that lives a recorded run again and says at which step it goes another way. */
export function testOf(record: RunRecord): string {
  const { definition, steps, sends, end, enrollment, version, notes, isScrubbed, ...lived } = record;
  const path = steps.map(({ step, outcome }) => ({ step, ...(outcome !== undefined && { outcome }) }));
  const short = steps.map(({ step, visit, at, outcome }) => ({
    step,
    visit,
    at,
    ...(outcome !== undefined && { outcome }),
  }));
  return [
    "import { replayRecord } from 'heddle/testing';",
    '',
    `// Recorded of ${enrollment}, of version ${version}.${isScrubbed ? ' Texts that begin with # are hashes.' : ''}`,
    ...notes.map((note) => `// ${note}`),
    `const record = ${json({ ...lived, steps: short, sends, end })};`,
    '',
    '// Put the journey of your code here, and this test says where people would go another way.',
    `const definition = ${json(definition)};`,
    '',
    `it(${JSON.stringify(`${record.journey} goes the way that it went: ${steps.map(({ step }) => step).join(', ')}`)}, async () => {`,
    '  const { parted, path, sends, end } = await replayRecord({ ...record, definition });',
    '  expect(parted).toBeUndefined();',
    `  expect(path.map(({ step }) => step)).toEqual(${json(
      path.map(({ step }) => step),
      2,
    )});`,
    `  expect(sends.map(({ step, destination }) => ({ step, destination }))).toEqual(${json(
      sends.map(({ step, destination }) => ({ step, destination })),
      2,
    )});`,
    `  expect(end).toEqual(${json(end, 2)});`,
    '});',
    '',
  ].join('\n');
}

const json = (value: unknown, indent = 0): string =>
  JSON.stringify(value, undefined, 2).replaceAll('\n', `\n${' '.repeat(indent)}`);
