import { defineSearchAttributeKey } from '@temporalio/common';

/** Names that processes outside the workflow sandbox use. Nothing here touches the workflow runtime. */
export const enrollmentWorkflow = 'enrollment';
export const wakeSignal = 'wake';

/** What the Temporal UI filters by; set once, at the start. */
export const searchAttributes = {
  workspace: defineSearchAttributeKey('HeddleWorkspace', 'KEYWORD'),
  journey: defineSearchAttributeKey('HeddleJourney', 'KEYWORD'),
  version: defineSearchAttributeKey('HeddleVersion', 'INT'),
  /** A keyed hash of the profile id: the same for all runs of a person, and nothing about them. */
  profile: defineSearchAttributeKey('HeddleProfile', 'KEYWORD'),
  entry: defineSearchAttributeKey('HeddleEntry', 'KEYWORD'),
} as const;
