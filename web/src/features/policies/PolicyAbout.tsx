import Button from '@mui/material/Button';
import type { Policy } from 'bff/contract/policies';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RegistryChip } from '../../domain/RegistryChip.tsx';
import { causeTone } from '../../domain/tasks/task-status.ts';
import { StatusDot, type Tone } from '../../ui/StatusDot.tsx';
import { toast } from '../../ui/toast.ts';
import { useMedia } from '../../ui/use-media.ts';
import { usePolicyActions } from './policies-queries.ts';
import styles from './policies.module.css';
import { factKeys, usePolicyFacts } from './policy-facts.ts';
import { NextRun } from './policy-columns.tsx';
import { LastLook, LastLookLine } from './LastLook.tsx';
import { PolicyNotices } from './PolicyNotices.tsx';

interface PolicyAboutProps {
  policy: Policy;
  mayManage: boolean;
}

/** Below this the two columns stand one below the other. The style sheet says the same width. */
const ONE_COLUMN = '(max-width: 1099.95px)';

/** What it says, part by part, and how each destination stands; where one is below the other, this comes first. */
export function PolicyAbout({ policy, mayManage }: PolicyAboutProps) {
  const isOneColumn = useMedia(ONE_COLUMN);
  const destinations = <Destinations policy={policy} mayManage={mayManage} hasLook={isOneColumn} />;
  const facts = <Facts policy={policy} hasLook={!isOneColumn} />;
  const notices = <PolicyNotices policy={policy} />;
  // Drawn in another order, not only shown in one: what is read aloud follows what is seen.
  return isOneColumn ? (
    <div className={styles['columns']}>
      {destinations}
      {facts}
      {notices}
    </div>
  ) : (
    <div className={styles['columns']}>
      {facts}
      <div>
        {destinations}
        {notices}
      </div>
    </div>
  );
}

interface PartProps {
  policy: Policy;
  /** Says what it found when it last looked, which is how far the destinations are from what they should be. */
  hasLook: boolean;
}

function Facts({ policy, hasLook }: PartProps) {
  const { t } = useTranslation('policies');
  const facts = usePolicyFacts(policy.content);
  return (
    <dl className={styles['facts']}>
      {factKeys.map((key) => (
        <Fact key={key} name={t(`fact.${key}`)}>
          {facts[key]}
        </Fact>
      ))}
      {!hasLook || policy.lastLook === null ? null : (
        <Fact name={t('column.looked')}>
          <LastLook look={policy.lastLook} />
        </Fact>
      )}
      {policy.nextRunAt === null ? null : (
        <Fact name={t('column.next')}>
          <NextRun at={policy.nextRunAt} />
        </Fact>
      )}
    </dl>
  );
}

function Destinations({ policy, mayManage, hasLook }: PartProps & PolicyAboutProps) {
  const { t } = useTranslation('policies');
  return (
    <section aria-label={t('destinations.title')}>
      <h2 className={styles['sectionTitle']}>{t('destinations.title')}</h2>
      <ul className={styles['destinations']}>
        {policy.destinations.map((destination) => (
          <Destination
            key={destination.registryId}
            policy={policy}
            destination={destination}
            mayManage={mayManage && policy.isEnabled}
          />
        ))}
      </ul>
      {!hasLook || policy.lastLook === null ? null : (
        <p className={styles['look']}>
          <LastLookLine look={policy.lastLook} />
        </p>
      )}
    </section>
  );
}

interface FactProps {
  name: string;
  children: ReactNode;
}

function Fact({ name, children }: FactProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface DestinationProps {
  policy: Policy;
  destination: Policy['destinations'][number];
  mayManage: boolean;
}

/** Of a destination that nothing is the matter with. */
type Standing = 'disabled' | 'policyPaused' | 'never' | 'copying' | 'follows' | 'done';
const toneOf: Readonly<Record<Standing, Tone>> = {
  disabled: 'neutral',
  policyPaused: 'neutral',
  never: 'neutral',
  copying: 'accent',
  follows: 'ok',
  done: 'ok',
};

function standingOf(policy: Policy, { openTaskCount }: Policy['destinations'][number]): Standing {
  if (!policy.isEnabled) return 'disabled';
  if (policy.pausedAt !== null) return 'policyPaused';
  if (openTaskCount > 0) return 'copying';
  if (policy.content.onPush) return 'follows';
  if (policy.lastExecution === null && policy.lastLook === null) return 'never';
  return policy.content.schedule === null ? 'done' : 'follows';
}

function Destination({ policy, destination, mayManage }: DestinationProps) {
  const { t } = useTranslation(['policies', 'tasks']);
  const errorWords = useErrorWords();
  const reasonText = useReasonText();
  const { registryId, pausedAt, pausedBy, openTaskCount, activity, reason } = destination;
  const directory = useRegistryDirectory();
  const { name, environment } = directory.find(registryId);
  // Said before the first copy has failed.
  const absent = directory.findDown([registryId, policy.content.sourceRegistryId]);
  const { changeDestination } = usePolicyActions();
  const isPaused = pausedAt !== null;
  const standing = standingOf(policy, destination);
  const paused = pausedBy === null ? t('destinations.paused') : t('destinations.pausedBy', { who: pausedBy });
  const toggle = () =>
    changeDestination.mutate(
      { policyId: policy.id, registryId, isPaused: !isPaused },
      {
        onSuccess: () =>
          toast({
            message: t(isPaused ? 'destinations.resumedDone' : 'destinations.pausedDone', { registry: name }),
            tone: 'ok',
          }),
        onError: (error) => toast({ message: errorWords(error).sentence, tone: 'danger' }),
      },
    );
  return (
    <li>
      <RegistryChip name={name} environment={environment} />
      <span className={styles['grow']}>
        {isPaused ? (
          <StatusDot tone="warn" label={paused} />
        ) : reason !== null ? (
          <StatusDot tone={causeTone(reason, activity)} label={reasonText(reason)} wraps />
        ) : standing === 'copying' && absent !== undefined ? (
          <StatusDot tone="warn" label={t('tasks:figures.stillFor', { registry: absent.name })} wraps />
        ) : (
          <StatusDot tone={toneOf[standing]} label={t(`destinations.${standing}`)} />
        )}
        {isPaused && reason !== null ? <span className={styles['reason']}>{reasonText(reason)}</span> : null}
        {openTaskCount === 0 ? null : (
          <span className={styles['muted']}> · {t('destinations.open', { count: openTaskCount })}</span>
        )}
      </span>
      {mayManage ? (
        <Button
          variant="outlined"
          disabled={changeDestination.isPending}
          aria-label={t(isPaused ? 'destinations.resume' : 'destinations.pause', { registry: name })}
          onClick={toggle}
        >
          {t(isPaused ? 'resume' : 'pause')}
        </Button>
      ) : null}
    </li>
  );
}
