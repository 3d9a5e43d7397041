const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** Two columns wide: East Asian wide and full-width forms (Unicode TR 11, main blocks), and emoji. */
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;
/** What could move the cursor, break the line or turn the direction of text: profiles hold whatever senders sent. */
const unprintable = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;
const gap = '  ';
const narrowest = 6;

/** One line without control characters. */
export const plain = (text: string): string => text.replace(unprintable, ' ');

export function widthOf(text: string): number {
  return [...graphemes.segment(text)].reduce((sum, { segment }) => sum + (wide.test(segment) ? 2 : 1), 0);
}

/** Aligned columns under their headers; figures to the right. Cells are cut with `…` where the terminal is too narrow. */
export function table(
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  terminalWidth = Infinity,
): string {
  const lines = [headers, ...rows].map((row) => headers.map((_, column) => plain(row[column] ?? '')));
  const isFigures = headers.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^[\d.,]*%?$/.test(row[column] ?? '')),
  );
  const widths = fit(
    headers.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? '')))),
    terminalWidth,
  );
  const printed = lines.map((line) =>
    line
      .map((cell, column) => align(cut(cell, widths[column] ?? 0), widths[column] ?? 0, isFigures[column] ?? false))
      .join(gap),
  );
  return printed.map((line) => `${line.trimEnd()}\n`).join('');
}

/** Narrows the widest column until all fit, none below `narrowest`. */
function fit(widths: readonly number[], available: number): number[] {
  const fitted = [...widths];
  const total = () => fitted.reduce((sum, width) => sum + width, 0) + gap.length * (fitted.length - 1);
  for (let widest = Math.max(...fitted); total() > available && widest > narrowest; widest = Math.max(...fitted)) {
    fitted[fitted.indexOf(widest)] = widest - 1;
  }
  return fitted;
}

function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  for (const { segment } of graphemes.segment(text)) {
    if (widthOf(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

function align(text: string, width: number, isFigure: boolean): string {
  const padding = ' '.repeat(Math.max(width - widthOf(text), 0));
  return isFigure ? padding + text : text + padding;
}
