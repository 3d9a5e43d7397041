import type { z } from 'zod';
import type { DuplicateBody } from '../api/audiences/keeping-routes';
import type { ChangedMembersBody } from '../api/audiences/members/member-routes';
import type { ExplanationBody } from '../api/audiences/explain-routes';
import type { ChangeBody } from '../api/audiences/changes/change-presenter';
import type { AudienceVersionBody } from '../api/audiences/version-routes';
import type { AttachmentBody, AudienceBody, MemberBody, NextBody, SizeBody } from '../api/audiences/presenter';
import type { CatalogueDetailBody, CatalogueEventBody } from '../api/catalogue/presenter';
import type { DeadLetterBody, LetterCountBody } from '../api/dead-letters/presenter';
import type { DecisionBody } from '../api/decide/routes';
import type { DeliveryBody } from '../api/deliveries/presenter';
import type { DestinationBody } from '../api/destinations/presenter';
import type { RecordBody } from '../api/enrollments/record-routes';
import type { RunRecord } from '../domain/journeys/run-record';
import type { EnrollmentBody, EnrollmentDetail } from '../api/enrollments/presenter';
import type { GroupBody, GroupDetailBody, GroupMemberBody } from '../api/groups/presenter';
import type { StartedBody, StoppedBody } from '../api/sending/routes';
import type { SendingPolicy } from '../domain/delivery/sending-policy.schema';
import type { GroupPolicy } from '../domain/groups/group-policy.schema';
import type * as impact from '../api/impact/schemas';
import type { ExperimentBody } from '../api/journeys/experiment-report';
import type {
  ChangedBody,
  DraftBody,
  EnrollingBody,
  ShownBody,
  PublishPreviewBody,
  VersionBody,
} from '../api/journeys/presenter';
import type { KeyBody, NewKeyBody } from '../api/keys/presenter';
import type { ImportBody, PreviewBody } from '../api/imports/presenter';
import type { OperationBody } from '../api/operations/presenter';
import type { IdentityPolicy } from '../domain/identity/identity-policy.schema';
import type { QuarantinedBody, QuarantiningBody } from '../api/identity/quarantine-routes';
import type { ViolationBody } from '../api/identity/routes';
import type { RetentionBody } from '../api/privacy/retention';
import type { ConsentRecordBody, ConsentStateBody } from '../api/profiles/consent-presenter';
import type { AuditBody } from '../api/audit/routes';
import type { InsightsBody } from '../api/identity/insights';
import type { GraphBody } from '../api/profiles/graph-routes';
import type { MergeOutcomeBody } from '../api/profiles/merge-routes';
import type { PurposeBody } from '../api/purposes/presenter';
import type { SuppressionBody } from '../api/suppressions/presenter';
import type { SourceBody, VolumeBody } from '../api/sources/presenter';
import type { PullBody, SampleBody } from '../api/sources/pull-presenter';
import type { ComputedTraitBody } from '../api/computed-traits/presenter';
import type { EventBody, IdentifierBody, MergeBody, ProfileBody, StayBody, TraitBody } from '../api/profiles/presenter';
import type { CheckBody, PlanBody } from '../api/tracking-plans/presenter';
import type * as client from './types';

/** A body after its way as JSON: what was undefined is absent. */
type Wire<T> = T extends readonly (infer Item)[]
  ? readonly Wire<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Wire<Exclude<T[Key], undefined>> }
    : T;
type Sent<Schema extends z.ZodType> = Wire<z.output<Schema>>;

/** Compiles only when what the API sends is what the client says, and the client knows every field of it. */
type Agrees<Api, Client> = [Api, keyof Api] extends [Client, keyof Client]
  ? 'agrees'
  : { readonly api: Api; readonly client: Client };
/** Rules and definitions are one type on both sides, and too deep to compare. */
type Shallow<T, Key extends string> = Omit<T, Key>;

