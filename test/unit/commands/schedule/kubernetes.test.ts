import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { expandedByKubelet } from '../../core/schedule/readers.ts';
import type { scheduled } from './scheduling.ts';
import { nastyInputs, profile, textOf } from './scheduling.ts';

interface Document {
  kind: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
  spec: {
    schedule: string;
    concurrencyPolicy: string;
    timeZone: string;
    replicas: number;
    strategy: { type: string };
    selector: { matchLabels: Record<string, string> };
    jobTemplate: { spec: { activeDeadlineSeconds: number; template: Template } };
    template: Template;
  };
  data: Record<string, string>;
}
interface Template {
  metadata: { labels: Record<string, string> };
  spec: {
    restartPolicy?: string;
    serviceAccountName: string;
    securityContext: object;
    containers: {
      image: string;
      args: string[];
      env: object[];
      securityContext: object;
      resources: { requests: object; limits: object };
      volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[];
      livenessProbe?: { httpGet: { path: string } };
      readinessProbe?: { httpGet: { path: string } };
    }[];
    volumes: ({ name: string } & Record<string, { claimName?: string; name?: string }>)[];
  };
}

function documentsOf(...given: Parameters<typeof scheduled>): Record<string, Document> {
  const documents = parseAllDocuments(textOf(...given)).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Document;
  });
  return Object.fromEntries(documents.map((document) => [document.kind, document]));
}

describe.each(['kubernetes-cronjob', 'kubernetes-deployment'] as const)('%s', (format) => {
  const workload = (documents: Record<string, Document>): Template => {
    const spec = (documents['CronJob'] ?? documents['Deployment'])?.spec;
    return (spec?.jobTemplate?.spec.template ?? spec?.template) as Template;
  };

  test('has what it refers to: account, configuration, state and every volume', () => {
    const documents = documentsOf(format);
    const { spec } = workload(documents);
    expect(documents['ServiceAccount']?.metadata).toMatchObject({
      name: spec.serviceAccountName,
      annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::444455556666:role/CHANGE-ME' },
    });
    const volume = (name: string) => spec.volumes.find((volume) => volume.name === name);
    expect(volume('config')?.['configMap']?.name).toBe(documents['ConfigMap']?.metadata.name);
    expect(volume('state')?.['persistentVolumeClaim']?.claimName).toBe(
      documents['PersistentVolumeClaim']?.metadata.name,
    );
    expect(spec.containers[0]?.volumeMounts.map(({ name }) => name).toSorted()).toEqual(
      spec.volumes.map(({ name }) => name).toSorted(),
    );
    expect(JSON.parse(documents['ConfigMap']?.data['config.json'] ?? '')).toEqual({
      defaultProfile: 'acme',
      profiles: { acme: profile },
    });
  });

  test('runs without root, capabilities and a root file system that can be written', () => {
    const { spec } = workload(documentsOf(format));
    expect(spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(spec.containers[0]?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(spec.containers[0]?.resources).toMatchObject({
      requests: { memory: '512Mi' },
      limits: { memory: '1Gi' },
    });
    const writable = spec.containers[0]?.volumeMounts.filter(({ readOnly }) => readOnly !== true);
    expect(writable?.map(({ mountPath }) => mountPath)).toEqual(['/state', '/tmp']);
  });

  test('hands over the inputs as they were given; what is not absolute lies in the volume', () => {
    const { spec } = workload(
      documentsOf(format, {}, { inputs: [...nastyInputs, './a/$(HOME)', 's3://x/y'] }),
    );
    const args = spec.containers[0]?.args.map(expandedByKubelet) ?? [];
    expect(args.slice(args.indexOf('--') + 1)).toEqual([...nastyInputs, '/input/a/$(HOME)', 's3://x/y']);
    expect(args.slice(0, 5)).toEqual([
      'push',
      '--profile',
      'acme',
      '--config',
      '/etc/audit-export/config.json',
    ]);
    expect(args.join(' ')).toContain('--log-format json');
  });

  test('has the image, namespace, role and claim that are given', () => {
    const documents = documentsOf(format, {
      image: 'altr/audit-export:1',
      namespace: 'audit',
      irsaRole: 'arn:aws:iam::1:role/x',
      inputClaim: 'logs',
    });
    expect(Object.values(documents).map(({ metadata }) => metadata.namespace)).toEqual(
      Array(4).fill('audit'),
    );
    const { spec } = workload(documents);
    expect(spec.containers[0]?.image).toBe('altr/audit-export:1');
    expect(JSON.stringify(spec.volumes)).toContain('"claimName":"logs"');
    expect(JSON.stringify(documents['ServiceAccount'])).toContain('arn:aws:iam::1:role/x');
  });

  test('a folder is no store for a pod', () => {
    const local = { name: 'acme', profile: { to: './export' } };
    expect(() => textOf(format, {}, { profile: local })).toThrow('which a pod does not have');
  });
});

test('a CronJob never runs twice at a time, by UTC, and not for ever', () => {
  const { spec } = documentsOf('kubernetes-cronjob', { every: '24h' })['CronJob'] as Document;
  expect(spec).toMatchObject({ concurrencyPolicy: 'Forbid', timeZone: 'Etc/UTC' });
  expect(spec.schedule).toMatch(/^\d+ 0 \* \* \*$/);
  expect(spec.jobTemplate.spec.activeDeadlineSeconds).toBe(86_400);
  expect(spec.jobTemplate.spec.template.spec.restartPolicy).toBe('Never');
});

test('a Deployment follows, is one pod at a time, and is probed where it serves', () => {
  const { spec } = documentsOf('kubernetes-deployment')['Deployment'] as Document;
  expect(spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
  expect(spec.selector.matchLabels).toEqual(spec.template.metadata.labels);
  const [container] = spec.template.spec.containers;
  expect(container?.args.join(' ')).toContain('--follow --metrics-port 9464 --metrics-host 0.0.0.0');
  expect(container?.livenessProbe?.httpGet.path).toBe('/healthz');
  expect(container?.readinessProbe?.httpGet.path).toBe('/readyz');
});
