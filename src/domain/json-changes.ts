import { isJsonObject, own, type Json } from './json';
import { pointerPart } from './json-pointer';

/** A place where two documents differ. */
export interface JsonChange {
  /** JSON pointer (RFC 6901); empty for the whole. */
  readonly pointer: string;
  /** Absent where there was nothing. */
  readonly from?: Json;
  /** Absent where there is nothing any more. */
  readonly to?: Json;
}

/** What has to change for `before` to become `after`, as deep down as they have the same shape. Lists are compared place by place. */
export function jsonChanges(before: Json | undefined, after: Json | undefined, pointer = ''): JsonChange[] {
  if (isJsonObject(before) && isJsonObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) => jsonChanges(own(before, key), own(after, key), pointer + pointerPart(key)));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const [old, young] = [before as readonly Json[], after as readonly Json[]];
    const longest = Math.max(old.length, young.length);
    return Array.from({ length: longest }, (_, index) =>
      jsonChanges(old[index], young[index], pointer + pointerPart(index)),
    ).flat();
  }
  if (before === after) return [];
  return [{ pointer, ...(before !== undefined && { from: before }), ...(after !== undefined && { to: after }) }];
}
