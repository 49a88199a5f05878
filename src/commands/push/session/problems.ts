import type { ReportEnd, ReportProblem } from '../../../core/accounting/push-report.ts';
import type { DeliveryProblem } from '../../../core/batches/delivery-problem.ts';
import { commandWith, destinationFlags } from '../../../core/config/destination.ts';
import type { PushResult } from '../../../core/push/push-sources.ts';
import { shellWord } from '../../../core/language/shell-word.ts';
import type { AuditExportError } from '../../../errors.ts';
import type { PushPlan } from '../plan/push-plan.ts';

type Wording = (
  source: string,
  command: (words: string) => string,
  others: readonly string[],
) => Omit<ReportProblem, 'kind' | 'source'>;

/** What is said of each kind of problem. */
const wordings: Record<DeliveryProblem['kind'], Wording> = {
  missing: (source, command) => ({
    message: `${source} was replaced, and the rest of what it held before is not found: not beside it, not in an archive there, not among the inputs.`,
    cure: `Name the file that holds it now: ${command('push')} FILE. Or, if it is gone for good: ${command('status --dismiss')}`,
  }),
  edited: (source, command) => ({
    message: `${source} was edited in the part that was delivered before: nothing of it was read.`,
    cure: `To read it from its beginning: ${command('push')} --again ${shellWord(source)}. To go on behind the part that was delivered: ${command('push')} --accept ${shellWord(source)}`,
  }),
  dropped: (source, command) => ({
    message: `A run that was cut short can't be ended as it was begun, since bytes of ${source} are nowhere: what is there is delivered anew, and what that run had stored of it may be there twice.`,
    cure: `Nothing needs to be done for what comes next. To see what is there: ${command('status')}`,
  }),
  uncut: (source, command) => ({
    message: `How ${source} was cut into objects is not kept any more, or not for all of it: that part was not offered again.`,
    cure: deliverAnew(source, command),
  }),
  incomplete: (source, command, others) => ({
    message: `${source} was not offered again, or not all of it: its lines were cut into objects together with bytes that ${others.join(', ')} held then, and these are not found.`,
    cure: `Name the file that holds them now, too: ${command('push')} --reread ${shellWord(source)} FILE. ${deliverAnew(source, command)}`,
  }),
};

function deliverAnew(source: string, command: (words: string) => string): string {
  return `To deliver it anew, cut by today's settings: ${command('push')} --again ${shellWord(source)}`;
}

/** A problem as reports tell it, with commands that work as they are printed. */
export function problemOf({ kind, source, others = [] }: DeliveryProblem, plan: PushPlan): ReportProblem {
  return { kind, source, ...wordings[kind](source, (words) => commandWith(words, flagsOf(plan)), others) };
}

/** What one source failed with, while the others were delivered. */
export function sourceProblem(source: string, { code, message, cure }: AuditExportError): ReportProblem {
  return { kind: code === 'source-unreadable' ? 'unreadable' : 'broken', source, message, cure: cure ?? '' };
}

/** How a push ended, with what single sources of it failed with. */
export function endOfSources({ ended, error, sources }: PushResult): ReportEnd {
  const failed = sources.flatMap(({ name, failure }) => (failure === undefined ? [] : [{ name, failure }]));
  return {
    ended,
    error,
    failures: failed.map(({ failure }) => failure),
    problems: failed.map(({ name, failure }) => sourceProblem(name, failure)),
  };
}

/** The flags that lead a command to where this push delivers. */
function flagsOf({ options, place }: PushPlan): string[] {
  const named =
    place.profile === undefined ? destinationFlags(place.destination) : ['--profile', place.profile.name];
  return [...named, ...(options.config === undefined ? [] : ['--config', options.config])];
}
