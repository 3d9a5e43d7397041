import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import { traffic } from '../traffic';

const connections = 4;
const batchSize = 5_000;

/** Sends large batches over several connections for as long as it runs, and waits as long as it is told to when it is refused. */
async function main([url = '', writeKey = '']: readonly string[]): Promise<void> {
  const pool = new Pool(url, { connections });
  const events = traffic(batchSize, 1_000);
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${writeKey}` };
  const lane = async () => {
    for (;;) {
      const body = JSON.stringify({ batch: events.map((event) => ({ messageId: randomUUID(), ...event })) });
      const answer = await pool.request({ method: 'POST', path: '/v1/batch', headers, body });
      await answer.body.dump();
      if (answer.statusCode === 429 || answer.statusCode === 503) await new Promise((done) => setTimeout(done, 1_000));
      else if (answer.statusCode !== 200) throw new Error(`The flood was answered ${answer.statusCode}.`);
    }
  };
  await Promise.all(Array.from({ length: connections }, lane));
}

void main(process.argv.slice(2));
