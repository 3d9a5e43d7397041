import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { createDeliveryMetrics } from '../src/activities/delivery/delivery-metrics';
import { createIntakeMetrics } from '../src/activities/intake-metrics';
import { createWorkMetrics } from '../src/activities/work-metrics';
import { createApp } from '../src/api/app';
import type { ApiDeps } from '../src/api/deps';
import { createGauges } from '../src/api/impact/gauges';
import type { Store } from '../src/store/store';
import { testLimits } from '../src/testing/test-api';

const page = readFileSync(join(__dirname, '../docs/operations/monitoring.md'), 'utf8');
const named = (text: string) => new Set(text.match(/\bheddle_\w+/g));
const partOf = (title: string) => page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';

/** The names a process registers before anything has happened. */
async function namesOf(register: (registry: Registry) => unknown): Promise<Set<string>> {
  const registry = new Registry();
  register(registry);
  return new Set(registry.getMetricsAsArray().map(({ name }) => name));
}

const api = (metrics: Registry) => {
  const store = { keys: {}, events: {} } as unknown as Store;
  return createApp({ store, limits: testLimits, metrics, gauges: createGauges(store) } as unknown as ApiDeps);
};
const worker = (registry: Registry) => {
  createIntakeMetrics(registry);
  createWorkMetrics(registry);
  createDeliveryMetrics(registry);
};

describe('docs/operations/monitoring.md', () => {
  it.each([
    ['the API', 'Figures of the API', api],
    ['workers', 'Figures of workers', worker],
  ])('has a row for every figure of %s, and none that there is not', async (_who, title, register) => {
    const rows = partOf(title)
      .split('\n')
      .filter((line) => line.startsWith('|'));
    expect(named(rows.map((row) => row.split('|')[1] ?? '').join('\n'))).toEqual(await namesOf(register));
  });

  it('wakes nobody by a figure that there is not', async () => {
    const known = new Set([...(await namesOf(api)), ...(await namesOf(worker))]);
    const used = [...named(partOf('What to wake somebody for'))];
    expect(used.filter((name) => !known.has(name.replace(/_(bucket|sum|count)$/, '')))).toEqual([]);
  });
});
