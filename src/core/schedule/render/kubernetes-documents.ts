import { shellWord } from '../../language/shell-word.ts';
import { kubernetesWord } from '../quoting.ts';
import type { Schedule } from '../schedule.ts';
import { commandWords, explainSchedule, graceSeconds, keyName } from '../schedule.ts';
import { renderYaml } from '../../language/yaml.ts';

export const containerName = 'audit-export';
/** The user `node` of the image (examples/Dockerfile). */
const userId = 1000;
const configFolder = '/etc/audit-export';
const configFile = `${configFolder}/config.json`;
const inputFolder = '/input';
const filesFolder = '/files';
const keyFolder = '/key';

type Members = Readonly<Record<string, unknown>>;

/** Labels that find the pods (Kubernetes: "Recommended Labels"). */
export function labels({ name }: Schedule): Members {
  return { 'app.kubernetes.io/name': 'audit-export', 'app.kubernetes.io/instance': name };
}

export function metadata(schedule: Schedule, more: Members = {}, name = schedule.name): object {
  const { namespace } = schedule.kubernetes;
  return { name, ...(namespace === undefined ? {} : { namespace }), labels: labels(schedule), ...more };
}

/** Writes what every workload needs, and the workload. `notes` are further sentences for the head. */
export function renderDocuments(schedule: Schedule, workload: object, notes: readonly string[]): string {
  const { kubernetes, command, store } = schedule;
  const { irsaRoleArn, inputClaim } = kubernetes;
  const sentences = [
    ...explainSchedule(schedule),
    `The pod is ${irsaRoleArn} (IRSA)${store.roleArn === undefined ? '' : ', and assumes the role above'}. Further variables, such as keys, come from the Secret ${secretName(schedule)}, if there is one.`,
    ...(command === 'push'
      ? [`What is delivered is read from the volume claim ${inputClaim}, at ${inputFolder}.`]
      : []),
    ...madeFirst(schedule),
    ...notes,
  ];
  const documents = [serviceAccount(schedule), configMap(schedule), stateClaim(schedule), workload];
  return `${sentences.map((text) => `# ${text}\n`).join('')}${documents.map(renderYaml).join('---\n')}`;
}

/** What the pod mounts and this file does not hold, and how it is made. */
function madeFirst({ name, files, keyFile }: Schedule): string[] {
  const from = files.map(({ name: as, path }) => shellWord(`--from-file=${as}=${path}`));
  return [
    ...(files.length === 0 ? [] : [`Make first: kubectl create configmap ${name}-files ${from.join(' ')}`]),
    ...(keyFile === undefined
      ? []
      : [
          `Make first: kubectl create secret generic ${name}-key ${shellWord(`--from-file=${keyName}=${keyFile}`)}`,
        ]),
  ];
}

function serviceAccount(schedule: Schedule): object {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: metadata(schedule, {
      annotations: { 'eks.amazonaws.com/role-arn': schedule.kubernetes.irsaRoleArn },
    }),
    automountServiceAccountToken: false,
  };
}

function configMap(schedule: Schedule): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(schedule),
    data: { 'config.json': schedule.kubernetes.config },
  };
}

function stateClaim(schedule: Schedule): object {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: metadata(schedule, {}, stateName(schedule)),
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
  };
}

const stateName = ({ name }: Schedule): string => `${name}-state`;
const secretName = ({ name }: Schedule): string => `${name}-env`;

/** What differs from workload to workload. */
export interface PodParts {
  flags: readonly string[];
  annotations?: Members;
  container: Members;
  pod: Members;
}

/** The pod: no root, nothing writable but its volumes, no capabilities (Pod Security Standards, "restricted"). */
export function podTemplate(schedule: Schedule, { flags, annotations, container, pod }: PodParts): object {
  return {
    metadata: { labels: labels(schedule), ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      ...pod,
      serviceAccountName: schedule.name,
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: graceSeconds,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: userId,
        runAsGroup: userId,
        fsGroup: userId,
        fsGroupChangePolicy: 'OnRootMismatch',
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [{ ...containerOf(schedule, flags), ...container }],
      volumes: volumes(schedule),
    },
  };
}

function containerOf(schedule: Schedule, flags: readonly string[]): Members {
  const { store, kubernetes, inputs, files, keyFile } = schedule;
  const words = commandWords(
    { ...schedule, metricsFile: undefined },
    {
      config: configFile,
      inputs: inputs.map(inContainer),
      flags: ['--log-format', 'json', ...flags],
      fileAt: ({ name }) => `${filesFolder}/${name}`,
    },
  );
  const region = store.region === undefined ? [] : [{ name: 'AWS_REGION', value: store.region }];
  return {
    name: containerName,
    image: kubernetes.image,
    args: words.map(kubernetesWord),
    env: [
      { name: 'XDG_STATE_HOME', value: '/state' },
      // For those who look: kubectl exec … -- audit-export status
      { name: 'AUDIT_EXPORT_CONFIG', value: configFile },
      { name: 'AUDIT_EXPORT_PROFILE', value: schedule.profile },
      ...(keyFile === undefined
        ? []
        : [{ name: 'SNOWFLAKE_PRIVATE_KEY_PATH', value: `${keyFolder}/${keyName}` }]),
      ...region,
    ],
    envFrom: [{ secretRef: { name: secretName(schedule), optional: true } }],
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    resources: { requests: { cpu: '250m', memory: '512Mi' }, limits: { cpu: '2', memory: '1Gi' } },
    volumeMounts: [
      { name: 'state', mountPath: '/state' },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'config', mountPath: configFolder, readOnly: true },
      ...(schedule.command === 'push' ? [{ name: 'input', mountPath: inputFolder, readOnly: true }] : []),
      ...(files.length === 0 ? [] : [{ name: 'files', mountPath: filesFolder, readOnly: true }]),
      ...(keyFile === undefined ? [] : [{ name: 'key', mountPath: keyFolder, readOnly: true }]),
    ],
  };
}

/** Inputs that are not absolute lie in the volume of the inputs. */
function inContainer(input: string): string {
  return input.startsWith('/') || /^[a-z0-9]+:\/\//i.test(input)
    ? input
    : `${inputFolder}/${input.replace(/^(?:\.\/+)+/, '')}`;
}

function volumes(schedule: Schedule): object[] {
  return [
    { name: 'state', persistentVolumeClaim: { claimName: stateName(schedule) } },
    // Takes what of a run does not fit into memory, up to the size of its input.
    { name: 'tmp', emptyDir: { sizeLimit: '10Gi' } },
    { name: 'config', configMap: { name: schedule.name } },
    ...(schedule.files.length === 0
      ? []
      : [{ name: 'files', configMap: { name: `${schedule.name}-files` } }]),
    ...(schedule.keyFile === undefined
      ? []
      : [{ name: 'key', secret: { secretName: `${schedule.name}-key`, defaultMode: 0o440 } }]),
    ...(schedule.command === 'push'
      ? [
          {
            name: 'input',
            persistentVolumeClaim: { claimName: schedule.kubernetes.inputClaim, readOnly: true },
          },
        ]
      : []),
  ];
}
