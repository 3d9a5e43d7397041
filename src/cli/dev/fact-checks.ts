import type { Client } from '../../client/client';
import { readAudienceFacts } from './demo-files';
import type { HistoryPart } from './history-part';
import { readFacts } from './sample-data';

/** A figure known from the data by other means, and what Heddle makes of the same question. */
export interface FactCheck {
  readonly audience: string;
  readonly fact: string;
  readonly found: number;
  readonly expected: number;
}

/**
 * Previews audiences as of the end of the history, from stored events, and puts each beside the published figure: those whose
 * fact holds in the loaded part. A sample has none.
 */
export async function checkFacts(client: Client, asOf: number, part: HistoryPart): Promise<readonly FactCheck[]> {
  if (part.kind === 'sample') return [];
  const facts = readFacts();
  const checks: FactCheck[] = [];
  const hold = readAudienceFacts().filter((fact) => fact.of === undefined || part.kind === 'all');
  for (const { audience, fact } of hold) {
    const { count: found } = await client.audiences.preview(audience, { asOf: new Date(asOf).toISOString() });
    checks.push({ audience, fact, found, expected: Number(facts.get(fact)) });
  }
  return checks;
}
