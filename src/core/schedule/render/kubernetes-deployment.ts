import type { RenderedFile, Schedule } from '../schedule.ts';
import { labels, metadata, podTemplate, renderDocuments } from './kubernetes-documents.ts';

const port = 9464;

/** A Deployment of one pod that follows its inputs for good, with probes and metrics. */
export function renderKubernetesDeployment(schedule: Schedule): RenderedFile[] {
  return [{ file: `${schedule.name}.yaml`, text: renderDocuments(schedule, deployment(schedule), []) }];
}

function deployment(schedule: Schedule): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(schedule),
    spec: {
      replicas: 1,
      // Two pods must not hold one state: the old one ends before the new one begins.
      strategy: { type: 'Recreate' },
      selector: { matchLabels: labels(schedule) },
      template: podTemplate(schedule, {
        flags: ['--follow', '--metrics-port', String(port), '--metrics-host', '0.0.0.0'],
        annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': String(port) },
        container: {
          ports: [{ name: 'metrics', containerPort: port }],
          livenessProbe: probe('/healthz', { periodSeconds: 20, failureThreshold: 6 }),
          readinessProbe: probe('/readyz', { periodSeconds: 10, failureThreshold: 3 }),
        },
        pod: {},
      }),
    },
  };
}

function probe(path: string, often: { periodSeconds: number; failureThreshold: number }): object {
  return { httpGet: { path, port: 'metrics' }, initialDelaySeconds: 5, timeoutSeconds: 5, ...often };
}
