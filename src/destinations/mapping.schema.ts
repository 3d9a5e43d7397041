import { z } from 'zod';
import { Name, Path, Zone } from '../domain/definition-fields.schema';
import { findTemplateProblem, templateLimit } from './render-template';

const Country = z
  .string()
  .regex(/^[A-Z]{2}$/, { error: 'Write a country as two capital letters, such as "DE" (ISO 3166-1 alpha-2).' });

/** Transforms without options. */
export const plainTransforms = [
  'number',
  'string',
  'lower',
  'upper',
  'trim',
  'sha256',
  'country',
  'phone',
  'json',
] as const;

/** One link of a chain; each takes what the one before it gave. */
export const Transform = z.union(
  [
    z.enum(plainTransforms),
    z.strictObject({ round: z.int().min(0).max(10) }),
    /** `date`: Luxon tokens, or `iso`, `seconds`, `milliseconds`. */
    z.strictObject({ date: z.string().min(1).max(64), zone: Zone.optional() }),
    /** `phone`: the country of numbers written without one. */
    z.strictObject({ phone: z.strictObject({ country: Country }) }),
    /** `get`: a path into the value, which may be JSON text. */
    z.strictObject({ get: Path }),
  ],
  {
    error: `Write one of ${plainTransforms.join(', ')}, { "round": digits }, { "date": format, "zone"? }, { "phone": { "country" } } or { "get": path }.`,
  },
);
const Chain = z.array(Transform).min(1).max(10);

export const FromPath = z.strictObject({ from: Path, transform: Chain.optional(), default: z.json().optional() });
export const FromTemplate = z.strictObject({
  template: z
    .string()
    .max(templateLimit)
    .superRefine((text, context) => {
      const problem = findTemplateProblem(text);
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    }),
  transform: Chain.optional(),
  default: z.json().optional(),
});
export const Constant = z.strictObject({ constant: z.json() });

const reserved = ['from', 'template', 'constant'] as const;
export type Transform = z.infer<typeof Transform>;
export type FromPath = z.infer<typeof FromPath>;
export type FromTemplate = z.infer<typeof FromTemplate>;
export type Constant = z.infer<typeof Constant>;
/** A constant, something read or rendered, or an object or list of these. */
export type MappingValue =
  | string
  | number
  | boolean
  | null
  | FromPath
  | FromTemplate
  | Constant
  | MappingValue[]
  | { [name: string]: MappingValue };

const isExpression = (value: object): boolean => reserved.some((name) => Object.hasOwn(value, name));
const Nested = z
  .record(
    Name,
    z.lazy(() => MappingValue),
  )
  .refine((value) => !isExpression(value), {
    error: 'An object with "from", "template" or "constant" has nothing else.',
  });

export const MappingValue: z.ZodType<MappingValue> = z.union(
  [
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
    FromPath,
    FromTemplate,
    Constant,
    z.array(z.lazy(() => MappingValue)),
    Nested,
  ],
  {
    error:
      'Write a constant, { "from": path, "transform"?, "default"? }, { "template": Liquid text, "transform"?, "default"? } or { "constant": any JSON }, or an object or list of these.',
  },
);

/** Facts → payload, as data. What is asked for must be there, unless it has a `default`. */
export const Mapping = z
  .record(Name, MappingValue)
  .refine((fields) => Object.keys(fields).length <= 200, { error: 'A mapping has at most 200 fields.' });
export type Mapping = z.infer<typeof Mapping>;

export const isConstant = (value: object): value is Constant => Object.hasOwn(value, 'constant');
export const isFromPath = (value: object): value is FromPath => Object.hasOwn(value, 'from');
export const isFromTemplate = (value: object): value is FromTemplate => Object.hasOwn(value, 'template');
