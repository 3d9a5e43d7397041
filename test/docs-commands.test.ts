import type { Command } from 'commander';
import type { Io } from '../src/cli/io';
import { createProgram } from '../src/cli/run';
import { blocksOf, codeIn, commandsOf, pages } from './doc-examples';

/** The command line as it is, whose commands do nothing. */
function parser(): { readonly program: Command; readonly said: () => string } {
  let text = '';
  const terminal = { write: (more: string) => void (text += more) };
  const io: Io = {
    ...{ out: terminal, err: terminal, env: {}, cwd: '/', wait: async () => undefined },
    stdin: (async function* () {})(),
  };
  const program = createProgram(io, () => undefined);
  for (const command of everyCommand(program)) command.action(() => undefined);
  return { program, said: () => text };
}

const everyCommand = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(everyCommand);

/** The words after `heddle`; variables may be set before it. */
function argumentsOf(words: readonly string[]): readonly string[] | undefined {
  const at = words.findIndex((word) => !/^\w+=/.test(word));
  return ['heddle', 'bin/heddle'].includes(words[at] ?? '') ? words.slice(at + 1) : undefined;
}

const lines = pages.flatMap((page) =>
  blocksOf(page, 'sh')
    .flatMap(commandsOf)
    .flatMap((words) => {
      const argv = argumentsOf(words);
      return argv ? [[page.name, argv.join(' '), argv] as const] : [];
    }),
);
const mentions = pages.flatMap((page) =>
  codeIn(page).flatMap((code) => {
    const argv = argumentsOf(code.split(' '));
    return argv ? [[page.name, argv.join(' '), argv] as const] : [];
  }),
);

describe('a command line in the documentation', () => {
  it('is found in many pages', () => {
    expect(new Set(lines.map(([page]) => page)).size).toBeGreaterThan(5);
    expect(lines.length).toBeGreaterThan(60);
  });

  it.each(lines)('is one that heddle takes: %s: heddle %s', async (_page, _line, argv) => {
    const { program, said } = parser();
    const refused = await program.parseAsync([...argv], { from: 'user' }).then(
      () => undefined,
      () => said(),
    );
    expect(refused).toBeUndefined();
  });

  it.each(mentions)('is one that there is: %s: heddle %s', (_page, _line, argv) => {
    const { program } = parser();
    let command = program;
    for (const word of argv) command = command.commands.find((one) => one.name() === word) ?? command;
    const names = argv.filter((word) => /^[a-z-]+$/.test(word) && !word.startsWith('-'));
    if (command.commands.length > 0) expect(names).toEqual(command === program ? [] : [command.name()]);
    const known = [program, command].flatMap(({ options }) => options.map(({ long }) => long));
    expect([...known, '--help']).toEqual(expect.arrayContaining(argv.filter((word) => word.startsWith('--'))));
  });
});
