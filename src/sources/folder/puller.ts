import { constants } from 'node:fs';
import { open, readlink, realpath } from 'node:fs/promises';
import { z } from 'zod';
import { PageOfRows } from '../page-rows';
import { readRows } from '../read-rows';
import { SourceBusy, type PullContext, type PulledPage, type Puller } from '../source';
import { toCursor } from '../to-cursor';
import { listFiles, openFolder, type AllowedFolder, type FoundFile } from './list-files';
import type { FolderSettings } from './settings.schema';

type Context = PullContext<FolderSettings, object>;

const Cursor = z.object({
  /** Which version of each file has been read. */
  read: z.array(z.tuple([z.string(), z.string()])),
  /** The file that is being read, and the last line of it that is stored. */
  at: z.object({ name: z.string(), etag: z.string(), line: z.int() }).optional(),
});
type Cursor = z.output<typeof Cursor>;

export interface FolderLimits {
  /** The folders that sources may read. */
  readonly allowed: readonly AllowedFolder[];
  readonly maxColumns: number;
}

export function createFolderPuller(limits: FolderLimits): Puller<FolderSettings, object> {
  return { pull: (context) => pull(context, limits) };
}

async function* pull(context: Context, { allowed, maxColumns }: FolderLimits): AsyncIterable<PulledPage> {
  const { settings } = context;
  const files = await listFiles(await openFolder(settings.folder, allowed, context.ws), settings.prefix);
  const { read: before, at } = Cursor.safeParse(context.cursor).data ?? { read: [] };
  // Files that are gone are forgotten.
  const present = new Set(files.map(({ name }) => name));
  const read = new Map(before.filter(([name]) => present.has(name)));
  for (const file of files) {
    if (isRead(file, read.get(file.name), settings)) continue;
    const isHalfRead = at?.name === file.name && at.etag === file.etag;
    yield* readFile(context, file, { read, maxColumns, fromLine: isHalfRead ? at.line : 0 });
  }
}

const isRead = ({ etag }: FoundFile, known: string | undefined, { reread }: FolderSettings): boolean =>
  known === etag || (known !== undefined && !reread);

async function* readFile(
  context: Context,
  file: FoundFile,
  {
    read,
    maxColumns,
    fromLine,
  }: { readonly read: Map<string, string>; readonly maxColumns: number; readonly fromLine: number },
): AsyncIterable<PulledPage> {
  const { settings, pageRows, signal } = context;
  const { name, etag } = file;
  const { format, delimiter, maxRowBytes: maxLineBytes } = settings;
  const page = new PageOfRows(pageRows);
  for await (const one of readRows(bytesOf(file), { format, delimiter, maxLineBytes, maxColumns }, name)) {
    signal.throwIfAborted();
    if (one.line <= fromLine) continue;
    page.add(one);
    if (page.isFull) yield page.take(toCursor({ read: [...read], at: { name, etag, line: one.line } }), etag);
  }
  read.set(name, etag);
  yield page.take(toCursor({ read: [...read] }), etag);
}

/**
 * As much as was there when the folder was listed: what is added meanwhile changes the etag. A link put in its place does not open, and one
 * put in the place of a folder above it leads to another file, which is not read. A pipe in its place does not keep the thread that opens it
 * until somebody writes: a process has few of them.
 */
async function* bytesOf({ path, bytes }: FoundFile): AsyncIterable<Buffer> {
  if (bytes === 0) return;
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const opened = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => realpath(path));
    if (opened !== path || !(await handle.stat()).isFile())
      throw new SourceBusy('moved', 'A file was moved while it was opened; the folder is read again.');
    yield* handle.createReadStream({ end: bytes - 1, autoClose: false }) as AsyncIterable<Buffer>;
  } finally {
    await handle.close();
  }
}
