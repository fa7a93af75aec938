import { type RawBuilder, sql } from 'kysely';

/**
 * Why there is an execution, as people are told: what a policy on push found in its source's log may have been deletions only.
 * @param execution the alias of a row of `executions`
 */
export function toldTrigger(execution: string): RawBuilder<string> {
  const { trigger, planned } = { trigger: sql.ref(`${execution}.trigger`), planned: sql.ref(`${execution}.planned`) };
  const count = (outcome: string) => sql`coalesce((${planned}->>${sql.lit(outcome)})::bigint, 0)`;
  return sql<string>`case when ${trigger} = 'push' and ${count('delete')} > 0
    and ${count('copy')} + ${count('replace')} = 0 then 'deletion' else ${trigger} end`;
}
