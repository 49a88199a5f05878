import type { Verb } from '../verb.ts';
import { collectMapVerb } from './collect-map.ts';
import { collectSnowflakeVerb } from './collect.ts';
import { compactVerb } from './compact.ts';
import { completionVerb } from './completion.ts';
import { configPathVerb, configSetVerb, configShowVerb } from './config.ts';
import { evidenceKeyVerb, evidencePublishVerb, evidenceResumeVerb, evidenceRetireVerb } from './evidence.ts';
import { evidenceBundleVerb, evidenceProveVerb } from './evidence-reading.ts';
import { findVerb } from './find.ts';
import { consumersAthenaVerb, consumersSplunkVerb } from './consumers.ts';
import { consumersCheckVerb } from './consumers-check.ts';
import { consumersAlertsTestVerb, consumersAlertsVerb } from './consumers-alerts.ts';
import { initVerb } from './init.ts';
import { iamApplyVerb, iamDestroyVerb, iamPlanVerb, iamRotateVerb, iamShowVerb } from './iam.ts';
import { mapOcsfVerb } from './map-ocsf.ts';
import { pushVerb } from './push.ts';
import {
  quarantineDropVerb,
  quarantineListVerb,
  quarantineReplayVerb,
  quarantineShowVerb,
} from './quarantine.ts';
import { queryVerb } from './query.ts';
import { rehearseVerb } from './rehearse.ts';
import { scheduleVerb } from './schedule.ts';
import { statusVerb } from './status.ts';
import { testAccessVerb } from './test-access.ts';
import { verifyVerb } from './verify.ts';
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
  configSetVerb,
  configPathVerb,
  completionVerb,
];
