import { kindOf } from '../events/rejection';
import { own, type Json, type JsonObject } from '../json';
import type { Convert } from './convert-value';
import type { Blank, Null, RowMapping } from './row-mapping.schema';
import type { RowRejection } from './row-rejection';

/** Reads the cells of one row and remembers the first that is not as it should be. */
export class CellReader {
  #rejection: RowRejection | undefined;

  constructor(
    readonly row: JsonObject,
    private readonly mapping: Pick<RowMapping, 'nulls' | 'trim'>,
  ) {}

  get rejection(): RowRejection | undefined {
    return this.#rejection;
  }

  refuse(code: RowRejection['code'], column: string, message: string): undefined {
    this.#rejection ??= { code, column, message };
  }

  /** What a cell says; `undefined` where it is absent, empty or null. */
  value(column: string): Json | undefined {
    const value = this.#cell(column);
    return value === null || value === '' ? undefined : value;
  }

  /** An id as text. A whole number is one too, unless it is too large to have come through JSON unharmed. */
  id(column: string): string | undefined {
    const value = this.value(column);
    if (value === undefined || typeof value === 'string') return value;
    if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
    const given = typeof value === 'number' ? 'a number that is not whole or has lost digits' : kindOf(value);
    return this.refuse('invalid_id', column, `The id is ${given}; send ids as text.`);
  }

  /** A converted value; `null` deletes, `undefined` says nothing. */
  fact(column: string, convert: Convert, meaning: { readonly blank: Blank; readonly null: Null }): Json | undefined {
    const value = this.#cell(column);
    if (value === undefined) return undefined;
    if (value === null) return meaning.null === 'clear' ? null : undefined;
    if (value === '') return { keep: undefined, clear: null, empty: '' }[meaning.blank];
    const converted = convert(value);
    if ('value' in converted) return converted.value;
    return this.refuse('invalid_value', column, `The value ${converted.problem}`);
  }

  #cell(column: string): Json | undefined {
    const value = own(this.row, column);
    if (typeof value !== 'string') return value;
    const text = this.mapping.trim ? value.trim() : value;
    return this.mapping.nulls.includes(text) ? null : text;
  }
}
