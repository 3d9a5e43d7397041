/** A name for one event, made before it is first sent: sent twice, it still counts once. Works in pages without TLS too. */
export function makeMessageId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `heddle-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
