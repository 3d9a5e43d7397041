import { shortPointerPart, type Rejection } from './rejection';

export interface JsonLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
}

export interface MeasureOptions extends JsonLimits {
  /** False where no string can hold a NUL or a lone surrogate, which in valid UTF-8 JSON exist only as `\u` escapes. */
  readonly hasEscapes?: boolean;
  /** Bytes of a text in UTF-8, unless another measure will do. */
  readonly byteLength?: (text: string) => number;
}

const byteLength = (text: string): number => Buffer.byteLength(text);

/** A key the store's driver would take for its own types instead of data. */
const reservedKey = '_bsontype';
/** Keys that together make the driver read an object back as a reference, losing what else it holds. */
const referenceKeys = ['$ref', '$id'] as const;

/**
 * The size of a value as compact JSON (escapes aside), or why it cannot be stored as it came. One pass, which stops at the first
 * limit, so that hostile input costs no more than the limit.
 */
export function measureJson(value: unknown, options: MeasureOptions): { readonly bytes: number } | Rejection {
  const measure = new Measure(options);
  const path = measure.walk(value, 0);
  return path === undefined ? { bytes: measure.bytes } : measure.rejection(path);
}

type Fault = 'too_large' | 'too_deep' | 'invalid_text' | 'invalid_key' | 'invalid_number';

class Measure {
  bytes = 0;
  #fault: Fault = 'too_large';
  readonly options: Required<MeasureOptions>;

  constructor(options: MeasureOptions) {
    this.options = { hasEscapes: true, byteLength, ...options };
  }

  /** The pointer to the first fault; `undefined` when there is none. */
  walk(value: unknown, depth: number): string | undefined {
    switch (typeof value) {
      case 'string':
        return this.#text(value);
      case 'number':
        this.bytes += String(value).length;
        return Number.isFinite(value) ? undefined : this.#fail('invalid_number');
      case 'object':
        if (value === null) break;
        if (depth >= this.options.maxDepth) return this.#fail('too_deep');
        return Array.isArray(value) ? this.#list(value, depth) : this.#object(value as Record<string, unknown>, depth);
      default:
    }
    this.bytes += value === false ? 5 : 4;
    return undefined;
  }

  rejection(path: string): Rejection {
    return { code: this.#fault, path, message: this.#messages()[this.#fault] };
  }

  #text(text: string): string | undefined {
    this.bytes += this.options.byteLength(text) + 2;
    if (this.bytes > this.options.maxBytes) return this.#fail('too_large');
    return this.options.hasEscapes && !text.isWellFormed() ? this.#fail('invalid_text') : undefined;
  }

  #list(list: readonly unknown[], depth: number): string | undefined {
    this.bytes += Math.max(list.length + 1, 2);
    for (let index = 0; index < list.length; index += 1) {
      const path = this.walk(list[index], depth + 1);
      if (path !== undefined) return this.#above(path, String(index));
    }
    return this.bytes > this.options.maxBytes ? this.#fail('too_large') : undefined;
  }

  #object(object: Record<string, unknown>, depth: number): string | undefined {
    const keys = Object.keys(object);
    this.bytes += Math.max(keys.length + 1, 2);
    if (referenceKeys.every((key) => Object.hasOwn(object, key)))
      return this.#above(this.#fail('invalid_key'), referenceKeys[0]);
    for (const key of keys) {
      const path = this.#key(key) ?? this.walk(object[key], depth + 1);
      if (path !== undefined) return this.#above(path, key);
    }
    return this.bytes > this.options.maxBytes ? this.#fail('too_large') : undefined;
  }

  #key(key: string): string | undefined {
    this.bytes += this.options.byteLength(key) + 3;
    if (key === reservedKey) return this.#fail('invalid_key');
    if (!this.options.hasEscapes) return undefined;
    return key.includes('\0') || !key.isWellFormed() ? this.#fail('invalid_key') : undefined;
  }

  /** Size is a fault of the whole event, not of the value that happened to exceed it. */
  #above(path: string, key: string): string {
    return this.#fault === 'too_large' ? '' : shortPointerPart(key) + path;
  }

  #fail(fault: Fault): string {
    this.#fault = fault;
    return '';
  }

  #messages(): Record<Fault, string> {
    const { maxBytes, maxDepth } = this.options;
    return {
      too_large: `The event is larger than ${maxBytes} bytes; send less with it.`,
      too_deep: `The event nests deeper than ${maxDepth} levels; flatten it.`,
      invalid_text: 'The text holds half of a surrogate pair, which cannot be stored as it is; send whole characters.',
      invalid_key: `A key holds a NUL or half of a surrogate pair, or is "${reservedKey}", or is "$ref" beside "$id"; rename it.`,
      invalid_number: 'The number is too large for a double; send it as text.',
    };
  }
}
