import { figure } from '../figure';
import type { Replayed } from './demo-state';
import type { Stages } from './stages';

const lineWidth = 90;

/** One row per stage; a row that says several things has a line for each. */
export function stageTable(stages: Stages): string {
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['Ingestion', ingestionLines(stages.ingestion)],
    ['Identity', [`${figure(stages.identity.profiles)} profiles`]],
    ['Audiences', fold(stages.audiences.map(audienceText))],
    ['Journeys', stages.journeys.map(journeyLine)],
    ['Activation', stages.activation.map(activationLine)],
    ['Impact', [impactLine(stages.impact)]],
    ['Facts', fold(stages.facts.map(factText))],
  ];
  return rows.flatMap(([stage, lines]) => lines.map((line, index) => row(index === 0 ? stage : '', line))).join('\n');
}

const row = (stage: string, line: string) => `  ${stage.padEnd(12)}${line}`;

/** Short texts side by side, as many as fit. */
function fold(texts: readonly string[]): string[] {
  const lines: string[] = [];
  for (const text of texts) {
    const joined = `${lines.at(-1) ?? ''} · ${text}`;
    if (lines.length > 0 && joined.length <= lineWidth) lines[lines.length - 1] = joined;
    else lines.push(text);
  }
  return lines;
}

function ingestionLines({ history, live }: Stages['ingestion']): string[] {
  const line = (what: string, { accepted, duplicates, events, sendSeconds }: Replayed, pace: string) =>
    `${what}: ${figure(accepted)} accepted, ${figure(duplicates)} known already${pace && `, ${pace} (${figure(events)} in ${sendSeconds.toFixed(1)} s)`}`;
  return [
    ...(history ? [line('history', history, `${perSecond(history.events, history.sendSeconds)} events/s`)] : []),
    ...(live ? [line('live', live, '')] : []),
  ];
}

const audienceText = ({ key, size, status }: Stages['audiences'][number]) =>
  `${key} ${figure(size)}${status === 'ready' ? '' : ` (${status})`}`;

function journeyLine({ key, entered, ...ends }: Stages['journeys'][number]): string {
  return `${key}: ${figure(entered)} entered${present(ends)}`;
}

function activationLine({ key, states, withheld, atVendor }: Stages['activation'][number]): string {
  const reasons = Object.entries(withheld).map(([reason, count]) => [`withheld (${reason})`, count] as const);
  const counts = present({ ...states, ...Object.fromEntries(reasons) }).slice(2);
  return `${key}: ${counts || 'nothing yet'}${atVendor && ` · ${atVendor}`}`;
}

function impactLine({ emitted, accounted }: Stages['impact']): string {
  const verdict = emitted === accounted ? '✓' : `✗ but ${figure(accounted)} accounted for`;
  return `${figure(emitted)} deliveries emitted = the sum of their states ${verdict}`;
}

const factText = ({ audience, found, expected }: Stages['facts'][number]) =>
  `${audience} ${figure(found)} of ${figure(expected)} ${found === expected ? '✓' : '✗'}`;

function present(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `, ${figure(count)} ${name}`)
    .join('');
}

const perSecond = (events: number, seconds: number) => figure(Math.round(events / Math.max(seconds, 0.001)));
