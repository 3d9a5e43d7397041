import { isUtf8 } from 'node:buffer';
import type { z } from 'zod';
import type { Json } from '../domain/json';
import { TopicMapping } from './event-mapping.schema';
import { mapMessage, type Message } from './map-message';
import type { SigningSecrets } from './signature';
import type { InboundRequest, Received, Receiver, SourceContext } from './source';

/** Why a request is not from whom it should be. */
export type Doubt = 'unsigned' | 'stale';

/** A tool that signs JSON and says what it tells by topics. */
interface WebhookTool<Settings> {
  readonly name: string;
  verify(request: InboundRequest, context: SourceContext<Settings, SigningSecrets>): Doubt | undefined;
  /** What the body tells; `undefined` when it is nothing that the tool sends. */
  read(body: Json, request: InboundRequest): readonly Message[] | undefined;
  /** What messages become, unless the source's own settings say otherwise. */
  readonly topics: z.input<typeof TopicMapping>;
}

/** Verify over the exact bytes, read, map: the same for every such tool. */
export function receiverOf<Settings extends { readonly mapping: TopicMapping }>(
  tool: WebhookTool<Settings>,
): Receiver<Settings, SigningSecrets> {
  const topics = TopicMapping.parse(tool.topics);
  return {
    receive(request, context): Received {
      const doubt = tool.verify(request, context);
      if (doubt) return { verdict: 'refused', status: 401, ...doubts[doubt] };
      const body = parse(request.body);
      const messages = body === undefined ? undefined : tool.read(body, request);
      if (!messages) return { verdict: 'refused', status: 400, ...unreadable(tool.name) };
      const tables = [context.settings.mapping, topics];
      const events = messages.flatMap((message) => mapMessage(message, tables));
      if (events.length <= context.mostEvents) return { verdict: 'accepted', events };
      return { verdict: 'refused', status: 413, ...tooMany(events.length, context.mostEvents) };
    },
  };
}

const doubts = {
  unsigned: { code: 'invalid-signature', message: 'The signature is missing or not of this body and secret.' },
  stale: { code: 'stale-timestamp', message: 'The signed time is more than five minutes away.' },
} as const;

const unreadable = (name: string) => ({ code: 'invalid-body', message: `The body is not what ${name} sends.` });

const tooMany = (count: number, most: number) => ({
  code: 'too-large',
  message: `The body makes ${count} events; send at most ${most} with one request.`,
});

function parse(bytes: Buffer): Json | undefined {
  // Lenient decoding would take two different ids for one.
  if (!isUtf8(bytes)) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8')) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
