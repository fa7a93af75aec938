import * as z from 'zod/mini';

/** Field types that several nouns share. Grammars are those of the OCI distribution and image specifications. */
export const RegistryId = z
  .string()
  .check(z.regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be lower-case letters, digits and hyphens'));
export const RepositoryName = z
  .string()
  .check(
    z.maxLength(255),
    z.regex(
      /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/,
      'must be a repository name',
    ),
  );
export const ProjectName = z
  .string()
  .check(z.maxLength(255), z.regex(/^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/, 'must be a project name'));
export const TagName = z.string().check(z.regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, 'must be a tag'));
export const Digest = z
  .string()
  .check(z.regex(/^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[A-Za-z0-9=_-]{32,256}$/, 'must be a digest'));
export const Reference = z.union([TagName, Digest]);
export const Id = z.uuid();
/** ISO 8601 in UTC. */
export const Instant = z.string();
export const Environment = z.string().check(z.trim(), z.minLength(1), z.maxLength(63));

/** A cause in words: `code` is stable and translated by the client with `params`; `sentence` is the English of it. */
export const Reason = z
  .object({ code: z.string(), sentence: z.string(), params: z.record(z.string(), z.string()) })
  .register(z.globalRegistry, { id: 'Reason' });
export type Reason = z.infer<typeof Reason>;

/** The policy whose work something is, by the name that it had then. Without both: one that the caller may not see. */
export const PolicyName = z
  .object({ id: z.nullable(Id), name: z.nullable(z.string()), exists: z.boolean() })
  .register(z.globalRegistry, { id: 'PolicyName' });
export type PolicyName = z.infer<typeof PolicyName>;

export const Platform = z
  .object({
    os: z.string(),
    architecture: z.string(),
    variant: z.nullable(z.string()),
    osVersion: z.nullable(z.string()),
  })
  .register(z.globalRegistry, { id: 'Platform' });
export type Platform = z.infer<typeof Platform>;
