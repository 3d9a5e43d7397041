import { defineSource } from '../source';
import { FolderSecrets, FolderSettings } from './settings.schema';

/** Files that somebody puts into a folder the workers can read, such as one that an object store is mounted at. */
export const folder = defineSource({
  type: 'folder',
  name: 'Folder of files',
  settings: FolderSettings,
  secrets: FolderSecrets,
  isPulled: true,
});
