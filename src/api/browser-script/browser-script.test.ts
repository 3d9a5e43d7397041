import { Script } from 'node:vm';
import { buildBrowserScript } from '../../testing/browser-script';
import { packScript } from './browser-script';

/** What the guide promises to whoever puts the script on a page. */
const mostBytes = 6_144;

describe('the script of pages', () => {
  const script = buildBrowserScript();

  it('is one small file', () => {
    expect(packScript(script).gzip.length).toBeLessThanOrEqual(mostBytes);
  });

  it('is script, and not a module', () => {
    expect(() => new Script(script.toString())).not.toThrow();
    expect(script.toString()).not.toMatch(/\b(import|export|require)\b/);
  });

  it('has a tag that changes with it', () => {
    expect(packScript(Buffer.from('1')).hash).not.toBe(packScript(Buffer.from('2')).hash);
  });
});
