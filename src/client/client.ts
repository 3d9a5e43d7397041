import { audiencesOf } from './audiences';
import { auditOf } from './audit';
import { catalogueOf } from './catalogue';
import { computedTraitsOf } from './computed-traits';
import { deadLettersOf } from './dead-letters';
import { decideOf } from './decide';
import { definitionsOf } from './definitions';
import { deliveriesOf } from './deliveries';
import { destinationsOf } from './destinations';
import { enrollmentsOf } from './enrollments';
import { eventsOf } from './events';
import { groupsOf, householdsOf } from './groups';
import { identityOf } from './identity';
import { impactOf } from './impact';
import { importsOf } from './imports';
import { journeysOf } from './journeys';
import { operationsOf } from './operations';
import { privacyOf } from './privacy';
import { profilesOf } from './profiles';
import { purposesOf } from './purposes';
import { schemasOf } from './schemas';
import { sendingOf } from './sending';
import { sourcesOf } from './sources';
import { suppressionsOf } from './suppressions';
import { trackingPlansOf } from './tracking-plans';
import { createTransport, type ClientOptions } from './transport';
import { keysOf, workspacesOf } from './workspaces';

export type Client = ReturnType<typeof createClient>;

/**
 * The HTTP API, typed, in Node and in browsers. Methods throw HeddleError when the server refuses and UnreachableError when
 * nothing answers; what may safely be repeated is, when the server is busy.
 */
export function createClient(options: ClientOptions) {
  const transport = createTransport(options);
  return {
    url: options.url,
    events: eventsOf(transport, options),
    deadLetters: deadLettersOf(transport),
    profiles: profilesOf(transport),
    audit: auditOf(transport),
    audiences: audiencesOf(transport),
    computedTraits: computedTraitsOf(transport),
    definitions: definitionsOf(transport),
    decide: decideOf(transport),
    journeys: journeysOf(transport),
    enrollments: enrollmentsOf(transport),
    destinations: destinationsOf(transport),
    deliveries: deliveriesOf(transport),
    households: householdsOf(transport),
    accounts: groupsOf(transport, 'accounts'),
    identity: identityOf(transport),
    impact: impactOf(transport),
    imports: importsOf(transport),
    operations: operationsOf(transport),
    privacy: privacyOf(transport),
    schemas: schemasOf(transport),
    sending: sendingOf(transport),
    sources: sourcesOf(transport),
    purposes: purposesOf(transport),
    suppressions: suppressionsOf(transport),
    trackingPlans: trackingPlansOf(transport),
    catalogue: catalogueOf(transport),
    workspaces: workspacesOf(transport),
    keys: keysOf(transport),
  };
}
