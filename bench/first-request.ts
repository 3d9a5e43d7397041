import { startWebhookTwin } from '../src/twins/webhook-twin';
import type { Bench } from './bench';
import { median, percentile } from './measure';
import { person, putDefinitions } from './traffic';

const samples = 100;
const secret = 'whsec_YmVuY2htYXJrLXNlY3JldC1vZi0zMi1ieXRlcy0xMjM0NQ==';

/** From sending an event, one at a time, to the request at the destination of the audience that it makes somebody enter. */
export const firstRequest: Bench = async (rig) => {
  const heddle = await rig.start();
  const { client } = await heddle.createTenant();
  const twin = await startWebhookTwin({ secret });
  try {
    await putDefinitions(client);
    await client.audiences.put('probes', { name: 'Probes', rule: { trait: 'probe', is: 'equals', value: true } });
    await client.destinations.put('hook', {
      type: 'webhook',
      name: 'Hook',
      settings: { url: twin.hook },
      secrets: { signingSecret: secret },
    });
    await client.audiences.attach('probes', 'hook', { identifiers: ['user_id'] });
    const waits: number[] = [];
    let read = heddle.meter();
    for (let sample = -5; sample < samples; sample += 1) {
      if (sample === 0) read = heddle.meter();
      const sentAt = Date.now();
      const seen = twin.messages.length;
      await client.events.identify({ ...person(sample + 100), traits: { probe: true } });
      await twin.waitFor(() => twin.messages.length > seen);
      if (sample >= 0) waits.push((twin.messages[seen]?.receivedAt ?? 0) - sentAt);
    }
    const usage = read(samples);
    const unit = 'ms';
    return [
      { name: 'event → destination request, p50', value: median(waits), unit, target: 40 },
      { name: 'event → destination request, p95', value: percentile(waits, 0.95), unit, target: 1_000, usage },
    ];
  } finally {
    await twin.close();
  }
};
