/** What a test would have asked a destination, without the headers, which carry secrets, and without the secrets of the rest. */
export interface SandboxRequest {
  readonly method: string;
  readonly url: string;
  readonly body: string;
}

/** Longer bodies are cut: a destination takes few that are. */
const longestBody = 20_000;
const hidden = '•••';

/** A request as it is kept. Whatever of it is a secret of the destination is not. */
export function toSandbox({ method, url, body }: SandboxRequest, secrets: unknown): SandboxRequest {
  const texts = textsIn(secrets);
  const hide = (text: string): string => texts.reduce((left, secret) => left.replaceAll(secret, hidden), text);
  return { method, url: hide(url), body: hide(body).slice(0, longestBody) };
}

/** As they are written in a body, in JSON and in an address. */
function textsIn(secrets: unknown): string[] {
  if (typeof secrets === 'string')
    return secrets === '' ? [] : [secrets, JSON.stringify(secrets).slice(1, -1), encodeURIComponent(secrets)];
  if (typeof secrets !== 'object' || secrets === null) return [];
  return Object.values(secrets).flatMap(textsIn);
}
