/** The five fields of a cron expression, with the numbers each may hold. Sunday is 0 or 7. */
const fields = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of the month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12 },
  { name: 'day of the week', from: 0, to: 7 },
] as const;

/** Why a text is no cron expression of five fields in numbers; `undefined` when it is one. */
export function findCronProblem(text: string): string | undefined {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== fields.length)
    return 'Write five fields: minute, hour, day of the month, month, day of the week, such as "0 3 * * 1".';
  const wrong = fields.find((field, at) => !(parts[at] ?? '').split(',').every((part) => isInside(part, field)));
  return (
    wrong &&
    `The ${wrong.name} is "*", a number from ${wrong.from} to ${wrong.to}, a range or a list, each with "/step" if need be.`
  );
}

/** A star, a number or a range, and a step after a slash. */
function isInside(part: string, { from, to }: { readonly from: number; readonly to: number }): boolean {
  const found = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
  if (!found) return false;
  const [first, last, step] = found.slice(1).map((number) => (number === undefined ? undefined : Number(number)));
  const isOrdered = first === undefined || (first >= from && (last ?? first) >= first && (last ?? first) <= to);
  return isOrdered && (step === undefined || (step >= 1 && step <= to));
}
