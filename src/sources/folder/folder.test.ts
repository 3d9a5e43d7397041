import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workspaceId } from '../../domain/ids';
import { openFolder, type AllowedFolder } from './list-files';
import { createFolderPuller } from './puller';
import { FolderSettings } from './settings.schema';

const [ann, bob] = [workspaceId('ws_ann'), workspaceId('ws_bob')];

let base: string;
const at = (...names: string[]): string => join(base, ...names);
const write = (name: string, ...lines: string[]): void => {
  mkdirSync(at(name, '..'), { recursive: true });
  writeFileSync(at(name), lines.join('\n'));
};
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-folders-')));
  for (const owner of ['ws_ann', 'ws_ann2', 'ws_bob']) write(`shared/${owner}/day/a.csv`, 'id', owner);
  write('others/a.csv', 'id', 'others');
  symlinkSync(at('shared/ws_bob'), at('shared/ws_ann/link'));
  symlinkSync(at('shared/ws_bob'), at('shared/ws_carl'));
  symlinkSync(at('shared'), at('mount'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

describe('a folder', () => {
  const shared = (): AllowedFolder[] => [{ path: at('shared') }];

  it.each([
    ['its own', 'shared/ws_ann', 'shared/ws_ann'],
    ['what is below its own', 'shared/ws_ann/day', 'shared/ws_ann/day'],
    ['its own, by another way', 'shared/ws_bob/../ws_ann', 'shared/ws_ann'],
    ['its own, by a link of the operator', 'mount/ws_ann', 'shared/ws_ann'],
  ])('is read by a workspace when it is %s', async (_what, folder, real) => {
    expect(await openFolder(at(folder), shared(), ann)).toBe(at(real));
    expect(await openFolder(at(folder), [{ path: at('mount') }], ann)).toBe(at(real));
  });

  it.each([
    ['that of all workspaces', 'shared', ann],
    ['another workspace’s', 'shared/ws_bob', ann],
    ['another workspace’s, by two dots', 'shared/ws_ann/../ws_bob', ann],
    ['another workspace’s, by a link in its own', 'shared/ws_ann/link', ann],
    ['another workspace’s, by a link in the place of its own', 'shared/ws_carl', workspaceId('ws_carl')],
    ['one of a longer name', 'shared/ws_ann2', ann],
    ['one that nobody has named', 'others', ann],
    ['not there', 'shared/ws_dora', workspaceId('ws_dora')],
  ])('is not read by a workspace when it is %s, and says no more', async (_what, folder, ws) => {
    const refusal = { name: 'SourceRefused', code: 'folder', message: expect.stringContaining(ws) };
    await expect(openFolder(at(folder), shared(), ws)).rejects.toMatchObject(refusal);
    await expect(openFolder(at('nowhere'), shared(), ws)).rejects.toMatchObject(refusal);
  });

  it('that is given to one workspace is read by it as a whole, and by no other', async () => {
    const allowed: AllowedFolder[] = [{ path: at('others'), ws: bob }];
    expect(await openFolder(at('others'), allowed, bob)).toBe(at('others'));
    await expect(openFolder(at('others'), allowed, ann)).rejects.toMatchObject({ code: 'folder' });
    await expect(openFolder(at('shared/ws_bob'), allowed, bob)).rejects.toMatchObject({ code: 'folder' });
  });

  const read = async (onPage: () => void = () => undefined): Promise<{ ids: unknown[]; failed?: unknown }> => {
    const mapping = { columns: { id: { to: 'identifier', type: 'user_id' } } };
    const settings = FolderSettings.parse({ schedule: '1h', mapping, folder: at('shared/ws_ann'), prefix: 'day/' });
    const run = {
      ws: ann,
      now: 0,
      signal: new AbortController().signal,
      pageRows: 10,
      cursor: undefined,
      overlapMs: 0,
    };
    const ids: unknown[] = [];
    try {
      const pages = createFolderPuller({ allowed: shared(), maxColumns: 10 }).pull({ settings, secrets: {}, ...run });
      for await (const { rows } of pages) {
        ids.push(...rows.map(({ row }) => row['id']));
        onPage();
      }
      return { ids };
    } catch (failed) {
      return { ids, failed };
    }
  };

  it('that becomes a link while its files are read leads to nobody else’s', async () => {
    write('shared/ws_ann/day/0.csv', 'id', 'u0');
    const onPage = () => {
      renameSync(at('shared/ws_ann/day'), at('shared/ws_ann/gone'));
      symlinkSync(at('shared/ws_bob/day'), at('shared/ws_ann/day'));
    };
    expect(await read(onPage)).toMatchObject({ ids: ['u0'], failed: { name: 'SourceBusy', code: 'moved' } });
  });

  it('with a pipe in the place of a file keeps nobody waiting for who writes into it', async () => {
    write('shared/ws_ann/day/0.csv', 'id', 'u0');
    const file = at('shared/ws_ann/day/a.csv');
    const onPage = () => {
      rmSync(file);
      execFileSync('mkfifo', [file]);
    };
    expect(await read(onPage)).toMatchObject({ ids: ['u0'], failed: { name: 'SourceBusy', code: 'moved' } });
  });

  // Elsewhere there are no such names.
  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('with a file whose name is no text says so, instead of being read again and again', async () => {
    const name = Buffer.concat([
      Buffer.from(`${at('shared/ws_ann/day')}/M`),
      Buffer.from([0xfc]),
      Buffer.from('ller.csv'),
    ]);
    writeFileSync(name, 'id\nu1');
    expect(await read()).toMatchObject({ failed: { name: 'SourceRefused', code: 'file-name' } });
  });
});
