import { z } from 'zod';
import { TopicMapping } from './event-mapping.schema';

/** Settings of every tool that sends by topics. */
export const webhookSettings = {
  /** By topic: in place of what the tool's messages become by themselves. An empty list passes a topic over. */
  mapping: TopicMapping.default({}),
};

export const WebhookSettings = z.strictObject(webhookSettings);
