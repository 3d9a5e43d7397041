/** The first fields of one CSV record (RFC 4180), at most `most`. Quotes inside a field that does not begin with one are text. */
export function splitRecord(text: string, delimiter: string, most: number): string[] {
  if (!text.includes('"')) return text.split(delimiter, most);
  const fields: string[] = [];
  let at = 0;
  while (at <= text.length && fields.length < most) {
    const isQuoted = text[at] === '"';
    const close = isQuoted ? closingQuote(text, at) : at;
    const next = text.indexOf(delimiter, isQuoted ? close + 1 : at);
    const end = next === -1 ? text.length : next;
    fields.push(isQuoted ? text.slice(at + 1, close).replaceAll('""', '"') : text.slice(at, end));
    at = end + 1;
  }
  return fields;
}

function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from + 1);
  while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at === -1 ? text.length : at;
}
