import { toSourceError } from '../network';
import { SourceBusy, SourceRefused } from '../source';

/** What a person can do about SQLSTATE codes and classes (PostgreSQL docs, Appendix A). */
const refusals: Readonly<Record<string, string>> = {
  '28P01': 'The database does not take the password; send the right one.',
  '28000': 'The database does not take this user; check user, address and its access rules.',
  '3D000': 'There is no such database.',
  '42P01': 'There is no such table or view.',
  '42703': 'There is no such column.',
  '42501': 'The user may not read this; grant it SELECT.',
  '42601': 'The query is not one statement that can be read.',
  '25006': 'The query writes; a source is only read.',
};
const refusedClasses: readonly string[] = ['0A', '22', '28', '3D', '3F', '42'];

/** Says what an error of the driver means. Its message may quote values and is left out. */
export function toPullError(error: unknown): unknown {
  const { code, message = '' } = error as { readonly code?: unknown; readonly message?: string };
  if (/does not support SSL/.test(message))
    return new SourceRefused('tls', 'The database does not speak TLS; set "tls" to "off" if that is meant.');
  if (typeof code !== 'string') return toSourceError(error);
  if (/CERT|TLS|SELF_SIGNED|UNABLE_TO/.test(code))
    return new SourceRefused(
      'tls',
      'The certificate of the database cannot be trusted; set "tls" to "require" if that is meant.',
    );
  if (!/^[0-9A-Z]{5}$/.test(code)) return toSourceError(error);
  const known = refusals[code];
  if (known !== undefined || refusedClasses.includes(code.slice(0, 2)))
    return new SourceRefused(`sql-${code}`, known ?? `The database refuses the query with SQLSTATE ${code}.`);
  return new SourceBusy(`sql-${code}`, `The database answers SQLSTATE ${code}; it is asked again.`);
}
