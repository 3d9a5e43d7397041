import type { RecordedSend, RecordedStep, RunRecord } from './run-record';

/** What a replay is compared with. */
export interface Replayed {
  readonly path: readonly Pick<RecordedStep, 'step' | 'outcome'>[];
  readonly sends: readonly Pick<RecordedSend, 'step' | 'destination' | 'status'>[];
  readonly end: RunRecord['end'];
}

/** What nobody can say of a replay: whether the world would have done the same. */
const ofTheWorld: ReadonlySet<string> = new Set([
  'withheld',
  'dead',
  'unknown',
  'sent-elsewhere',
  'skipped',
  'migrated',
]);

/** The first place at which a replay went another way than the run that was lived, as a sentence; nothing where it went the same way. */
export function whereParted(
  { steps, sends, end }: Pick<RunRecord, 'steps' | 'sends' | 'end'>,
  replayed: Replayed,
): string | undefined {
  return partedAtStep(steps, replayed.path) ?? partedAtSend(sends, replayed.sends) ?? partedAtEnd(end, replayed.end);
}

function partedAtStep(lived: RunRecord['steps'], path: Replayed['path']): string | undefined {
  for (let index = 0; index < Math.max(lived.length, path.length); index += 1) {
    const [then, now] = [lived[index], path[index]];
    const before = lived[index - 1]?.step ?? 'the entry';
    const parted =
      then && now && then.step === now.step ? partedHere(then, now) : partedAfter(before, then?.step, now?.step);
    if (parted !== undefined) return parted;
  }
  return undefined;
}

const partedHere = (then: RecordedStep, now: Replayed['path'][number]): string | undefined =>
  then.outcome === now.outcome || ofTheWorld.has(then.outcome ?? '') ? undefined : leftOtherwise(then, now);

const partedAfter = (before: string, then = 'its end', now = 'its end'): string =>
  `After ${before} the run came to ${then}, and now comes to ${now}.`;

function leftOtherwise(
  { step, visit, outcome: then = 'nothing: it waited' }: RecordedStep,
  { outcome: now = 'nothing: it waits' }: Replayed['path'][number],
): string {
  return `At ${step} (visit ${visit}) the run left by ${then}, and now by ${now}.`;
}

function partedAtSend(lived: RunRecord['sends'], sends: Replayed['sends']): string | undefined {
  const text = ({ step, destination }: Replayed['sends'][number]): string => `${step} to ${destination}`;
  const [then, now] = [lived.map(text), sends.map(text)];
  const index = then.findIndex((one, at) => one !== now[at]);
  if (index < 0 && then.length === now.length) return undefined;
  const at = index < 0 ? then.length : index;
  return `Send ${at + 1} was ${then[at] ?? 'none'}, and now is ${now[at] ?? 'none'}.`;
}

function partedAtEnd(then: RunRecord['end'], now: RunRecord['end']): string | undefined {
  const text = ({ status, step, reason }: RunRecord['end']): string =>
    `${status} at ${step}${reason === undefined ? '' : `: ${reason}`}`;
  return text(then) === text(now) ? undefined : `The run was ${text(then)}, and now is ${text(now)}.`;
}
