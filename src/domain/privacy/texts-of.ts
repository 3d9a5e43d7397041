/** Strings and numbers of a JSON text, which may be cut. */
export const textsOf = (json: string): string[] =>
  [...json.matchAll(/"(?:[^"\\]|\\[^])*(?:"|\\?$)|-?\d[\d.eE+-]*/g)].map(([text]) => readText(text));

/** Cells of a row of a file, whatever separates them, and the row itself. */
export const cellsOf = (row: string): string[] => [row, ...textsOf(row), ...row.split(/[,;\t|]/)].map(unquoted);

const unquoted = (cell: string): string => cell.trim().replace(/^"|"$/g, '');

function readText(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}
