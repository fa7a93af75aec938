import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { Instant } from './words.ts';

export const Settings = z
  .object({
    /** People who are not signed in may browse and pull what is public. */
    allowsAnonymous: z.boolean(),
    version: z.int(),
    updatedAt: z.nullable(Instant),
  })
  .register(z.globalRegistry, { id: 'Settings' });
export type Settings = z.infer<typeof Settings>;

export const SigningKey = z
  .object({
    /** RFC 7638 thumbprint. */
    keyId: z.string(),
    /** `previous` does not sign any more but is still trusted. */
    state: z.enum(['current', 'previous']),
    createdAt: Instant,
    /** When tokens of it are worth nothing any more. */
    retiresAt: z.nullable(Instant),
    certificatePem: z.string(),
  })
  .register(z.globalRegistry, { id: 'SigningKey' });
export type SigningKey = z.infer<typeof SigningKey>;

export const getSettings = endpoint({
  method: 'GET',
  path: '/settings',
  summary: 'What holds for the whole console',
  permission: 'system.manage',
  response: Settings,
  errors: [],
});
export const updateSettings = endpoint({
  method: 'PUT',
  path: '/settings',
  summary: 'Change what holds for the whole console',
  permission: 'system.manage',
  body: z.strictObject({ version: z.int(), allowsAnonymous: z.boolean() }),
  response: Settings,
  errors: ['version-conflict'],
});
export const listSigningKeys = endpoint({
  method: 'GET',
  path: '/signing-keys',
  summary: 'The keys of the token service; never their private parts',
  permission: 'system.manage',
  response: z.object({ items: z.array(SigningKey) }),
  errors: [],
});
export const rotateSigningKey = endpoint({
  method: 'POST',
  path: '/signing-keys',
  summary: 'Sign with a new key from now on; the old one stays trusted until its tokens have expired',
  permission: 'system.manage',
  response: z.object({ items: z.array(SigningKey) }),
  status: 201,
  errors: [],
});

export const settingsEndpoints = { getSettings, updateSettings, listSigningKeys, rotateSigningKey };
