import { z } from 'zod';
import { isBuiltIn, traitTypes } from './identifier-types';
import { identifierForms } from './normalise';

export const mostOwnTypes = 20;

/** The name of a type, whether or not a workspace has it. */
export const TypeName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, { error: 'A type is named by 1 to 40 of a-z, 0-9 and "_", a letter first.' });

/** Words that stand for something else where a type may be named. */
const reserved = [
  ...['trait', 'property', 'consent', 'event', 'type', 'identifier', 'nothing'],
  ...['from', 'template', 'constant', 'profile', 'constructor'],
];
/** How references to profiles and suppressions begin. */
const beginnings = ['prf_', 'sup_'];

const TypePolicy = z.strictObject({
  /** Whether it names a person, not a browser or device. */
  isKnown: z.boolean().optional(),
  /** Whether one person has one value. */
  isUnique: z.boolean().optional(),
  form: z.enum(identifierForms).optional(),
  ignoreCase: z.boolean().optional(),
});
type TypePolicy = z.output<typeof TypePolicy>;

/** How built-in types are compared, and which types there are beside them. */
export const TypePolicies = z.record(TypeName, TypePolicy).superRefine((policies, context) => {
  const refuse = (path: readonly string[], message: string) =>
    void context.addIssue({ code: 'custom', path: [...path], message });
  for (const [name, policy] of Object.entries(policies)) {
    const fault = isBuiltIn(name) ? builtInFault(name, policy) : ownFault(name, policy);
    if (fault) refuse([name, ...fault.path], fault.message);
  }
  if (Object.keys(policies).filter((name) => !isBuiltIn(name)).length > mostOwnTypes)
    refuse([], `A workspace has at most ${mostOwnTypes} types of its own.`);
});
export type TypePolicies = z.output<typeof TypePolicies>;

interface Fault {
  readonly path: readonly string[];
  readonly message: string;
}

function builtInFault(name: string, policy: TypePolicy): Fault | undefined {
  if (traitTypes.some((type) => type === name))
    return { path: [], message: `${name} has a form of its own; leave it out.` };
  if (policy.isKnown !== undefined)
    return { path: ['isKnown'], message: `${name} is built in, and what it names is fixed; leave isKnown out.` };
  if (policy.isUnique !== undefined)
    return { path: ['isUnique'], message: `${name} is built in; name it under "unique" instead.` };
  return undefined;
}

function ownFault(name: string, { isKnown }: TypePolicy): Fault | undefined {
  if (reserved.includes(name) || beginnings.some((beginning) => name.startsWith(beginning)))
    return { path: [], message: 'The name stands for something else; give the type another one.' };
  if (isKnown === undefined)
    return { path: ['isKnown'], message: 'Say whether the type names a person: true or false.' };
  return undefined;
}
