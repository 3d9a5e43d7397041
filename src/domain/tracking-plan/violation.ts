/** What becomes of an event that is not as planned, mildest first. */
const severity = ['flag', 'quarantine', 'reject'] as const;
export type ViolationAction = (typeof severity)[number];

/** One way in which an event is not as planned. `message` names the field, the kind of its value and the remedy, never the value. */
export interface Violation {
  readonly code:
    'unplanned_event' | 'unplanned_property' | 'missing_property' | 'wrong_type' | 'value_not_allowed' | 'wrong_form';
  /** JSON pointer into the event. */
  readonly path: string;
  readonly message: string;
  readonly action: ViolationAction;
}

/** The hardest that any violation asks for; undefined when there is none. */
export function actionOf(violations: readonly Violation[]): ViolationAction | undefined {
  return severity.findLast((action) => violations.some((violation) => violation.action === action));
}
