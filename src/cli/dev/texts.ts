import type { DevFile } from '../../local/dev-file';

/** Where everything is. */
export function addresses(dev: DevFile): string {
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['API', dev.api],
    ['Temporal UI', dev.temporalUi],
    ['Temporal', dev.temporalAddress],
    ['MongoDB', dev.mongodbUri],
    ['Logs', dev.logs.join(', ')],
    ['Workspace', dev.workspace],
    ['Public key', dev.publicKey],
    ['Secret key', dev.secretKey],
    ['API key', dev.apiKey],
  ];
  return lines.flatMap(([name, value]) => (value ? [`  ${name.padEnd(12)}${value}`] : [])).join('\n');
}

/** One event that starts a journey, and what comes of it. */
export function invitation({ api, secretKey }: DevFile): string {
  return [
    'Try it: an order of 80 starts the journey "thank-you", whose webhook arrives here five seconds later.',
    '',
    `  curl ${api}/v1/track -u ${secretKey}: -H 'content-type: application/json' \\`,
    `    -d '{ "userId": "ada", "event": "Order Completed", "properties": { "order_id": "o1", "revenue": 80 } }'`,
    '',
  ].join('\n');
}

export const pressToStop = 'Ctrl-C stops everything; the next start is warm and goes on with the same data.';
