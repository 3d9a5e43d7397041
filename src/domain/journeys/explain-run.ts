import type { DeliveryStatus } from '../delivery/delivery';
import { own } from '../json';
import { isInside, isSending, type Enrollment } from './enrollment';
import type { JourneyDefinition, Step, StepOf, Trigger } from './journey.schema';
import { instantText } from './move';
import { presentSend } from './steps/send';
import { triggerName } from './steps/wait-for';

/** What a sentence about a run is made of. */
export interface Explained {
  /** Of the run's version; absent where that is gone. */
  readonly definition: JourneyDefinition | undefined;
  readonly run: Enrollment;
  /** What the run sent last, or is about to. */
  readonly delivery?: { readonly step: string; readonly status: DeliveryStatus; readonly reason?: string | undefined };
}

/** Where somebody is in a journey and why, as one sentence: names of the definition and instants, nothing about the person. */
export function explainRun({ definition, run, delivery }: Explained): string {
  if (!isInside(run)) return whyEnded(run, definition);
  const step = definition && own(definition.steps, run.step);
  if (!step) return `is at ${run.step}, which its version does not have`;
  const ofHere = delivery?.step === run.step ? delivery : undefined;
  return whyHere(step, run, ofHere);
}

function whyHere(step: Step, run: Enrollment, delivery: Explained['delivery']): string {
  switch (step.type) {
    case 'wait':
      return `waits ${waitText(step)}${until(run.waitsUntil ?? run.dueAt)}; then ${step.next}`;
    case 'wait-for':
      return `waits for ${step.first.map(({ on, next }) => `${triggerText(on)} (then ${next})`).join(' or ')}${until(run.dueAt)}; then ${step.onTimeout}`;
    case 'send':
      return whyAtSend(step, run, delivery);
    case 'personalise':
      return `shows content in ${step.slot}${until(run.dueAt)}${then(step)}`;
    case 'enroll':
      return step.wait
        ? `waits for the end of its run of ${step.journey}${then(step)}`
        : `begins ${step.journey}${then(step)}`;
    default:
      return `is at ${run.step} (${step.type})${run.waitingFor.length > 0 ? ', and waits for what it has recorded to be applied' : ''}`;
  }
}

const then = ({ next = 'the end' }: { readonly next?: string | undefined }): string => `; then ${next}`;

function waitText({ for: duration, until: date, window }: StepOf<'wait'>): string {
  if (duration !== undefined) return duration;
  if (window !== undefined) return `for the hours from ${window.from} to ${window.to}`;
  if (date === undefined) return '';
  if ('time' in date) return `for ${date.time}${date.days ? ` on ${date.days.join(', ')}` : ''}`;
  return `for ${date.at}${date.offset === undefined ? '' : ` ${date.offset}`}`;
}

function whyAtSend(step: StepOf<'send'>, run: Enrollment, delivery: Explained['delivery']): string {
  const to = `the send to ${presentSend(step, run).destination}`;
  if (run.pause === 'kept') return `is kept before ${to}: the journey is paused, or its turn is yet to come`;
  if (isSending(run)) return `is at ${to}: an attempt is under way, or nobody has heard of it again`;
  if (!delivery) return `is about to make ${to}${until(run.dueAt, '; looks again by')}`;
  const why = delivery.reason === undefined ? '' : ` (${delivery.reason})`;
  const doubt = run.sending ? 'may have arrived, and ' : '';
  return `is at ${to}, which ${doubt}is ${delivery.status}${why}${until(run.dueAt, '; looks again by')}`;
}

const until = (at: number | undefined, word = ' until'): string =>
  at === undefined ? '' : `${word} ${instantText(at)}`;

/** A trigger in words: `Order Completed with cart_id that of the entry`. */
export function triggerText(on: Trigger): string {
  const name = triggerName(on);
  if (!('event' in on)) return name;
  const match = Object.entries(on.match ?? {}).map(([inEvent, inRun]) => `${short(inEvent)} ${ofRun(inEvent, inRun)}`);
  const where = (on.where ?? []).map(({ property, is }) => `${property} ${is.replaceAll('_', ' ')} …`);
  const tests = [...match, ...where];
  return tests.length === 0 ? name : `${name} with ${tests.join(' and ')}`;
}

const short = (path: string): string => path.replace(/^properties\./, '');

function ofRun(inEvent: string, inRun: string): string {
  if (inRun === `entry.${inEvent}`) return 'that of the entry';
  const [, step, path] = /^steps\.([^.]+)\.event\.(.+)$/.exec(inRun) ?? [];
  return step !== undefined && path === inEvent ? `that of ${step}` : `that at ${inRun}`;
}

function whyEnded({ step, status, reason, exitRule, endedAt }: Enrollment, definition: JourneyDefinition | undefined) {
  const rule = exitRule === undefined ? undefined : definition?.exits?.[exitRule];
  const by = rule ? `, by ${triggerText(rule.on)}` : '';
  return `${status} at ${step}${endedAt === undefined ? '' : ` on ${instantText(endedAt)}`}${by}: ${reason ?? status}`;
}
