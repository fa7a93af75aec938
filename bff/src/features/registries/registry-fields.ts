import { X509Certificate } from 'node:crypto';
import type { RegistryFields } from './registries.store.ts';
import type { StoredRegistry } from './registry.ts';
import { type AddressPolicy, RegistryAddressError } from './registry-address.ts';
import type { RegistryConnection } from './registry-clients.ts';
import { openPassword } from './registry-clients.ts';
import { RegistryFieldError } from './registry-errors.ts';
import type { SecretSealer } from './sealed-secret.ts';

/** `undefined` keeps what is stored, null removes it. */
export interface ConnectionFields {
  readonly endpointUrls: readonly string[];
  readonly username: string | null | undefined;
  readonly password: string | null | undefined;
  readonly caPem: string | null | undefined;
  /** Instead of a username and password. */
  readonly trustsLongshore: boolean | undefined;
  /** `host[:port]` of the stores that blobs may be redirected to. */
  readonly redirectHosts: readonly string[] | undefined;
}

export interface RegistryDraft extends ConnectionFields {
  readonly name: string;
  readonly environment: string;
  readonly position: number | undefined;
}

interface Rules {
  readonly addresses: AddressPolicy;
  readonly sealer: SecretSealer;
}

/** What is stored for a draft. @throws RegistryAddressError | RegistryFieldError */
export async function fieldsOf(
  { addresses, sealer }: Rules,
  registryId: string,
  draft: RegistryDraft,
  before: StoredRegistry | undefined,
): Promise<RegistryFields> {
  const endpointUrls = await checkedUrls(addresses, draft.endpointUrls);
  checkCertificates(draft.caPem);
  const redirectHosts = await checkedHosts(addresses, draft.redirectHosts);
  checkId(registryId, draft, before);
  const { password: given } = accountOf(draft, before);
  const keepsPassword = given === undefined && before?.passwordSealed != null;
  if (keepsPassword && !hasSameHosts(before, endpointUrls)) {
    throw new RegistryFieldError('password', 'Enter the password again: it is not sent to another address unasked.');
  }
  const { name, environment, position, caPem, trustsLongshore } = draft;
  const { username, password } = accountOf(draft, before);
  const passwordSealed = typeof password === 'string' ? sealer.seal(password, registryId) : password;
  return { name, environment, position, endpointUrls, username, caPem, passwordSealed, trustsLongshore, redirectHosts };
}

const nothingStored = { username: null, caPem: null, redirectHosts: [] };

/** For a connection that is only tried. @throws RegistryAddressError | RegistryFieldError | PasswordUnreadableError */
export async function connectionOf(
  { addresses, sealer }: Rules,
  fields: ConnectionFields,
  before: StoredRegistry | undefined,
  newId: string | undefined,
): Promise<RegistryConnection> {
  const endpointUrls = await checkedUrls(addresses, fields.endpointUrls);
  checkCertificates(fields.caPem);
  const redirectHosts = await checkedHosts(addresses, fields.redirectHosts);
  const kept = before ?? { ...nothingStored, name: new URL(endpointUrls[0] ?? '').host, id: newId ?? null };
  const { username = kept.username, password } = accountOf(fields, before);
  const { caPem = kept.caPem } = fields;
  const isStoredPasswordMeant = password === undefined && before && hasSameHosts(before, endpointUrls);
  return {
    name: kept.name,
    endpointUrls,
    username,
    password: isStoredPasswordMeant ? openPassword(before, sealer) : (password ?? null),
    tokensFor: isTrusting(fields, before) ? kept.id : null,
    caPem,
    redirectHosts: redirectHosts ?? kept.redirectHosts,
  };
}

/** The token service's own name: a registry of that name could be given tokens of the front door. */
const frontDoor = 'longshore';

function checkId(registryId: string, draft: RegistryDraft, before: StoredRegistry | undefined): void {
  if (registryId === frontDoor && (before === undefined || draft.trustsLongshore === true)) {
    throw new RegistryFieldError('id', 'This is the name of the console’s own front door; choose another id.');
  }
}

function isTrusting({ trustsLongshore }: ConnectionFields, before: StoredRegistry | undefined): boolean {
  return trustsLongshore ?? before?.trustsLongshore ?? false;
}

/** A registry that trusts Longshore has no account: what was stored of one goes. */
function accountOf(
  fields: ConnectionFields,
  before: StoredRegistry | undefined,
): Pick<ConnectionFields, 'username' | 'password'> {
  const { username, password } = fields;
  if (!isTrusting(fields, before)) return { username, password };
  for (const [path, value] of Object.entries({ username, password })) {
    if (value == null) continue;
    throw new RegistryFieldError(path, 'Leave it empty: a registry that trusts Longshore needs no account.');
  }
  return { username: null, password: null };
}

async function checkedUrls(addresses: AddressPolicy, urls: readonly string[]): Promise<string[]> {
  const checked = await Promise.all(urls.map((url) => addresses.checkUrl(url)));
  if (new Set(checked).size < checked.length) {
    throw new RegistryFieldError('endpointUrls', 'The same address is given twice.');
  }
  return checked;
}

/** Stores are asked for blobs by the console itself: the same addresses are out of bounds as for registries. */
async function checkedHosts(
  addresses: AddressPolicy,
  hosts: readonly string[] | undefined,
): Promise<string[] | undefined> {
  if (hosts === undefined) return undefined;
  const checked = await Promise.all(
    hosts.map(async (text) => {
      try {
        const { host, hostname, port } = new URL(await addresses.checkUrl(`https://${text}`));
        // The usual ports are not part of it: a redirect does not name them either.
        return port === '80' ? hostname : host;
      } catch (error) {
        if (error instanceof RegistryAddressError) throw new RegistryFieldError('redirectHosts', error.message);
        throw error;
      }
    }),
  );
  return [...new Set(checked)];
}

/** A stored password may go to the addresses it was entered for, and to no others. */
function hasSameHosts(before: StoredRegistry, endpointUrls: readonly string[]): boolean {
  const known = new Set(before.endpoints.map(({ url }) => url));
  return endpointUrls.every((url) => known.has(url));
}

function checkCertificates(caPem: string | null | undefined): void {
  if (caPem == null) return;
  const blocks = caPem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) {
    throw new RegistryFieldError('caPem', 'Paste the certificate authority as PEM: -----BEGIN CERTIFICATE----- …');
  }
  if (!blocks.every(isCertificate)) {
    throw new RegistryFieldError('caPem', 'One of the certificates cannot be read: paste it whole, as PEM.');
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.byteLength > 0;
  } catch {
    return false;
  }
}
