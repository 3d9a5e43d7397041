import type { SandboxRequest } from '../../domain/delivery/sandbox';
import type { SendResult } from '../../domain/delivery/item-result';
import type { EnrollmentId, WorkspaceId } from '../../domain/ids';
import type { JsonObject } from '../../domain/json';
import type { StepOf } from '../../domain/journeys/journey.schema';
import type { Profile } from '../../domain/profiles/profile';

/** One journey send, as a destination's plan needs it. */
export interface JourneySend {
  readonly ws: WorkspaceId;
  readonly idempotencyKey: string;
  readonly journey: string;
  readonly version: number;
  readonly step: string;
  readonly enrollment: EnrollmentId;
  readonly profile: Profile;
  readonly definition: StepOf<'send'>;
  /** What mappings read besides the profile: `entry`, `steps`. */
  readonly run: JsonObject;
  /** When the step was reached: the same for every attempt, so that the body is too. */
  readonly arrivedAt: number;
}

/** How one attempt ended; `code` holds no value of a person. */
export type SendAnswer = Omit<SendResult, 'index' | 'message'>;

/** What would leave, or why nothing can; `code` holds no value of a person. */
export type WouldSend = { readonly request: SandboxRequest } | { readonly code: string };

/** How a destination stands before a send. */
export interface DestinationState {
  readonly state: 'ready' | 'paused' | 'disabled' | 'unknown';
  /** Whether it does once what it gets twice under one idempotency key. */
  readonly hasDedup: boolean;
  /** What a send there needs consent for, unless the journey says. */
  readonly purpose?: string;
  /** Of the action that was asked about. */
  readonly channel?: string;
}

/** What journeys need of destinations. */
export interface JourneySender {
  state(ws: WorkspaceId, destination: string, action?: string): Promise<DestinationState>;
  /** Whether the destination would take it for this person: they have what the mapping asks for, and an identifier that it knows. */
  reaches(request: JourneySend): Promise<boolean>;
  /** What `send` would ask the destination; nothing leaves. */
  rehearse(request: JourneySend): Promise<WouldSend>;
  send(request: JourneySend): Promise<SendAnswer>;
  /** Nothing more goes there until somebody has put the credentials right. */
  pause(ws: WorkspaceId, destination: string, reason: string): Promise<void>;
}
