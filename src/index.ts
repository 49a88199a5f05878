export type { PushReport } from './core/accounting/push-report.ts';
export { AuditExportError, exitCodes, isAuditExportError } from './errors.ts';
