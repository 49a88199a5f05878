import type { Verb } from '../verb.ts';

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
    const report = completion(args[0] ?? '', verbs);
    context.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : report.script);
    return 0;
  },
};
