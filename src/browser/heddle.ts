import { decideWithinMs, nobody, type Decision } from './decide';
import { Tracker, type Asking, type Options } from './tracker';

/** Calls that the page made before this script was there: a name and its arguments, in order. */
type Stub = readonly (readonly [string, ...unknown[]])[];
type Api = Record<string, (...args: never[]) => unknown>;

const calls = ['identify', 'track', 'page', 'group', 'alias', 'reset', 'consent'] as const;

/** Takes the place of the page's stub, and carries out what it has gathered. */
function start(page: { heddle?: Stub | Api }): void {
  const { heddle } = page;
  const waiting: [string, ...unknown[]][] = Array.isArray(heddle) ? [...(heddle as Stub)].map((call) => [...call]) : [];
  if (heddle && !Array.isArray(heddle)) return;
  let tracker: Tracker | undefined;
  const run = (name: string, args: readonly unknown[]): void => {
    if (tracker) (tracker as unknown as Record<string, (...given: unknown[]) => void>)[name]?.(...args);
    else waiting.push([name, ...args]);
  };
  const load = (writeKey: string, options: Options): void => {
    if (tracker) return;
    tracker = new Tracker(writeKey, options);
    for (const [name, ...args] of waiting.splice(0)) run(name, args);
  };
  const api = Object.fromEntries(calls.map((name) => [name, (...args: unknown[]) => run(name, args)]));
  const decide = (asking?: Asking): Promise<Decision> =>
    new Promise((done) => {
      setTimeout(done, decideWithinMs, nobody);
      run('decide', [asking, done]);
    });
  page.heddle = { ...api, decide, load } as Api;
  const at = waiting.findIndex(([name]) => name === 'load');
  if (at === -1) return;
  const [[, ...args] = []] = waiting.splice(at, 1);
  load(...(args as [string, Options]));
}

start(window as { heddle?: Stub | Api });
