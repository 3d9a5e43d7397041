import { z } from 'zod';
import type { ReadinessCheck } from '../deps';
import { defineOpenRoute } from '../route';

const checkWithinMs = 2_000;
const State = z.strictObject({
  status: z.enum(['ready', 'not ready']),
  checks: z.record(z.string(), z.enum(['ok', 'failed'])),
});

export const healthRoutes = [
  defineOpenRoute({
    method: 'get',
    path: '/healthz',
    door: 'open',
    summary: 'Whether the process runs',
    responses: { 200: z.strictObject({ status: z.literal('ok') }) },
    handle: async () => ({ status: 200, body: { status: 'ok' as const } }),
  }),
  defineOpenRoute({
    method: 'get',
    path: '/readyz',
    door: 'open',
    summary: 'Whether the process can serve: the database answers',
    responses: { 200: State, 503: State },
    handle: async ({ deps }) => {
      const results = await Promise.all(deps.checks.map(async (one) => [one.name, await passes(one)] as const));
      const isReady = results.every(([, isOk]) => isOk);
      const checks = Object.fromEntries(
        results.map(([name, isOk]) => [name, isOk ? ('ok' as const) : ('failed' as const)]),
      );
      if (isReady) return { status: 200, body: { status: 'ready' as const, checks } };
      return { status: 503, body: { status: 'not ready' as const, checks }, headers: { 'Retry-After': '2' } };
    },
  }),
  defineOpenRoute({
    method: 'get',
    path: '/metrics',
    door: 'open',
    summary: 'Figures for Prometheus',
    responses: { 200: z.string() },
    handle: async ({ deps }) => ({
      status: 200,
      body: await deps.metrics.metrics(),
      headers: { 'Content-Type': deps.metrics.contentType },
    }),
  }),
];

async function passes({ check }: ReadinessCheck): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), checkWithinMs);
  });
  const answer = check().then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
