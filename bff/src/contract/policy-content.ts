import * as z from 'zod/mini';
import { RepositoryPattern, TagPattern } from './patterns.ts';
import { RegistryId } from './words.ts';

const patterns = <T extends z.core.$ZodType>(pattern: T, least: number) =>
  z.array(pattern).check(z.minLength(least), z.maxLength(50));

/** `linux/amd64`, `linux/arm/v7`; without a variant every variant is meant. */
export const PlatformName = z
  .string()
  .check(
    z.trim(),
    z.maxLength(100),
    z.regex(
      /^[a-z0-9._-]+\/[a-z0-9._-]+(?:\/[a-z0-9._-]+)?$/,
      'must be a platform such as linux/amd64 or linux/arm/v7',
    ),
  );

/** What of the source belongs to the destinations. All conditions must hold; an exclusion beats every inclusion. */
export const PolicyFilters = z
  .strictObject({
    repositories: z.strictObject({
      include: patterns(RepositoryPattern, 1),
      exclude: patterns(RepositoryPattern, 0),
    }),
    tags: z.strictObject({ include: patterns(TagPattern, 1), exclude: patterns(TagPattern, 0) }),
    /** A range such as `>=2.0.0 <3`; tags that are no versions are left out then. A leading `v` is no matter. */
    semver: z.nullable(z.string().check(z.trim(), z.minLength(1), z.maxLength(100))),
    /** Of each repository only so many: the latest pushed of those that the other conditions leave. */
    newest: z.nullable(z.int().check(z.minimum(1), z.maximum(100_000))),
    newerThanDays: z.nullable(z.int().check(z.minimum(1), z.maximum(3650))),
    /** Signatures, SBOMs and whatever else refers to an artifact. */
    includeReferrers: z.boolean(),
    /**
     * Of an index only these, with the attestations that belong to them; the index itself stays as it is, so the
     * destination must take one without all its platforms. Artifacts that are known to be of other platforms only are
     * left out. Null, and left out: all.
     */
    platforms: z._default(z.nullable(z.array(PlatformName).check(z.minLength(1), z.maxLength(20))), null),
  })
  .register(z.globalRegistry, { id: 'PolicyFilters' });
export type PolicyFilters = z.infer<typeof PolicyFilters>;

const path = z
  .string()
  .check(z.maxLength(200), z.regex(/^[a-z0-9._\-/]*$/, 'must be part of a repository name, such as mirror/'));

/** Of repositories; a tag keeps its name. */
export const NameMapping = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('same') }),
    /** Names that do not begin with `from` stay as they are; an empty `from` puts `to` before every name. */
    z.strictObject({ kind: z.literal('replace-prefix'), from: path, to: path }),
    /** `{repository}` the whole name, `{project}` its first segment, `{rest}` what follows that, `{name}` the last segment. */
    z.strictObject({
      kind: z.literal('template'),
      template: z
        .string()
        .check(
          z.minLength(1),
          z.maxLength(200),
          z.regex(
            /^(?:[a-z0-9._\-/]|\{repository\}|\{project\}|\{rest\}|\{name\})+$/,
            'must be made of names, slashes and {repository}, {project}, {rest} or {name}',
          ),
        ),
    }),
  ])
  .register(z.globalRegistry, { id: 'NameMapping' });
export type NameMapping = z.infer<typeof NameMapping>;

const timeOfDay = z.string().check(z.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 08:30'));
const bytesPerSecond = z.int().check(z.minimum(65_536), z.maximum(100_000_000_000));

export const Bandwidth = z
  .strictObject({
    /** Of the windows: `Asia/Shanghai`. */
    timeZone: z.string().check(z.minLength(1), z.maxLength(64)),
    /** The first that fits counts; one that ends before it begins goes over midnight. */
    windows: z
      .array(z.strictObject({ from: timeOfDay, to: timeOfDay, bytesPerSecond: z.nullable(bytesPerSecond) }))
      .check(z.maxLength(10)),
    /** Outside of all windows; null: as fast as it goes. */
    otherwise: z.nullable(bytesPerSecond),
  })
  .register(z.globalRegistry, { id: 'Bandwidth' });
export type Bandwidth = z.infer<typeof Bandwidth>;

/** Five fields: minute, hour, day of the month, month, day of the week. */
export const Cron = z.string().check(z.trim(), z.minLength(1), z.maxLength(100));
export const TimeZone = z.string().check(z.trim(), z.minLength(1), z.maxLength(64));

export const PolicyContent = z
  .strictObject({
    sourceRegistryId: RegistryId,
    filters: PolicyFilters,
    mapping: NameMapping,
    destinations: z
      .array(z.strictObject({ registryId: RegistryId, bandwidth: z.nullable(Bandwidth) }))
      .check(z.minLength(1), z.maxLength(20)),
    /** Pushes are copied within seconds, and a scan of the source repairs what went wrong. Without it: by hand or on time. */
    onPush: z.boolean(),
    schedule: z.nullable(z.strictObject({ cron: Cron, timeZone: TimeZone })),
    options: z.strictObject({
      propagateDeletions: z.boolean(),
      /** Where a destination holds another digest under the tag: `report` leaves it and shows it as drift. */
      whenDifferent: z.enum(['replace', 'report']),
      /** Tasks at once into each destination; null: as many as the registry takes. */
      concurrency: z.nullable(z.int().check(z.minimum(1), z.maximum(32))),
      /** Tries of a task before it fails. */
      attempts: z.int().check(z.minimum(1), z.maximum(50)),
    }),
  })
  .register(z.globalRegistry, { id: 'PolicyContent' });
export type PolicyContent = z.infer<typeof PolicyContent>;
