import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** Where an upload lives and whose it is. Any instance of the console can read it; nobody can write one. */
export interface UploadSession {
  /** Origin of the endpoint that opened it: sessions do not exist on the others. */
  readonly endpoint: string;
  readonly fullName: string;
  readonly uploadId: string;
  readonly subject: string;
  /** The upstream path, where it is not the one of the specification. */
  readonly path?: string | undefined;
}

export interface UploadSessions {
  /** For the query of a Location. */
  readonly seal: (session: UploadSession) => string;
  /** Undefined for what is not sealed by this console. */
  readonly open: (sealed: string) => UploadSession | undefined;
}

export const sessionParameter = 'longshore';
const sealedMaxLength = 4096;

export function createUploadSessions(secret: string): UploadSessions {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'longshore front door uploads', 32));
  const macOf = (payload: string): Buffer => createHmac('sha256', key).update(payload).digest();
  return {
    seal: ({ endpoint, fullName, uploadId, subject, path }) => {
      const fields = [endpoint, fullName, uploadId, subject, ...(path === undefined ? [] : [path])];
      const payload = Buffer.from(JSON.stringify(fields)).toString('base64url');
      return `${payload}.${macOf(payload).toString('base64url')}`;
    },
    open: (sealed) => {
      const [payload = '', mac = ''] = sealed.slice(0, sealedMaxLength).split('.');
      const given = Buffer.from(mac, 'base64url');
      const expected = macOf(payload);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      const fields = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as string[];
      const [endpoint = '', fullName = '', uploadId = '', subject = '', path] = fields;
      return { endpoint, fullName, uploadId, subject, path };
    },
  };
}

/** Our parameter and the others, which are the registry's and stay as they are written. */
export function splitQuery(rawQuery: string): { readonly sealed: string | undefined; readonly rest: string } {
  const parts = rawQuery === '' ? [] : rawQuery.split('&');
  const isOurs = (part: string): boolean => part.startsWith(`${sessionParameter}=`);
  const ours = parts.filter(isOurs);
  return {
    sealed: ours.length === 1 ? ours[0]?.slice(sessionParameter.length + 1) : undefined,
    rest: parts.filter((part) => !isOurs(part)).join('&'),
  };
}
