import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { listQuery, page } from './lists.ts';
import { Digest, Id, Instant, PolicyName, RegistryId, RepositoryName, TagName } from './words.ts';

/**
 * `copy` was asked for by a person, `policy` by a replication policy, `undo` is of a promotion; `scan`: found by a look at
 * the registry, so that nobody knows who did it.
 */
export const tagMoves = ['push', 'copy', 'policy', 'promotion', 'undo', 'restore', 'scan', 'delete'] as const;
export const TagMove = z.enum(tagMoves);
export type TagMove = z.infer<typeof TagMove>;

/** What a tag became in one registry, and what that is today. */
export const TagMoment = z
  .object({
    id: z.int(),
    registryId: RegistryId,
    environment: z.string(),
    /** Null: the tag was removed. */
    digest: z.nullable(Digest),
    /** Of the digest, if the catalog still knows it. */
    sizeBytes: z.nullable(z.int()),
    at: Instant,
    /** When it became something else; null where that has not happened. */
    until: z.nullable(Instant),
    how: TagMove,
    actor: z.nullable(z.string()),
    /** Of a copy or a deletion by a policy: which one. */
    policy: z.nullable(PolicyName),
    /** The execution that did it. */
    executionId: z.nullable(Id),
    /**
     * `current`: the tag is it; `there`: the repository still holds it; `trash`: it can be restored from `trashItem`;
     * `gone`: nobody has it any more, as far as the catalog knows. Null for removals.
     */
    standing: z.nullable(z.enum(['current', 'there', 'trash', 'gone'])),
    /** `tag`: what it was deleted as; null where it was the manifest. */
    trashItem: z.nullable(z.object({ id: Id, tag: z.nullable(TagName), expiresAt: z.nullable(Instant) })),
    /**
     * Two masters had changed the tag, and a copy between them decided. `lost`: the later push that came from the other
     * master took this one's place; `won`: this is what came, in the place of what had been pushed here.
     */
    rival: z.nullable(
      z.object({
        outcome: z.enum(['lost', 'won']),
        /** What the other push was. */
        digest: Digest,
        /** Where it came from; null where the caller does not see that. */
        registryId: z.nullable(RegistryId),
        pushedAt: Instant,
      }),
    ),
  })
  .register(z.globalRegistry, { id: 'TagMoment' });
export type TagMoment = z.infer<typeof TagMoment>;

export const listTagHistory = endpoint({
  method: 'GET',
  path: '/tag-history',
  summary: 'Every digest that a tag has had in each registry: since when, by whom and how, newest first',
  permission: 'catalog.read',
  query: z.strictObject({
    ...listQuery(['-at']),
    repository: RepositoryName,
    tag: TagName,
    registryId: z.optional(RegistryId),
  }),
  response: z.extend(page(TagMoment), {
    /** What the tag is now, in the registries that have it. */
    now: z.array(z.object({ registryId: RegistryId, digest: Digest })),
    /** Of one registry: how many entries the others have of what the tag has never been there. */
    elsewhere: z.int(),
  }),
  errors: ['repository-not-found', 'cursor-invalid'],
});

export const tagHistoryEndpoints = { listTagHistory };
