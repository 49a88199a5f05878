import type { Invocation, Verb } from '../verb.ts';

export const completionVerb: Verb = {
  path: ['completion'],
  summary: 'print a script with which the shell completes commands and flags',
  args: [{ name: '<bash|zsh|fish>', help: 'the shell' }],
  settings: {},
  readsProfile: false,
  notes: `  bash  echo 'source <(audit-export completion bash)' >> ~/.bashrc
  zsh   audit-export completion zsh > "\${fpath[1]}/_audit-export"
  fish  audit-export completion fish > ~/.config/fish/completions/audit-export.fish`,
  run: async ({ context, args, options }) => {
    const { completion } = await import('../../commands/completion/index.ts');
    const { verbs } = await import('./index.ts');
    if (args[0] === 'profiles') {
      for (const name of await profileNames(context, options.config)) context.stdout.write(`${name}\n`);
      return 0;
    }
    const { scenarios } = await import('../../adapters/emulator/scenarios/scenarios.ts');
    const report = completion(args[0] ?? '', verbs, Object.keys(scenarios));
    context.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : report.script);
    return 0;
  },
};

/** What the scripts ask while somebody types: where the configuration can't be read there is nothing to offer. */
async function profileNames(context: Invocation['context'], file: string | undefined): Promise<string[]> {
  const { openConfig } = await import('../contexts/access/config-context.ts');
  try {
    const config = await (await openConfig(context, file)).read();
    return Object.keys(config?.profiles ?? {});
  } catch {
    return [];
  }
}
