/**
 * SQLSTATE classes and codes, and those of the system, that say "not now": connection exceptions, too many connections,
 * an operator's shutdown. https://www.postgresql.org/docs/15/errcodes-appendix.html
 */
const sqlStates = /^(?:08...|53300|57P0[1-5])$/;
const systemCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);
/** The driver has no codes for these. */
const driverMessages =
  /Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Query read timeout/;

/** The database may break off a connection that exists, too. */
const isOfSocket = (syscall: unknown): boolean => syscall === 'connect' || syscall === 'read' || syscall === 'write';

/** Whether an error of a query says that the database cannot be reached for the moment. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, syscall, errors } = error as { code?: unknown; syscall?: unknown; errors?: unknown };
  if (typeof code === 'string' && sqlStates.test(code)) return true;
  if (typeof code === 'string' && isOfSocket(syscall) && systemCodes.has(code)) return true;
  // Several addresses of one name, each refused.
  if (Array.isArray(errors) && errors.length > 0 && errors.every(isDatabaseUnavailable)) return true;
  return driverMessages.test(error.message);
}
