import type { Enrollment } from '../../domain/journeys/enrollment';
import type { JourneySend, SendAnswer } from './journey-sender';
import type { AnswerKind } from './send-cases.testsuite';

/** A destination that answers as a case has it, and keeps what it was asked. */
export class ScriptedDestination {
  /** With the run as it stood when that attempt had last looked. */
  readonly asked: { readonly request: JourneySend; readonly seen: Enrollment | undefined }[] = [];
  readonly arrivals: JourneySend[] = [];
  readonly #answers: AnswerKind[];
  readonly #refused = new Set<string>();

  constructor(answers: readonly AnswerKind[]) {
    this.#answers = [...answers];
  }

  /** By their keys, as often as each did. */
  get arrived(): string[] {
    return this.arrivals.map(({ idempotencyKey }) => idempotencyKey);
  }

  send(request: JourneySend, seen: Enrollment | undefined): SendAnswer {
    this.asked.push({ request, seen });
    const answer = this.#answerTo(request.idempotencyKey);
    if (answer === 'ok' || answer === 'arrived') this.arrivals.push(request);
    if (answer === 'arrived' || answer === 'lost') return { kind: 'unclear', code: 'timeout' };
    return { kind: answer, code: answer };
  }

  /** What was refused once is refused again, and what has arrived is refused no more. */
  #answerTo(key: string): AnswerKind {
    const answer = this.#refused.has(key) ? 'invalid' : (this.#answers.shift() ?? 'ok');
    if (answer !== 'invalid') return answer;
    if (this.arrived.includes(key)) return 'ok';
    this.#refused.add(key);
    return answer;
  }
}
