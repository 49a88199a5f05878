import type { Verb } from '../verb.ts';
import { collectMapVerb } from './delivery/collect-map.ts';
import { collectSnowflakeVerb } from './delivery/collect.ts';
import { compactVerb } from './readers/compact.ts';
import { completionVerb } from './completion.ts';
import { configGetVerb, configListVerb, configPathVerb, configSetVerb, configShowVerb } from './config.ts';
import {
  evidenceKeyVerb,
  evidencePublishVerb,
  evidenceResumeVerb,
  evidenceRetireVerb,
} from './readers/evidence.ts';
import { evidenceBundleVerb, evidenceProveVerb } from './readers/evidence-reading.ts';
import { findVerb } from './readers/find.ts';
import { consumersAthenaVerb, consumersSplunkVerb } from './readers/consumers.ts';
import { consumersCheckVerb } from './readers/consumers-check.ts';
import { consumersAlertsTestVerb, consumersAlertsVerb } from './readers/consumers-alerts.ts';
import { initVerb } from './access/init.ts';
import { iamApplyVerb, iamDestroyVerb, iamPlanVerb, iamRotateVerb, iamShowVerb } from './access/iam.ts';
import { mapOcsfVerb } from './readers/map-ocsf.ts';
import { pushVerb } from './delivery/push.ts';
import {
  quarantineDropVerb,
  quarantineListVerb,
  quarantineReplayVerb,
  quarantineShowVerb,
} from './delivery/quarantine.ts';
import { queryVerb } from './readers/query.ts';
import { rehearseVerb } from './rehearse.ts';
import { scheduleVerb } from './schedule.ts';
import { statusVerb } from './delivery/status.ts';
import { testAccessVerb } from './access/test-access.ts';
import { verifyVerb } from './readers/verify.ts';
import { typesCheckVerb, typesListVerb, typesShowVerb } from './types.ts';

/** All commands, in the order of the help. Adding one is one file and one line here. */
export const verbs: readonly Verb[] = [
  initVerb,
  iamShowVerb,
  iamPlanVerb,
  iamApplyVerb,
  iamRotateVerb,
  iamDestroyVerb,
  testAccessVerb,
  pushVerb,
  quarantineListVerb,
  quarantineShowVerb,
  quarantineReplayVerb,
  quarantineDropVerb,
  collectSnowflakeVerb,
  collectMapVerb,
  verifyVerb,
  consumersAthenaVerb,
  consumersSplunkVerb,
  consumersAlertsVerb,
  consumersAlertsTestVerb,
  consumersCheckVerb,
  statusVerb,
  evidenceKeyVerb,
  evidenceProveVerb,
  evidenceBundleVerb,
  evidencePublishVerb,
  evidenceResumeVerb,
  evidenceRetireVerb,
  findVerb,
  queryVerb,
  compactVerb,
  mapOcsfVerb,
  scheduleVerb,
  rehearseVerb,
  typesListVerb,
  typesShowVerb,
  typesCheckVerb,
  configShowVerb,
  configListVerb,
  configGetVerb,
  configSetVerb,
  configPathVerb,
  completionVerb,
];
