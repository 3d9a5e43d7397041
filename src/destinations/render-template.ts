import { Liquid, type Template } from 'liquidjs';
import type { JsonObject } from '../domain/json';

/** The longest template, in characters. */
export const templateLimit = 8_192;
const renderedLimit = 65_536;

// Templates come from users: they see own properties only, no files, and stop early. A name that is not there is an
// error unless it meets `default` or `if`, because "Hi ," in somebody's inbox is worse than a rejected delivery.
const liquid = new Liquid({
  ownPropertyOnly: true,
  strictVariables: true,
  lenientIf: true,
  strictFilters: true,
  relativeReference: false,
  dynamicPartials: false,
  templates: {},
  timezoneOffset: 0,
  parseLimit: templateLimit,
  renderLimit: 100,
  memoryLimit: 200_000,
});

export type Rendered = { readonly text: string } | { readonly problem: string };

/** What keeps a text from being a template, or `undefined`. */
export function findTemplateProblem(text: string): string | undefined {
  const parsed = parse(text);
  return 'problem' in parsed ? parsed.problem : undefined;
}

/** Renders with `traits`, `computed`, `identifiers`, `event`, `entry` and `steps`. The problem names variables, never their values. */
export function renderTemplate(text: string, facts: JsonObject): Rendered {
  const parsed = parse(text);
  if ('problem' in parsed) return parsed;
  try {
    const rendered: unknown = liquid.renderSync(parsed.template, facts);
    const result = typeof rendered === 'string' ? rendered : '';
    if (result.length > renderedLimit) return { problem: `The template gives more than ${renderedLimit} characters.` };
    return { text: result };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

/** The paths of the variables a template reads, as far as they can be told without rendering it. */
export function templatePaths(text: string): (readonly unknown[])[] {
  const parsed = parse(text);
  return 'problem' in parsed ? [] : liquid.globalVariableSegmentsSync(parsed.template);
}

function parse(text: string): { readonly template: Template[] } | { readonly problem: string } {
  try {
    return { template: liquid.parse(text) };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

function problemOf(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const missing = /undefined variable: ([\w.[\]-]{1,100})/.exec(message);
  if (missing) return `"${missing[1]}" is not there; give it a default: {{ ${missing[1]} | default: "…" }}.`;
  if (/limit exceeded/.test(message)) return 'The template takes too long, or makes too much text.';
  const filter = /undefined filter: ([\w-]{1,50})/.exec(message);
  if (filter) return `There is no filter "${filter[1]}".`;
  return 'The template is no valid Liquid; check its braces, tags and quotes.';
}
