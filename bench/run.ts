import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { findStore, type StoreKind } from '../src/local/binaries';
import { LocalError } from '../src/local/local-error';
import { acceptBatches, acceptLarge, acceptSingles } from './accept';
import { apply } from './apply';
import { audiences } from './audiences';
import { backFill } from './back-fill';
import type { Bench, BenchOptions } from './bench';
import { decide } from './decide';
import { due } from './due';
import { enrollments } from './enrollments';
import { firstRequest } from './first-request';
import { funnel } from './funnel';
import { lateness } from './lateness';
import { lookup } from './lookup';
import { membership } from './membership';
import { memory } from './memory';
import { merge } from './merge';
import { textOf } from './report';
import { preview } from './preview';
import { resolution } from './resolution';
import { noisy } from './noisy';
import { importRows } from './import';
import { openRig } from './rig';
import { rules } from './rules';
import { scale } from './scale';
import { sleeping } from './sleeping';
import { validate } from './validate';

const benches: Readonly<Record<string, Bench>> = {
  rules,
  validate,
  'accept-batches': acceptBatches,
  'accept-singles': acceptSingles,
  'accept-large': acceptLarge,
  noisy,
  apply,
  audiences,
  'back-fill': backFill,
  due,
  'first-request': firstRequest,
  enrollments,
  sleeping,
  lateness,
  memory,
  funnel,
  scale,
  import: importRows,
  membership,
  merge,
  lookup,
  decide,
  resolution,
  preview,
};
const stores: readonly StoreKind[] = ['secantusd-rs', 'secantusd-py', 'mongod'];

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      store: { type: 'string' },
      sleepers: { type: 'string', default: '2000' },
      enrollments: { type: 'string', default: '8000' },
      due: { type: 'string', default: '2000' },
      rows: { type: 'string', default: '1000000' },
      stored: { type: 'string', default: '100000' },
      profiles: { type: 'string', default: '100000' },
      batch: { type: 'string', default: '10000' },
    },
  });
  const chosen = positionals.length > 0 ? positionals : Object.keys(benches);
  const unknown = chosen.find((name) => !benches[name]);
  if (unknown !== undefined)
    throw new LocalError(`There is no bench "${unknown}"; there are ${Object.keys(benches).join(', ')}.`);
  await runAll(
    chosen,
    {
      sleepers: countOf('sleepers', values.sleepers),
      enrollments: countOf('enrollments', values.enrollments),
      dueAtOnce: countOf('due', values.due),
      importRows: countOf('rows', values.rows),
      storedEvents: countOf('stored', values.stored),
      profiles: countOf('profiles', values.profiles),
      batchEvents: countOf('batch', values.batch),
    },
    storeOf(values.store),
    values.json ?? false,
  );
}

async function runAll(
  names: readonly string[],
  options: BenchOptions,
  store: StoreKind | undefined,
  isJson: boolean,
): Promise<void> {
  const rig = await openRig(store);
  const say = (text: string, value: object) =>
    process.stdout.write(isJson ? `${JSON.stringify(value)}\n` : `${text}\n`);
  const machine = {
    store: rig.mongo.kind,
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void rig.stop().finally(() => process.exit(1)));
  try {
    say(`${machine.store}, Node ${machine.node}, ${machine.cores} × ${machine.cpu}\n`, machine);
    for (const name of names) {
      const began = performance.now();
      const results = (await benches[name]?.(rig, options)) ?? [];
      await rig.clear();
      for (const result of results) say(textOf(result), result);
      const seconds = Math.round((performance.now() - began) / 1_000);
      say(`  (${name} took ${seconds} s)\n`, { bench: name, seconds });
    }
  } finally {
    await rig.stop();
  }
}

function storeOf(name: string | undefined): StoreKind | undefined {
  // A store built for speed is the one to quote, where it is.
  if (name === undefined) return rustStore();
  const found = stores.find((store) => store === name);
  if (found) return found;
  throw new LocalError(`--store must be one of ${stores.join(', ')}; it is "${name}".`);
}

function rustStore(): StoreKind | undefined {
  try {
    return findStore('secantusd-rs').kind;
  } catch {
    return undefined; // then the first that is found
  }
}

function countOf(name: string, text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new LocalError(`--${name} must be a whole number from 1 to 9999999.`);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const text = error instanceof LocalError ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`bench: ${text}\n`);
    process.exit(1);
  },
);
