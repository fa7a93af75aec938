import { type Collection, type CollectionStep, collectionSteps } from 'bff/contract/collections';
import { useTranslation } from 'react-i18next';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { useNow } from '../../i18n/now.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { type ShownStepState, stepTone } from './collection-words.ts';
import styles from './collections.module.css';

const findings = [
  'uploads',
  'copies',
  'trashItems',
  'waitedFor',
  'eligibleCount',
  'eligibleBytes',
  'markedCount',
  'bytesBefore',
  'tagCount',
  'neededCount',
  'brokenCount',
  'repositoriesRead',
  'repositories',
  'removedCount',
  'endpoints',
  'restarts',
  'bytesAfter',
] as const;
const inBytes: ReadonlySet<string> = new Set(['eligibleBytes', 'bytesBefore', 'bytesAfter']);
/** Worth saying only where there were some. */
const saidIfAny: ReadonlySet<string> = new Set(['waitedFor', 'brokenCount', 'eligibleBytes']);

interface CollectionStepsProps {
  kind: Collection['kind'];
  steps: readonly CollectionStep[];
  isOver: boolean;
}

/** Every step of a run in its order, also those that are still to come. */
export function CollectionSteps({ kind, steps, isOver }: CollectionStepsProps) {
  const { t } = useTranslation('collections');
  const names = kind === 'preview' ? (['preview'] as const) : collectionSteps;
  return (
    <section className={styles['section']} aria-labelledby="collection-steps">
      <div className={styles['sectionHead']}>
        <h2 id="collection-steps">{t('run.steps')}</h2>
      </div>
      <ol className={styles['steps']}>
        {names.map((name) => {
          const step = steps.find((one) => one.name === name);
          if (step !== undefined) return <StepRow key={name} step={step} />;
          return (
            <li key={name} className={styles['step']} data-state="waiting">
              <StatusDot tone="neutral" label={t(`stepState.${isOver ? 'skipped' : 'waiting'}`)} />
              <span>{t(`step.${name}`)}</span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function StepRow({ step }: { step: CollectionStep }) {
  const { t } = useTranslation('collections');
  const { duration, clock } = useFormat();
  const reasonText = useReasonText();
  const nowMs = useNow();
  const { name, startedAt, endedAt, reason } = step;
  const state: ShownStepState = step.state;
  const tookMs = (endedAt === null ? nowMs : Date.parse(endedAt)) - Date.parse(startedAt);
  const found = useFindings(step);
  return (
    <li className={styles['step']} data-state={state} aria-current={state === 'running' ? 'step' : undefined}>
      <StatusDot
        tone={stepTone(state, reason !== null)}
        label={t(`stepState.${state}`)}
        isActive={state === 'running'}
      />
      <span>{t(`step.${name}`)}</span>
      <span className={styles['time']}>{endedAt === null ? clock(Math.max(0, tookMs) / 1000) : duration(tookMs)}</span>
      {found === '' ? null : <p className={styles['muted']}>{found}</p>}
      {reason === null ? null : <p>{reasonText(reason)}</p>}
    </li>
  );
}

function useFindings({ findings: found }: CollectionStep): string {
  const { t } = useTranslation('collections');
  const { bytes, number } = useFormat();
  return findings
    .flatMap((name) => {
      const value = found[name];
      if (value === undefined || (value === 0 && saidIfAny.has(name))) return [];
      return [t(`finding.${name}`, { value: inBytes.has(name) ? bytes(value) : number(value) })];
    })
    .join(' · ');
}