const agreements: {
  audience: Agrees<
    Shallow<Sent<typeof AudienceBody>, 'rule' | 'variables' | 'next'>,
    Shallow<client.StoredAudience, 'rule' | 'variables' | 'next'>
  >;
  nextAudience: Agrees<
    Shallow<Sent<typeof NextBody>, 'rule' | 'variables'>,
    Shallow<client.NextAudience, 'rule' | 'variables'>
  >;
  changedMembers: Agrees<Sent<typeof ChangedMembersBody>, client.ChangedMembers>;
  duplicated: Agrees<
    Shallow<Sent<typeof DuplicateBody>, 'audience' | 'operation'>,
    Shallow<client.DuplicatedAudience, 'audience' | 'operation'>
  >;
  member: Agrees<Sent<typeof MemberBody>, client.Member>;
  size: Agrees<Sent<typeof SizeBody>, client.AudienceSize>;
  audienceChange: Agrees<Sent<typeof ChangeBody>, client.AudienceChange>;
  audienceVersion: Agrees<
    Shallow<Sent<typeof AudienceVersionBody>, 'rule' | 'variables' | 'changes'>,
    Shallow<client.AudienceVersion, 'rule' | 'variables' | 'changes'>
  >;
  explanation: Agrees<Shallow<Sent<typeof ExplanationBody>, 'parts'>, Shallow<client.Explanation, 'parts'>>;
  attachment: Agrees<Sent<typeof AttachmentBody>, client.Attachment>;
  decision: Agrees<
    Shallow<Sent<typeof DecisionBody>, 'variables' | 'slots'>,
    Shallow<client.Decision, 'variables' | 'slots'>
  >;
  delivery: Agrees<Sent<typeof DeliveryBody>, client.Delivery>;
  destination: Agrees<Shallow<Sent<typeof DestinationBody>, 'settings'>, Shallow<client.Destination, 'settings'>>;
  enrollment: Agrees<Sent<typeof EnrollmentBody>, client.Enrollment>;
  enrollmentDetail: Agrees<Sent<typeof EnrollmentDetail>, client.EnrollmentDetail>;
  runRecord: Agrees<
    Shallow<Sent<typeof RecordBody>, 'definition' | 'audiences' | 'events' | 'sending'>,
    Shallow<RunRecord, 'definition' | 'audiences' | 'events' | 'sending'>
  >;
  journey: Agrees<Shallow<Sent<typeof ShownBody>, 'draft'>, Shallow<client.ShownJourney, 'draft'>>;
  experiment: Agrees<
    Shallow<Sent<typeof ExperimentBody>, 'variants' | 'decided'>,
    Shallow<client.ExperimentReport, 'variants' | 'decided'>
  >;
  draft: Agrees<Shallow<Sent<typeof DraftBody>, 'draft'>, Shallow<client.SavedDraft, 'draft'>>;
  changedJourney: Agrees<Shallow<Sent<typeof ChangedBody>, 'draft'>, Shallow<client.ChangedJourney, 'draft'>>;
  enrollingJourney: Agrees<Shallow<Sent<typeof EnrollingBody>, 'draft'>, Shallow<client.EnrollingJourney, 'draft'>>;
  publishPreview: Agrees<Sent<typeof PublishPreviewBody>, client.PublishPreview>;
  version: Agrees<Shallow<Sent<typeof VersionBody>, 'definition'>, Shallow<client.JourneyVersion, 'definition'>>;
  key: Agrees<Sent<typeof KeyBody>, client.Key>;
  newKey: Agrees<Sent<typeof NewKeyBody>, client.NewKey>;
  computedTrait: Agrees<Shallow<Sent<typeof ComputedTraitBody>, 'value'>, Shallow<client.ComputedTrait, 'value'>>;
  profile: Agrees<
    Shallow<Sent<typeof ProfileBody>, 'traits' | 'computed'>,
    Shallow<client.Profile, 'traits' | 'computed'>
  >;
  identifier: Agrees<Sent<typeof IdentifierBody>, client.KnownIdentifier>;
  merge: Agrees<Sent<typeof MergeBody>, client.Merge>;
  mergeOutcome: Agrees<Sent<typeof MergeOutcomeBody>, client.MergeOutcome>;
  auditEntry: Agrees<Sent<typeof AuditBody>, client.AuditEntry>;
  graph: Agrees<Sent<typeof GraphBody>, client.IdentityGraph>;
  insights: Agrees<Sent<typeof InsightsBody>, client.IdentityInsights>;
  traitRow: Agrees<Shallow<Sent<typeof TraitBody>, 'value'>, Shallow<client.TraitRow, 'value'>>;
  stay: Agrees<Sent<typeof StayBody>, client.ProfileAudience>;
  event: Agrees<
    Shallow<Sent<typeof EventBody>, 'properties' | 'traits' | 'context'>,
    Shallow<client.StoredEvent, 'properties' | 'traits' | 'context'>
  >;
  deadLetter: Agrees<Sent<typeof DeadLetterBody>, client.DeadLetter>;
  deadLetterCount: Agrees<Sent<typeof LetterCountBody>, client.DeadLetterCount>;
  operation: Agrees<Shallow<Sent<typeof OperationBody>, 'result'>, Shallow<client.Operation, 'result'>>;
  import: Agrees<Shallow<Sent<typeof ImportBody>, 'mapping'>, Shallow<client.Import, 'mapping'>>;
  previewRow: Agrees<Shallow<Sent<typeof PreviewBody>, 'event'>, Shallow<client.PreviewRow, 'event'>>;
  retention: Agrees<Sent<typeof RetentionBody>, client.Retention>;
  identityPolicy: Agrees<Sent<typeof IdentityPolicy>, client.IdentityPolicy>;
  quarantined: Agrees<Sent<typeof QuarantinedBody>, client.QuarantinedIdentifier>;
  quarantining: Agrees<Sent<typeof QuarantiningBody>, client.Quarantining>;
  identityViolation: Agrees<Sent<typeof ViolationBody>, client.IdentityViolation>;
  group: Agrees<Shallow<Sent<typeof GroupBody>, 'traits'>, Shallow<client.Group, 'traits'>>;
  groupDetail: Agrees<Shallow<Sent<typeof GroupDetailBody>, 'traits'>, Shallow<client.GroupDetail, 'traits'>>;
  groupMember: Agrees<Sent<typeof GroupMemberBody>, client.GroupMember>;
  groupPolicy: Agrees<Sent<typeof GroupPolicy>, client.GroupPolicy>;
  sendingPolicy: Agrees<Sent<typeof SendingPolicy>, client.SendingPolicy>;
  stoppedSends: Agrees<Sent<typeof StoppedBody>, client.StoppedSends>;
  startedSends: Agrees<Sent<typeof StartedBody>, client.StartedSends>;
  source: Agrees<Shallow<Sent<typeof SourceBody>, 'settings'>, Shallow<client.Source, 'settings'>>;
  purpose: Agrees<Sent<typeof PurposeBody>, client.Purpose>;
  consentState: Agrees<Sent<typeof ConsentStateBody>, client.ConsentState>;
  consentRecord: Agrees<Shallow<Sent<typeof ConsentRecordBody>, 'proof'>, Shallow<client.ConsentRecord, 'proof'>>;
  suppression: Agrees<Sent<typeof SuppressionBody>, client.Suppression>;
  volume: Agrees<Sent<typeof VolumeBody>, client.SourceVolume>;
  trackingPlan: Agrees<Shallow<Sent<typeof PlanBody>, 'events'>, Shallow<client.StoredTrackingPlan, 'events'>>;
  planCheck: Agrees<Sent<typeof CheckBody>['data'][number], client.PlanCheck>;
  catalogueEvent: Agrees<Sent<typeof CatalogueEventBody>, client.CatalogueEvent>;
  catalogueDetail: Agrees<Sent<typeof CatalogueDetailBody>, client.CatalogueDetail>;
  sourcePull: Agrees<Shallow<Sent<typeof PullBody>, 'cursor'>, Shallow<client.SourcePull, 'cursor'>>;
  sourceTest: Agrees<Shallow<Sent<typeof SampleBody>, 'rows'>, Shallow<client.SourceTest, 'rows'>>;
  destinationImpact: Agrees<Sent<typeof impact.DestinationImpact>, client.DestinationImpact>;
  funnel: Agrees<Shallow<Sent<typeof impact.JourneyFunnel>, 'holdout'>, Shallow<client.JourneyFunnel, 'holdout'>>;
  journeyImpact: Agrees<
    Shallow<Sent<typeof impact.JourneyImpact>, 'holdout'>,
    Shallow<client.JourneyImpact, 'holdout'>
  >;
  audienceImpact: Agrees<Sent<typeof impact.AudienceImpact>, client.AudienceImpact>;
  overview: Agrees<Sent<typeof impact.ImpactOverview>, client.ImpactOverview>;
} = {
  audience: 'agrees',
  nextAudience: 'agrees',
  changedMembers: 'agrees',
  duplicated: 'agrees',
  member: 'agrees',
  size: 'agrees',
  audienceChange: 'agrees',
  audienceVersion: 'agrees',
  explanation: 'agrees',
  attachment: 'agrees',
  decision: 'agrees',
  delivery: 'agrees',
  destination: 'agrees',
  enrollment: 'agrees',
  enrollmentDetail: 'agrees',
  runRecord: 'agrees',
  journey: 'agrees',
  experiment: 'agrees',
  draft: 'agrees',
  changedJourney: 'agrees',
  enrollingJourney: 'agrees',
  publishPreview: 'agrees',
  version: 'agrees',
  key: 'agrees',
  newKey: 'agrees',
  computedTrait: 'agrees',
  profile: 'agrees',
  identifier: 'agrees',
  merge: 'agrees',
  mergeOutcome: 'agrees',
  auditEntry: 'agrees',
  graph: 'agrees',
  insights: 'agrees',
  traitRow: 'agrees',
  stay: 'agrees',
  event: 'agrees',
  deadLetter: 'agrees',
  deadLetterCount: 'agrees',
  operation: 'agrees',
  import: 'agrees',
  previewRow: 'agrees',
  retention: 'agrees',
  identityPolicy: 'agrees',
  quarantined: 'agrees',
  quarantining: 'agrees',
  identityViolation: 'agrees',
  group: 'agrees',
  groupDetail: 'agrees',
  groupMember: 'agrees',
  groupPolicy: 'agrees',
  sendingPolicy: 'agrees',
  stoppedSends: 'agrees',
  startedSends: 'agrees',
  source: 'agrees',
  purpose: 'agrees',
  consentState: 'agrees',
  consentRecord: 'agrees',
  suppression: 'agrees',
  volume: 'agrees',
  trackingPlan: 'agrees',
  planCheck: 'agrees',
  catalogueEvent: 'agrees',
  catalogueDetail: 'agrees',
  sourcePull: 'agrees',
  sourceTest: 'agrees',
  destinationImpact: 'agrees',
  funnel: 'agrees',
  journeyImpact: 'agrees',
  audienceImpact: 'agrees',
  overview: 'agrees',
};

describe('the types of the client', () => {
  it.each(Object.entries(agreements))('of %s agree with what the API sends: the compiler checks', (_, agreement) => {
    expect(agreement).toBe('agrees');
  });
});
