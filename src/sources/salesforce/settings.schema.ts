import { z } from 'zod';
import { Duration } from '../../domain/definition-fields.schema';
import { pulledFields } from '../pulled-settings.schema';

/** Names are written into queries as they stand: nothing else may be in them. */
const ApiName = z
  .string()
  .max(255)
  .regex(/^[A-Za-z]\w*$/, { error: 'Write an API name such as "Contact" or "Tier__c".' });
const FieldPath = z
  .string()
  .max(255)
  .regex(/^[A-Za-z]\w*(\.[A-Za-z]\w*){0,5}$/, { error: 'Write a field such as "Email" or "Account.Name".' });
const Origin = z.url({ protocol: /^https?$/ }).refine((text) => URL.canParse(text) && new URL(text).pathname === '/', {
  error: 'Write the address of My Domain, such as "https://acme.my.salesforce.com".',
});

export const SalesforceSettings = z.strictObject({
  ...pulledFields,
  /** My Domain: the client credentials flow has no other address. */
  loginUrl: Origin,
  object: ApiName,
  fields: z.array(FieldPath).min(1).max(300),
  /** Fields that have these values, all of them. */
  where: z.record(FieldPath, z.union([z.string().max(255), z.number(), z.boolean(), z.null()])).default({}),
  timeout: Duration.default('60s'),
  maxPageBytes: z.int().min(1_024).max(67_108_864).default(4_194_304),
});
export type SalesforceSettings = z.output<typeof SalesforceSettings>;

const Secret = z.string().min(1).max(4_096);
export const SalesforceSecrets = z.strictObject({ clientId: Secret, clientSecret: Secret });
export type SalesforceSecrets = z.output<typeof SalesforceSecrets>;
