import { join } from 'node:path';
import { localDir } from '../../local/binaries';
import { freePort } from '../../local/free-port';
import { readJsonFile, writeJsonFile } from '../../local/json-file';
import { startMetaTwin } from '../../twins/meta-twin';
import { startWebhookTwin, type ReceivedMessage } from '../../twins/webhook-twin';
import { figure } from '../figure';
import type { DemoDefinitions } from './demo-files';

/** The two vendors of the demo, played by this process on loopback. */
export interface Twins {
  /** The demo's destinations, pointed at the twins. */
  fit(definitions: DemoDefinitions): DemoDefinitions;
  /** What a destination's vendor has received since this start; empty for nothing. */
  atVendor(destination: string): string;
  /** From now on, a line for every journey message that arrives. */
  announce(): void;
  stop(): Promise<void>;
}

const accessToken = 'demo-access-token';
const ports = { crm: 9900, meta: 9901 };
const lookEveryMs = 250;

/** Ids of the audiences that Heddle has made at the fake Meta: after a restart it must still know them. */
const audiencesFile = () => join(localDir(), 'meta-twin.json');

export async function startTwins(signingSecret: string, say: (line: string) => void): Promise<Twins> {
  const crm = await startWebhookTwin({ secret: signingSecret, port: await freePort(ports.crm) });
  const audiences = (readJsonFile(audiencesFile()) ?? []) as readonly string[];
  const meta = await startMetaTwin({ accessToken, audiences, port: await freePort(ports.meta) });

  let announced = Number.POSITIVE_INFINITY;
  let kept = audiences.length;
  const look = setInterval(() => {
    for (; announced < crm.messages.length; announced += 1) announceOne(crm.messages[announced], say);
    if (meta.audienceIds().length > kept) writeJsonFile(audiencesFile(), meta.audienceIds());
    kept = meta.audienceIds().length;
  }, lookEveryMs);

  return {
    fit: (definitions) => fit(definitions, crm.hook, signingSecret, meta.url),
    atVendor: (destination) => {
      if (destination === 'crm') return crmLine(crm.messages.length, crm.distinctIds().size, crm.complaints.length);
      const held = meta.audienceIds().map((id) => meta.membersOf(id).length);
      return held.some((size) => size > 0) ? `Meta's twin holds ${held.map(figure).join(' + ')} hashed e-mails` : '';
    },
    announce: () => void (announced = crm.messages.length),
    stop: async () => {
      clearInterval(look);
      await Promise.all([crm.close(), meta.close()]);
    },
  };
}

function crmLine(messages: number, distinct: number, refused: number): string {
  if (messages + refused === 0) return '';
  const complaint = refused > 0 ? `, ${figure(refused)} refused` : '';
  return `the CRM's twin got ${figure(messages)} signed messages for ${figure(distinct)} deliveries${complaint}`;
}

/** Names the run, and the person by the ids the sender chose, which in the demo are nobody's. */
function announceOne(message: ReceivedMessage | undefined, say: (line: string) => void): void {
  if (message?.type !== 'journey.send') return;
  const { journey, step, profile, payload } = message.data;
  const { user_id: user, anonymous_id: visitor } = profile.identifiers;
  say(`webhook received: ${journey} / ${step} for ${user ?? visitor ?? profile.id} ${JSON.stringify(payload)}`);
}

function fit(definitions: DemoDefinitions, url: string, signingSecret: string, apiBase: string): DemoDefinitions {
  const destinations = definitions.destinations.map((destination) =>
    destination.type === 'webhook'
      ? { ...destination, settings: { ...destination.settings, url }, secrets: { signingSecret } }
      : { ...destination, settings: { ...destination.settings, apiBase }, secrets: { accessToken } },
  );
  return { ...definitions, destinations };
}
