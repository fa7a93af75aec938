import { createImmutableRulesStore } from './features/immutable-rules/immutable-rules.store.ts';
import { immutableRulesRoutes } from './features/immutable-rules/immutable-rules.routes.ts';
import { ImmutableRulesService } from './features/immutable-rules/immutable-rules.service.ts';
import { TagLeases } from './features/immutable-rules/tag-leases.ts';
import { createTagLeasesStore } from './features/immutable-rules/tag-leases.store.ts';
import { membersRoutes } from './features/members/members.routes.ts';
import { MembersService } from './features/members/members.service.ts';
import { createMembersStore } from './features/members/members.store.ts';
import type { Foundation } from './wire-foundation.ts';

/** Who belongs to a project, and which of its tags stay as they are. */
export function wireMembers(foundation: Foundation) {
  const { database, access, announceAccess, publish, bus, clock, newId, logger } = foundation;
  const announceProject = (project: string) =>
    publish({ name: 'project', payload: { project, at: clock.now().toISOString() } });
  const members = new MembersService({
    store: createMembersStore(database.kysely),
    facts: access,
    announce: (project) => {
      announceAccess();
      announceProject(project);
    },
  });
  const rules = new ImmutableRulesService({
    store: createImmutableRulesStore(database.kysely),
    newId,
    clock,
    announce: announceProject,
  });
  const tagLeases = new TagLeases({
    store: createTagLeasesStore(database.kysely),
    newId,
    onFault: (error) => logger.error({ err: error }, 'The hold on a tag could not be renewed or given back.'),
  });
  const unsubscribe = bus.subscribeAtOnce((numbered) => {
    if (numbered === null || numbered.event.name === 'reset') rules.forget(null);
    else if (numbered.event.name === 'project') rules.forget(numbered.event.payload.project);
  });
  return {
    rules,
    tagLeases,
    features: [{ router: membersRoutes({ members }) }, { router: immutableRulesRoutes({ rules }), stop: unsubscribe }],
  };
}
