import type { Step, StepOf } from './journey.schema';
import type { Move, Standing } from './move';
import type { StepKind, StepPart } from './step-kind';
import { audience } from './steps/audience';
import { branch } from './steps/branch';
import { emit } from './steps/emit';
import { enroll } from './steps/enroll';
import { exit } from './steps/exit';
import { personalise } from './steps/personalise';
import { send } from './steps/send';
import { split } from './steps/split';
import { update } from './steps/update';
import { wait } from './steps/wait';
import { waitFor } from './steps/wait-for';

type Type = Step['type'];

const kinds: { readonly [Name in Type]: StepKind<StepOf<Name>> } = {
  wait,
  'wait-for': waitFor,
  branch,
  split,
  send,
  personalise,
  update,
  emit,
  audience,
  enroll,
  exit,
};

export const takeStep = (step: Step, standing: Standing): Move => stepKindOf(step).take(step, standing);
export const stepParts = (step: Step): StepPart[] => stepKindOf(step).parts(step);

function stepKindOf<Name extends Type>(step: StepOf<Name> & { readonly type: Name }): StepKind<StepOf<Name>> {
  return kinds[step.type];
}
