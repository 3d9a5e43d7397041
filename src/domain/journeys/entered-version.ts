import { shareOf } from '../share';
import type { CompiledJourney } from './compiled-journey';

/**
 * The version that somebody enters: the newest, or the former where they are not of the share that tries the new one. Who is stays so, and
 * with a larger share others come to it.
 */
export function enteredVersion(
  newest: CompiledJourney,
  who: string,
  former: (version: number) => CompiledJourney | undefined,
): CompiledJourney {
  const { key, version, canary } = newest;
  if (!canary || shareOf(`${key}@${version}|${who}`) * 100 < canary.percent) return newest;
  return former(canary.former) ?? newest;
}

/** Of every version of every journey, those that people may enter: the newest, and the former beside one that is tried. */
export function enteredVersions(versions: readonly CompiledJourney[]): CompiledJourney[] {
  const newest = newestOf(versions);
  return versions.filter(({ key, version }) => {
    const latest = newest.get(key);
    return latest?.version === version || latest?.canary?.former === version;
  });
}

/** By key. */
export function newestOf(versions: readonly CompiledJourney[]): Map<string, CompiledJourney> {
  const newest = new Map<string, CompiledJourney>();
  for (const journey of versions)
    if (journey.version >= (newest.get(journey.key)?.version ?? 0)) newest.set(journey.key, journey);
  return newest;
}
