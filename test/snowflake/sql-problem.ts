/** What a statement fails with: QueryFailureStatus of the SQL API reference. */
export class SqlProblem extends Error {
  readonly code: string;
  readonly sqlState: string;

  constructor(code: string, sqlState: string, message: string) {
    super(message);
    this.code = code;
    this.sqlState = sqlState;
  }
}

export function syntaxProblem(what: string): SqlProblem {
  return new SqlProblem('001003', '42000', `SQL compilation error:\nsyntax error: ${what}.`);
}

export function unknownColumn(name: string): SqlProblem {
  return new SqlProblem(
    '000904',
    '42000',
    `SQL compilation error: error line 1 at position 7\ninvalid identifier '${name}'`,
  );
}

export function hiddenObject(name: string): SqlProblem {
  return new SqlProblem(
    '002003',
    '02000',
    `SQL compilation error:\nObject '${name}' does not exist or not authorized.`,
  );
}

export function noWarehouse(): SqlProblem {
  return new SqlProblem(
    '000606',
    '57P03',
    "No active warehouse selected in the current session.  Select an active warehouse with the 'use warehouse' command.",
  );
}

export function cancelled(): SqlProblem {
  return new SqlProblem('000604', '57014', 'SQL execution canceled');
}

/** What this server does not understand fails loudly: a statement is never half understood. */
export function notUnderstood(what: string): SqlProblem {
  return new SqlProblem('000002', '0A000', `Unsupported feature: this test server does not read ${what}.`);
}
