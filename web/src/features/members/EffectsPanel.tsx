import type { MemberChange, MemberEffect } from 'bff/contract/members';
import type { PlaceAction } from 'bff/contract/permissions';
import { useTranslation } from 'react-i18next';
import { EnvironmentChip } from '../../domain/RegistryChip.tsx';
import { useErrorWords } from '../../domain/error-words.ts';
import { useListWords } from '../../i18n/use-list-words.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';
import styles from './members.module.css';
import { useEffectsOf } from './members-queries.ts';

interface EffectsPanelProps {
  project: string;
  changes: MemberChange[];
}

type PlaceOfEffect = MemberEffect['environments'][number];

const OPEN_PEOPLE = 3;

/** What the people of the changed cells could do after it, a sentence for each environment; asked of the server. */
export function EffectsPanel({ project, changes }: EffectsPanelProps) {
  const { t } = useTranslation('members');
  const errorWords = useErrorWords();
  const effects = useEffectsOf(project, changes);
  const items = changes.length === 0 ? undefined : effects.data?.items;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- It scrolls, and has no control inside for the keyboard to get there.
    <section className={styles['effects']} aria-labelledby="member-effects" tabIndex={0}>
      <h2 id="member-effects">{t('effects.title')}</h2>
      <div aria-live="polite" aria-busy={effects.isFetching}>
        {changes.length === 0 ? (
          <p className={styles['muted']}>{t('effects.idle')}</p>
        ) : effects.error !== null ? (
          <ErrorState
            title={t('effects.failed')}
            error={errorWords(effects.error)}
            onRetry={() => void effects.refetch()}
          />
        ) : items === undefined ? (
          <p className={styles['muted']}>{t('effects.asking')}</p>
        ) : items.length === 1 && items[0] !== undefined ? (
          <>
            <h3>
              <bdi>{items[0].name}</bdi>
            </h3>
            <PersonEffects effect={items[0]} />
          </>
        ) : (
          items.map((effect, index) => (
            <details key={`${effect.kind}:${effect.id}`} open={index < OPEN_PEOPLE}>
              <summary>
                <bdi>{effect.name}</bdi>
              </summary>
              <PersonEffects effect={effect} />
            </details>
          ))
        )}
      </div>
    </section>
  );
}

function PersonEffects({ effect }: { effect: MemberEffect }) {
  const { t } = useTranslation('members');
  const isUnchanged = ({ before, after }: PlaceOfEffect) => isSame(before.actions, after.actions);
  const isWithout = effect.environments.every(isUnchanged);
  // What changes is what one looks for; the order of the environments holds within both.
  const places = effect.environments.toSorted((left, right) => Number(isUnchanged(left)) - Number(isUnchanged(right)));
  return (
    <>
      {isWithout ? <p className={styles['muted']}>{t('effects.none')}</p> : null}
      <ul className={styles['places']}>
        {places.map((place) => (
          <PlaceEffect key={place.environment} place={place} />
        ))}
      </ul>
    </>
  );
}

function PlaceEffect({ place }: { place: PlaceOfEffect }) {
  const { t } = useTranslation(['members', 'domain']);
  const listWords = useListWords();
  const { environment, before, after, viaGroup } = place;
  const words = (actions: readonly PlaceAction[]) => listWords(actions.map((action) => t(`domain:action.${action}`)));
  const roleWords = (role: typeof after.role) => (role === null ? t('effects.noRole') : t(`domain:role.${role}`));
  const gained = after.actions.filter((action) => !before.actions.includes(action));
  const lost = before.actions.filter((action) => !after.actions.includes(action));
  const isUnchanged = gained.length === 0 && lost.length === 0;
  return (
    <li data-unchanged={isUnchanged}>
      <p className={styles['placeHead']}>
        <EnvironmentChip environment={environment} />
        <span>
          {before.role === after.role
            ? t('effects.same', { role: roleWords(after.role) })
            : t('effects.was', { role: roleWords(after.role), before: roleWords(before.role) })}
        </span>
      </p>
      {gained.length === 0 ? null : <p className={styles['gained']}>{t('effects.gains', { what: words(gained) })}</p>}
      {lost.length === 0 ? null : <p className={styles['lost']}>{t('effects.loses', { what: words(lost) })}</p>}
      {isUnchanged ? null : (
        <p>{after.actions.length === 0 ? t('effects.mayNothing') : t('effects.may', { what: words(after.actions) })}</p>
      )}
      {viaGroup === null ? null : <p className={styles['muted']}>{t('effects.via', { group: viaGroup })}</p>}
    </li>
  );
}

function isSame(left: readonly PlaceAction[], right: readonly PlaceAction[]): boolean {
  return left.length === right.length && left.every((action) => right.includes(action));
}
