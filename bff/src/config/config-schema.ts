import * as z from 'zod/mini';

const text = z.string().check(z.minLength(1));
const port = z.int().check(z.minimum(0), z.maximum(65_535));
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' });
const host = z
  .string()
  .check(
    z.regex(/^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/, 'must be a host or host:port, without a path'),
  );
const storeHost = host.check(z.refine((text) => URL.canParse(`https://${text}`), 'must be a host or host:port'));

/** Within a day: what waits for longer is given up, and told as a failure. One sentence, whatever is wrong with it. */
const outageMinutes = z.custom<number>(
  (minutes: unknown) => typeof minutes === 'number' && Number.isInteger(minutes) && minutes >= 1 && minutes <= 720,
  'must be a whole number of minutes from 1 to 720',
);

const registry = z.strictObject({
  id: z
    .string()
    .check(z.regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be lower-case letters, digits and hyphens')),
  name: z.optional(text.check(z.maxLength(100))),
  environment: text.check(z.maxLength(63)),
  position: z.optional(z.int().check(z.minimum(0), z.maximum(10_000))),
  endpoints: z.array(httpUrl.check(z.maxLength(2048))).check(z.minLength(1), z.maxLength(16)),
  username: z.optional(text.check(z.maxLength(255))),
  password: z.optional(text),
  passwordFile: z.optional(text),
  caFile: z.optional(text),
  notificationSecret: z.optional(text),
  notificationSecretFile: z.optional(text),
  trustsLongshore: z.optional(z.boolean()),
  redirectHosts: z.optional(z.array(storeHost).check(z.maxLength(16))),
});

const command = z
  .array(
    text.check(
      z.maxLength(4096),
      z.refine((argument: string) => !argument.includes('\0'), 'must not contain NUL'),
    ),
  )
  .check(z.minLength(1), z.maxLength(100));

const collection = z.strictObject({
  registry: registry.shape.id,
  dryRun: command,
  collect: command,
  restart: command,
  measure: z.optional(command),
});

/** The file, and what the environment adds to it. Unknown keys are refused: a misspelt one must not be ignored. */
export const configSchema = z.strictObject({
  server: z.optional(
    z.strictObject({
      host: z.optional(text),
      port: z.optional(port),
      publicUrl: z.optional(httpUrl),
      trustedProxies: z.optional(z.array(text)),
    }),
  ),
  database: z.optional(
    z.strictObject({ url: z.string().check(z.regex(/^postgres(?:ql)?:\/\//, 'must be a postgres:// address')) }),
  ),
  redis: z.optional(
    z.strictObject({ url: z.string().check(z.regex(/^rediss?:\/\//, 'must be a redis:// or rediss:// address')) }),
  ),
  dataDirectory: z.optional(text),
  secrets: z.optional(
    z.strictObject({
      encryptionKey: z.optional(text),
      encryptionKeyFile: z.optional(text),
      session: z.optional(text),
      sessionSecretFile: z.optional(text),
      proxyKey: z.optional(text),
      proxyKeyFile: z.optional(text),
    }),
  ),
  admin: z.optional(z.strictObject({ password: z.optional(text), passwordFile: z.optional(text) })),
  registries: z.optional(z.array(registry).check(z.maxLength(500))),
  collections: z.optional(z.array(collection).check(z.maxLength(500))),
  replication: z.optional(
    z.strictObject({ forgetAfterDays: z.optional(z.int().check(z.minimum(1), z.maximum(3650))) }),
  ),
  storage: z.optional(z.strictObject({ untaggedAfterHours: z.optional(z.int().check(z.minimum(1), z.maximum(8760))) })),
  network: z.optional(
    z.strictObject({
      allowedRegistryHosts: z.optional(z.array(host)),
      allowedWebhookHosts: z.optional(z.array(storeHost)),
      webhooksToPrivateNetworks: z.optional(z.boolean()),
    }),
  ),
  mail: z.optional(
    z.strictObject({
      url: z.optional(text),
      urlFile: z.optional(text),
      from: z.optional(text.check(z.maxLength(254), z.regex(/^[^\p{Cc}]*@[^\p{Cc}]*$/u, 'must be a mail address'))),
    }),
  ),
  notices: z.optional(z.strictObject({ outageAfterMinutes: z.optional(outageMinutes) })),
  log: z.optional(z.strictObject({ level: z.optional(z.enum(['debug', 'info', 'warn', 'error', 'silent'])) })),
});

export type ConfigDocument = z.infer<typeof configSchema>;
export type CollectionDocument = z.infer<typeof collection>;
export type RegistryDocument = z.infer<typeof registry>;
