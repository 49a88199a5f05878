import { pushSettings } from '../../commands/push/plan/settings.ts';
import type { CompiledAuditType } from '../../core/audit-types/audit-type.ts';
import type { Invocation, Verb } from '../verb.ts';

const settings = { schemas: pushSettings.schemas };

async function loadTypes(options: Invocation['options']): Promise<CompiledAuditType[]> {
  const { readOwnType } = await import('../context.ts');
  const { loadAuditTypes } = await import('../../core/audit-types/load-audit-types.ts');
  return loadAuditTypes(
    await Promise.all(((options['schemas'] as string[] | undefined) ?? []).map(readOwnType)),
  );
}

export const typesListVerb: Verb = {
  path: ['types', 'list'],
  summary: 'the audit types, in the order in which they are tried',
  args: [],
  settings,
  readsProfile: true,
  notes: 'A type is a JSON Schema with a member that says how to recognise it and where its event time is.',
  run: async ({ context, options }) => {
    const { listTypes } = await import('../../commands/types/index.ts');
    const { layoutTable } = await import('../../core/report/table.ts');
    const rows = listTypes(await loadTypes(options));
    const cells = rows.map(({ type, vendor, title, eventTime }) => [
      type,
      vendor,
      title,
      eventTime.join(' '),
    ]);
    const table = layoutTable([['Type', 'Vendor', 'Record', 'Event time'], ...cells], 4);
    context.stdout.write(
      options.json
        ? `${JSON.stringify({ report: 'types', version: 1, types: rows }, null, 2)}\n`
        : `${table.join('\n')}\n`,
    );
    return 0;
  },
};

export const typesShowVerb: Verb = {
  path: ['types', 'show'],
  summary: 'the schema of an audit type',
  args: [{ name: '<type>', help: 'such as query' }],
  settings,
  readsProfile: true,
  notes:
    'A schema printed this way is a start for one of your own: audit-export types show custom > my-type.json',
  run: async ({ context, args, options }) => {
    const { schemaFileOf } = await import('../../commands/types/index.ts');
    const { readSchema } = await import('../context.ts');
    context.stdout.write(await readSchema(schemaFileOf(args[0] ?? '', await loadTypes(options))));
    return 0;
  },
};

export const typesCheckVerb: Verb = {
  path: ['types', 'check'],
  summary: 'check the schema of an audit type of your own',
  args: [{ name: '<files...>', help: 'JSON Schema files' }],
  settings: { partition: pushSettings.partition, layout: pushSettings.layout },
  readsProfile: true,
  notes: `A field that is named like a partition of the layout would be hidden from readers of the store: such a type is refused.

Exit codes: 0 all can be used; 3 one can not, and why.`,
  run: async ({ context, args, options }) => {
    const { checkTypes } = await import('../../commands/types/index.ts');
    const { readOwnType } = await import('../context.ts');
    const given = options as unknown as Parameters<typeof checkTypes>[1];
    const rows = checkTypes(await Promise.all(args.map(readOwnType)), given);
    const text = rows
      .map(({ type, schemaFile }) => `${schemaFile}: a good schema for the audit type ${type}\n`)
      .join('');
    context.stdout.write(
      options.json ? `${JSON.stringify({ report: 'types', version: 1, types: rows }, null, 2)}\n` : text,
    );
    return 0;
  },
};
