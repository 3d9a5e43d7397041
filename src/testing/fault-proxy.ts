import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Something that a process is about to say to a server, or has said and not yet heard the answer of. */
export interface Moment {
  /** Text as it appears on the wire. */
  readonly says: string;
  /** `before`: the server has not heard it. `after`: the server has done it, and the answer is on its way. */
  readonly held: 'before' | 'after';
}

/** A connection held at a moment. */
export interface Trap {
  /** Resolves when the moment has come and the connection stands still; rejects when it does not come for a minute. */
  readonly sprung: Promise<void>;
  /** Lets the connection go on, and waits for the moment no longer. */
  release(): void;
}

/** A way to a server on which things go wrong when a test wants it. */
export interface FaultProxy {
  readonly port: number;
  /** Breaks every connection and refuses new ones, until `restore`. */
  cut(): void;
  restore(): void;
  /** Holds the connection on which the moment comes next; the others go on. */
  hold(moment: Moment): Trap;
  close(): Promise<void>;
}

interface Armed extends Moment {
  readonly spring: (link: Link) => void;
}

/** Starts a proxy on a free loopback port in front of `host:port`. */
export async function startFaultProxy(host: string, port: number): Promise<FaultProxy> {
  const links = new Set<Link>();
  const armed = new Set<Armed>();
  let isCut = false;
  const server = createServer((client) => {
    if (isCut) return void client.resetAndDestroy();
    const link = new Link(client, connect({ host, port }), armed);
    links.add(link);
    client.once('close', () => links.delete(link));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const breakAll = () => links.forEach((link) => link.break());
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      isCut = true;
      breakAll();
    },
    restore: () => void (isCut = false),
    hold: (moment) => hold(moment, armed),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      breakAll();
      await closed;
    },
  };
}

const patienceMs = 60_000;

function hold(moment: Moment, armed: Set<Armed>): Trap {
  let caught: Link | undefined;
  let forget = (): void => undefined;
  const sprung = new Promise<void>((resolve, reject) => {
    const tooLate = () => reject(new Error(`Waited ${patienceMs / 1_000} s for somebody to say ${moment.says}.`));
    const timer = setTimeout(tooLate, patienceMs);
    const spring = (link: Link): void => {
      clearTimeout(timer);
      caught = link;
      resolve();
    };
    const trap = { ...moment, spring };
    armed.add(trap);
    forget = () => {
      clearTimeout(timer);
      armed.delete(trap);
    };
  });
  return {
    sprung,
    release: () => {
      forget();
      caught?.release();
    },
  };
}

/** One connection through the proxy. */
class Link {
  #said = '';
  #heldBack: (() => void)[] | undefined;
  #awaitsAnswer: Armed | undefined;

  constructor(
    readonly client: Socket,
    readonly server: Socket,
    readonly armed: Set<Armed>,
  ) {
    client.setNoDelay(true).on('data', (chunk: Buffer) => this.#fromClient(chunk));
    server.setNoDelay(true).on('data', (chunk: Buffer) => this.#fromServer(chunk));
    for (const socket of [client, server]) socket.on('error', () => this.break()).on('close', () => this.break());
  }

  release(): void {
    const heldBack = this.#heldBack ?? [];
    this.#heldBack = undefined;
    for (const pass of heldBack) pass();
  }

  break(): void {
    this.#heldBack = undefined;
    this.client.resetAndDestroy();
    this.server.destroy();
  }

  #fromClient(chunk: Buffer): void {
    const trap = this.#heard(chunk);
    if (trap?.held === 'before') this.#stop(trap);
    if (trap?.held === 'after') this.#awaitsAnswer = trap;
    this.#pass(() => this.server.write(chunk));
  }

  #fromServer(chunk: Buffer): void {
    if (this.#awaitsAnswer) this.#stop(this.#awaitsAnswer);
    this.#awaitsAnswer = undefined;
    this.#pass(() => this.client.write(chunk));
  }

  #stop(trap: Armed): void {
    this.#heldBack = [];
    trap.spring(this);
  }

  #pass(write: () => void): void {
    if (this.#heldBack) this.#heldBack.push(write);
    else write();
  }

  /** The trap whose words end in this chunk; words may be cut in two by the network. Each trap springs once. */
  #heard(chunk: Buffer): Armed | undefined {
    if (this.armed.size === 0) {
      this.#said = '';
      return undefined;
    }
    const before = this.#said;
    const text = before + chunk.toString('latin1');
    const trap = [...this.armed].find(({ says }) => text.includes(says, before.length - says.length + 1));
    if (trap) this.armed.delete(trap);
    this.#said = text.slice(-longestWords);
    return trap;
  }
}

const longestWords = 256;

/** A command of MongoDB's wire protocol on a collection: the first element of its BSON document. */
export function mongoCommand(name: string, collection: string): string {
  const length = Buffer.alloc(4);
  length.writeInt32LE(collection.length + 1);
  return `${name}\0${length.toString('latin1')}${collection}\0`;
}
