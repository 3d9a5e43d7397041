import { causeOf, failed, ok, type Check } from './check';

/** Whether the API answers and says that it is ready. */
export async function checkApi(url: string): Promise<Check> {
  try {
    const response = await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(3_000) });
    const answer = (await response.json().catch(() => undefined)) as { checks?: Record<string, string> } | undefined;
    if (!answer?.checks) {
      return failed('api', `something else answers at ${url}`, 'Stop what listens there, or choose another PORT.');
    }
    const bad = Object.entries(answer.checks).filter(([, state]) => state !== 'ok');
    if (bad.length === 0) return ok('api', `ready at ${url}`);
    return failed(
      'api',
      `not ready at ${url}: ${bad.map(([name]) => name).join(', ')}`,
      'See the check of that server.',
    );
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return failed(
      'api',
      `${causeOf(cause)} at ${url}`,
      'Start the API (`heddle dev`, or `node dist/api/main.js`), or set HEDDLE_URL.',
    );
  }
}
