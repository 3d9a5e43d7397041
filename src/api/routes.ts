import { attachmentRoutes } from './audiences/attachment-routes';
import { auditRoutes } from './audit/routes';
import { changeRoutes } from './audiences/changes/change-routes';
import { explainRoutes } from './audiences/explain-routes';
import { audienceKeepingRoutes } from './audiences/keeping-routes';
import { audienceMemberRoutes } from './audiences/members/member-routes';
import { audienceRoutes } from './audiences/routes';
import { audienceVersionRoutes } from './audiences/version-routes';
import { browserIdRoutes } from './browser-id/routes';
import { browserScriptRoutes } from './browser-script/routes';
import { catalogueRoutes } from './catalogue/routes';
import { computedTraitRoutes } from './computed-traits/routes';
import { deadLetterRoutes } from './dead-letters/routes';
import { decideRoutes } from './decide/routes';
import { deliveryRoutes } from './deliveries/routes';
import { destinationRoutes } from './destinations/routes';
import { recordRoutes } from './enrollments/record-routes';
import { enrollmentRoutes } from './enrollments/routes';
import { groupPolicyRoutes } from './groups/policy-routes';
import { groupRoutes } from './groups/routes';
import { healthRoutes } from './health/routes';
import { quarantineRoutes } from './identity/quarantine-routes';
import { identityRoutes } from './identity/routes';
import { impactRoutes } from './impact/routes';
import { cloudEventRoutes } from './ingest/cloud-event-routes';
import { importRoutes } from './imports/routes';
import { ga4Routes } from './ingest/ga4-routes';
import { ingestRoutes } from './ingest/routes';
import { vocabularyRoutes } from './ingest/vocabulary-routes';
import { journeyChangeRoutes } from './journeys/change-routes';
import { testRoutes } from './journeys/test-routes';
import { enrolRoutes } from './journeys/enrol-routes';
import { journeyRoutes } from './journeys/routes';
import { simulateRoutes } from './journeys/simulate-routes';
import { keyRoutes } from './keys/routes';
import { operationRoutes } from './operations/routes';
import { privacyRoutes } from './privacy/routes';
import { consentRoutes } from './profiles/consent-routes';
import { graphRoutes } from './profiles/graph-routes';
import { mergeRoutes } from './profiles/merge-routes';
import { profileRoutes } from './profiles/routes';
import { purposeRoutes } from './purposes/routes';
import type { Route } from './route';
import { schemaRoutes } from './schemas/routes';
import { sendingRoutes } from './sending/routes';
import { pullRoutes } from './sources/pull-routes';
import { sourceRoutes } from './sources/routes';
import { suppressionRoutes } from './suppressions/routes';
import { webhookRoutes } from './webhooks/routes';
import { trackingPlanRoutes } from './tracking-plans/routes';
import { workspaceRoutes } from './workspaces/routes';

/** Every route of the product. Each resource adds its line. */
export const routes: readonly Route[] = [
  ...healthRoutes,
  ...schemaRoutes,
  ...ingestRoutes,
  ...browserIdRoutes,
  ...decideRoutes,
  ...vocabularyRoutes,
  ...cloudEventRoutes,
  ...browserScriptRoutes,
  ...ga4Routes,
  ...workspaceRoutes,
  ...keyRoutes,
  ...auditRoutes,
  ...profileRoutes,
  ...mergeRoutes,
  ...graphRoutes,
  ...privacyRoutes,
  ...identityRoutes,
  ...quarantineRoutes,
  ...groupRoutes,
  ...groupPolicyRoutes,
  ...audienceRoutes,
  ...computedTraitRoutes,
  ...changeRoutes,
  ...explainRoutes,
  ...audienceVersionRoutes,
  ...audienceMemberRoutes,
  ...audienceKeepingRoutes,
  ...attachmentRoutes,
  ...destinationRoutes,
  ...journeyRoutes,
  ...journeyChangeRoutes,
  ...simulateRoutes,
  ...enrolRoutes,
  ...testRoutes,
  ...enrollmentRoutes,
  ...recordRoutes,
  ...sendingRoutes,
  ...deliveryRoutes,
  ...deadLetterRoutes,
  ...impactRoutes,
  ...operationRoutes,
  ...importRoutes,
  ...sourceRoutes,
  ...webhookRoutes,
  ...consentRoutes,
  ...purposeRoutes,
  ...suppressionRoutes,
  ...trackingPlanRoutes,
  ...catalogueRoutes,
  ...pullRoutes,
];
