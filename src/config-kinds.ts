import { isIP } from 'node:net';
import { z } from 'zod';

/** How a variable's text is read: what a good value is, in words that complete "must be …", and the reading itself. */
export interface Kind<Value> {
  readonly expected: string;
  readonly read: (text: string) => Value | undefined;
}

export const text: Kind<string> = { expected: 'text', read: (value) => value };

export const wholeNumber = (min: number, max: number): Kind<number> => ({
  expected: `a whole number from ${min} to ${max}`,
  read: (value) =>
    /^\d{1,15}$/.test(value) && Number(value) >= min && Number(value) <= max ? Number(value) : undefined,
});

export const oneOf = <Choice extends string>(...choices: readonly Choice[]): Kind<Choice> => ({
  expected: `one of ${choices.join(', ')}`,
  read: (value) => choices.find((choice) => choice === value),
});

export const url = (...schemes: readonly string[]): Kind<string> => ({
  expected: `an address beginning with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
  read: (value) => (schemes.some((scheme) => value.startsWith(`${scheme}://`)) ? value : undefined),
});

export const listOf = <Item>(item: Kind<Item>): Kind<readonly Item[]> => ({
  expected: `a comma-separated list, each ${item.expected}`,
  read: (value) => {
    const items = value.split(',').map((part) => item.read(part.trim()));
    return items.every((each) => each !== undefined) ? items : undefined;
  },
});

export const key32: Kind<Buffer> = {
  expected: '32 random bytes in base64 (make one with `openssl rand -base64 32`)',
  read: (value) => {
    const bytes = Buffer.from(value, 'base64');
    return bytes.length === 32 && /^[\w+/-]{43}=?$/.test(value) ? bytes : undefined;
  },
};

export const secret: Kind<string> = {
  expected: 'a secret of at least 24 characters',
  read: (value) => (value.length >= 24 ? value : undefined),
};

export const target: Kind<string> = {
  expected: 'a host, host:port, address or CIDR block',
  read: (value) => (/^[\w.:[\]-]+(\/\d{1,3})?$/.test(value) ? value : undefined),
};

export const network: Kind<string> = {
  expected: 'an IP address or CIDR block, or one of loopback, linklocal and uniquelocal',
  read: (value) => {
    const [address = '', bits, ...more] = value.split('/');
    if (['loopback', 'linklocal', 'uniquelocal'].includes(value)) return value;
    const isPrefix = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIP(address) === 4 ? 32 : 128));
    return isIP(address) !== 0 && isPrefix && more.length === 0 ? value : undefined;
  },
};

/** A folder and whose it is; without `ws`, each workspace's own are below it. */
export interface SourceFolder {
  readonly path: string;
  readonly ws?: string;
}

export const sourceFolder: Kind<SourceFolder> = {
  expected: 'an absolute path, or workspace=path',
  read: (value) => {
    const [, ws, path] = /^(?:(ws_\w{1,64})=)?(\/[^\0]*)$/.exec(value) ?? [];
    if (path === undefined) return undefined;
    return ws === undefined ? { path } : { path, ws };
  },
};

export const temporalAddress: Kind<string> = {
  expected: 'host:port',
  read: (value) => (/^\[?[\w.:-]+\]?:\d{1,5}$/.test(value) ? value : undefined),
};

const variable = <Value>({ expected, read }: Kind<Value>) =>
  z.string({ error: expected }).transform((value, context): Value => {
    const parsed = read(value);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
export const required = <Value>(kind: Kind<Value>, description: string) =>
  variable(kind).meta({ description, expected: kind.expected });
export const optional = <Value>(kind: Kind<Value>, description: string) =>
  variable(kind).optional().meta({ description, expected: kind.expected });
export const defaulted = <Value>(kind: Kind<Value>, unlessSet: string, description: string) =>
  variable(kind).prefault(unlessSet).meta({ description, expected: kind.expected, unlessSet });

export const bytes = (most: number): Kind<number> => wholeNumber(1_024, most);
