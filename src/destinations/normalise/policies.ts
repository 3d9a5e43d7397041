import * as clean from './fields';
import type { Clean } from './fields';

export const fields = ['email', 'phone', 'first_name', 'last_name', 'country', 'postcode', 'device_id'] as const;
export type Field = (typeof fields)[number];

/** How a vendor wants one field: its form, and whether the form is hashed. */
export interface Policy {
  readonly clean: Clean;
  readonly isHashed: boolean;
}

const plain = (rule: Clean): Policy => ({ clean: rule, isHashed: false });
const hashed = (rule: Clean): Policy => ({ clean: rule, isHashed: true });

/**
 * One row per field and vendor, from the vendors' formatting pages (read in 2026): Google Data Manager "Format user data",
 * Meta "Customer file custom audiences, hashing", TikTok "Customer file", LinkedIn "DMP segments". A missing field is one the
 * vendor does not take. `crm` is the plain form that mailers and CRM systems expect.
 */
export const policies = {
  google: {
    email: hashed(clean.googleEmail),
    phone: hashed(clean.e164),
    first_name: hashed(clean.googleName),
    last_name: hashed(clean.googleName),
    country: plain(clean.country),
    postcode: plain(clean.plain),
    device_id: plain(clean.plain),
  },
  meta: {
    email: hashed(clean.lowerEmail),
    phone: hashed(clean.phoneDigits),
    first_name: hashed(clean.name),
    last_name: hashed(clean.name),
    country: hashed(clean.lowerCountry),
    postcode: hashed(clean.metaPostcode),
    device_id: plain(clean.lower),
  },
  tiktok: { email: hashed(clean.lowerEmail), phone: hashed(clean.e164), device_id: hashed(clean.lower) },
  linkedin: {
    email: hashed(clean.lowerEmail),
    first_name: plain(clean.plain),
    last_name: plain(clean.plain),
    country: plain(clean.plain),
    device_id: plain(clean.plain),
  },
  crm: {
    email: plain(clean.email),
    phone: plain(clean.e164),
    first_name: plain(clean.plain),
    last_name: plain(clean.plain),
    country: plain(clean.plain),
    postcode: plain(clean.plain),
    device_id: plain(clean.plain),
  },
} as const satisfies Readonly<Record<string, Partial<Record<Field, Policy>>>>;

export type Vendor = keyof typeof policies;
