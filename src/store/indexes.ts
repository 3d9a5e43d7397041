import type { Db, IndexDescription } from 'mongodb';

/**
 * Only documents that have the field. A comparison rather than `$exists`: every question with a value of the field implies it, and
 * not every database sees that such a question implies `$exists`.
 */
const withText = (field: string) => ({ partialFilterExpression: { [field]: { $gt: '' } } });
const withNumber = (field: string) => ({ partialFilterExpression: { [field]: { $gte: 0 } } });

/** Every index of the product, in one list: read it to know which questions are cheap. */
export const indexes: Readonly<Record<string, readonly IndexDescription[]>> = {
  events: [
    {
      key: { pending: 1, lane: -1, receivedAt: 1, n: 1 },
      name: 'pending',
      ...withText('pending'),
    },
    { key: { pendingKeys: 1 }, name: 'pendingKeys', sparse: true },
    { key: { deadKeys: 1 }, name: 'deadKeys', sparse: true },
    {
      key: { expireAt: 1 },
      name: 'expireAt',
      partialFilterExpression: { expireAt: { $exists: true } },
      expireAfterSeconds: 0,
    },
    {
      key: { subject: 1, occurredAt: 1, _id: 1 },
      name: 'history',
      ...withText('subject'),
    },
    {
      key: { blockedUnder: 1, receivedAt: -1, _id: -1 },
      name: 'blocked',
      ...withText('blockedUnder'),
    },
    { key: { waitKey: 1, seq: 1 }, name: 'waitKey', ...withText('waitKey') },
    {
      key: { rememberedFor: 1 },
      name: 'rememberedFor',
      sparse: true,
    },
  ],
  identifiers: [
    { key: { ws: 1, erasedAt: 1 }, name: 'erased', ...withNumber('erasedAt') },
    {
      key: { ws: 1, quarantinedAt: -1, _id: -1 },
      name: 'quarantined',
      ...withNumber('quarantinedAt'),
    },
  ],
  profiles: [
    {
      key: { nextCheckAt: 1, slot: 1 },
      name: 'due',
      ...withNumber('nextCheckAt'),
    },
    { key: { ws: 1, rulesetVersion: 1 }, name: 'rulesetVersion' },
    { key: { isTest: 1, _id: 1 }, name: 'isTest', partialFilterExpression: { isTest: true } },
    { key: { exposedTo: 1 }, name: 'exposedTo', ...withText('exposedTo') },
    { key: { differs: 1, _id: 1, rulesetVersion: 1 }, name: 'differs', ...withText('differs') },
  ],
  groupMembers: [
    { key: { group: 1, _id: 1 }, name: 'group' },
    { key: { group: 1, since: 1, _id: 1 }, name: 'joined' },
  ],
  memberships: [
    { key: { memberOf: 1, _id: 1 }, name: 'memberOf', ...withText('memberOf') },
    { key: { heldOutOf: 1, _id: 1 }, name: 'heldOutOf', ...withText('heldOutOf') },
    { key: { subject: 1 }, name: 'subject' },
    { key: { ws: 1, audience: 1, enteredAt: 1 }, name: 'history' },
    {
      key: { ws: 1, audience: 1, exitedAt: 1 },
      name: 'exits',
      ...withNumber('exitedAt'),
    },
    { key: { enteredWaitKey: 1 }, name: 'enteredWaitKey' },
    { key: { exitedWaitKey: 1 }, name: 'exitedWaitKey', sparse: true },
    { key: { unplaced: 1 }, name: 'unplaced', ...withText('unplaced') },
    { key: { enteredPlace: 1 }, name: 'enteredPlace', ...withText('enteredPlace') },
    { key: { exitedPlace: 1 }, name: 'exitedPlace', ...withText('exitedPlace') },
  ],
  merges: [
    { key: { ws: 1, survivor: 1 }, name: 'survivor' },
    { key: { ws: 1, absorbed: 1 }, name: 'absorbed' },
    { key: { ws: 1, at: -1 }, name: 'at' },
  ],
  audit: [
    { key: { ws: 1, at: -1, _id: -1 }, name: 'at' },
    { key: { ws: 1, key: 1, at: -1, _id: -1 }, name: 'key' },
    {
      key: { ws: 1, profile: 1, at: -1, _id: -1 },
      name: 'profile',
      ...withText('profile'),
    },
  ],
  keys: [{ key: { sha256: 1 }, name: 'sha256', unique: true }],
  audiences: [{ key: { ws: 1, key: 1 }, name: 'key' }],
  audienceVersions: [{ key: { of: 1, version: -1 }, name: 'of' }],
  attachments: [{ key: { ws: 1, audience: 1, destination: 1 }, name: 'pair' }],
  destinations: [{ key: { ws: 1, key: 1 }, name: 'key' }],
  sources: [{ key: { ws: 1, key: 1 }, name: 'key' }],
  journeys: [{ key: { ws: 1, key: 1 }, name: 'key' }],
  computedTraits: [{ key: { ws: 1, key: 1 }, name: 'key' }],
  experiments: [{ key: { ws: 1 }, name: 'ws' }],
  purposes: [{ key: { ws: 1, key: 1 }, name: 'key' }],
  consentRecords: [{ key: { subject: 1, at: -1 }, name: 'subject' }],
  suppressions: [
    { key: { identifier: 1 }, name: 'identifier' },
    { key: { ws: 1, at: -1 }, name: 'at' },
    { key: { ws: 1, id: 1 }, name: 'id' },
  ],
  enrollments: [
    { key: { subject: 1, openUntil: 1 }, name: 'subject' },
    {
      key: { householdSubject: 1, openUntil: 1 },
      name: 'household',
      ...withText('householdSubject'),
    },
    {
      key: { actorSubject: 1 },
      name: 'actor',
      sparse: true,
    },
    { key: { ws: 1, journey: 1, enteredAt: -1 }, name: 'journey' },
    { key: { ws: 1, journey: 1, endedAt: 1 }, name: 'ended' },
    { key: { ws: 1, journey: 1, endedAt: 1, _id: 1 }, name: 'inside' },
    { key: { status: 1, enteredAt: 1 }, name: 'starting', partialFilterExpression: { status: 'starting' } },
    {
      key: { ws: 1, journey: 1, 'sending.at': 1 },
      name: 'sending',
      ...withNumber('sending.at'),
    },
    { key: { dueAt: 1 }, name: 'dueAt', sparse: true },
    { key: { subject: 1, 'shows.slot': 1 }, name: 'shows', ...withText('shows.slot') },
  ],
  deliveries: [
    { key: { ws: 1, destination: 1, createdAt: -1 }, name: 'destination' },
    { key: { subject: 1, createdAt: -1 }, name: 'subject' },
    { key: { ws: 1, journey: 1, createdAt: -1 }, name: 'journey' },
    { key: { ws: 1, createdAt: -1 }, name: 'createdAt' },
    { key: { ws: 1, reason: 1 }, name: 'held', partialFilterExpression: { status: 'held' } },
  ],
  sendPlaces: [{ key: { expireAt: 1 }, name: 'expireAt', expireAfterSeconds: 0 }],
  householdSends: [
    { key: { subject: 1 }, name: 'subject' },
    { key: { expireAt: 1 }, name: 'expireAt', expireAfterSeconds: 0 },
  ],
  syncMembers: [{ key: { dirty: 1, _id: 1 }, name: 'dirty', ...withText('dirty') }],
  syncUnits: [
    { key: { about: 1 }, name: 'about' },
    { key: { pair: 1 }, name: 'pair' },
  ],
  pullStates: [
    { key: { 'paused.at': 1 }, name: 'paused', sparse: true },
    { key: { 'delayed.at': 1 }, name: 'delayed', sparse: true },
  ],
  operations: [
    { key: { ws: 1, createdAt: -1, _id: -1 }, name: 'createdAt' },
    { key: { updatedAt: 1 }, name: 'running', partialFilterExpression: { status: 'running' } },
  ],
  idempotency: [{ key: { expiresAt: 1 }, name: 'expiresAt', expireAfterSeconds: 0 }],
  imports: [{ key: { expiresAt: 1 }, name: 'expiresAt', expireAfterSeconds: 0 }],
  importChunks: [{ key: { expiresAt: 1 }, name: 'expiresAt', expireAfterSeconds: 0 }],
  importRows: [{ key: { expiresAt: 1 }, name: 'expiresAt', expireAfterSeconds: 0 }],
  exportChunks: [
    { key: { ws: 1, profile: 1 }, name: 'profile' },
    // The database removes files whose time is over.
    { key: { expiresAt: 1 }, name: 'expiresAt', expireAfterSeconds: 0 },
  ],
  outbox: [{ key: { nextAt: 1 }, name: 'nextAt' }],
  deadLetters: [
    { key: { ws: 1, at: -1 }, name: 'at' },
    { key: { ws: 1, messageId: 1 }, name: 'messageId', ...withText('messageId') },
    { key: { naming: 1 }, name: 'naming', sparse: true },
    { key: { expireAt: 1 }, name: 'expireAt', expireAfterSeconds: 0 },
  ],
  sourceHours: [
    { key: { ws: 1, hour: 1 }, name: 'hour' },
    { key: { expireAt: 1 }, name: 'expireAt', expireAfterSeconds: 0 },
  ],
  sourceTests: [{ key: { expiresAt: 1 }, name: 'expiresAt', expireAfterSeconds: 0 }],
  trackingPlans: [{ key: { ws: 1, key: 1 }, name: 'key' }],
};

export async function ensureIndexes(db: Db): Promise<void> {
  for (const [collection, list] of Object.entries(indexes)) await db.collection(collection).createIndexes([...list]);
}
