/** Bytes that are held until they can be given away. Each is copied a few times at most, however small the pieces are that come. */
export class HeldBytes {
  #buffer: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;

  /** What is held, in place. It stays as it is, whatever comes and goes later. */
  get view(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  append(bytes: Uint8Array): void {
    const held = this.#end - this.#start;
    if (held === 0) {
      [this.#buffer, this.#start, this.#end] = [bytes, 0, bytes.length];
      return;
    }
    if (this.#buffer.length - this.#end < bytes.length) this.#grow(Math.max(held + bytes.length, 2 * held));
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Lets go of the first ones. */
  drop(count: number): void {
    this.#start += count;
  }

  /** A new one instead of moving within: what has been given away still looks at the old one. */
  #grow(size: number): void {
    const grown = new Uint8Array(size);
    grown.set(this.view);
    [this.#buffer, this.#start, this.#end] = [grown, 0, this.#end - this.#start];
  }
}
