import { z } from 'zod';
import { Path } from '../definition-fields.schema';

/** Starts with a letter or digit, so that no step is named like a part of the language. */
export const StepId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, { error: 'Name a step with 1 to 64 letters, digits, "-" or "_".' });

/** A constant, or a value read from a path of the run. */
export const ValueOrFrom = z.union([z.strictObject({ from: Path }), z.json()]);
