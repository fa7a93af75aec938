import type { Artifact } from 'bff/contract/artifacts';
import { type KeyboardEvent, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { shortenDigest } from '../../domain/digest.ts';
import { platformLabel } from '../../domain/platform.ts';
import { useFormat } from '../../i18n/use-format.ts';
import styles from './artifacts.module.css';

type Entry = Artifact['platforms'][number];

interface PlatformSwitchProps {
  entries: readonly Entry[];
  /** Its digest. */
  chosen: string;
  onChoose: (digest: string) => void;
}

/** The platforms of an index as chips; one is chosen and decides what the rest of the page shows. */
export function PlatformSwitch({ entries, chosen, onChoose }: PlatformSwitchProps) {
  const { t } = useTranslation('artifacts');
  const format = useFormat();
  const labelId = useId();
  const step = (event: KeyboardEvent<HTMLButtonElement>, index: number) => {
    const move = ['ArrowRight', 'ArrowDown'].includes(event.key)
      ? 1
      : ['ArrowLeft', 'ArrowUp'].includes(event.key)
        ? -1
        : 0;
    if (move === 0) return;
    const next = (index + move + entries.length) % entries.length;
    event.preventDefault();
    onChoose(entries[next]?.digest ?? '');
    event.currentTarget.parentElement?.querySelectorAll<HTMLElement>('[role="radio"]')[next]?.focus();
  };
  return (
    <div role="radiogroup" aria-labelledby={labelId} className={styles['chipsBar']}>
      <span id={labelId} className={styles['quiet']}>
        {t('platforms')}
      </span>
      {entries.map((entry, index) => (
        <button
          // An index may list one manifest twice.
          key={`${entry.digest} ${index}`}
          type="button"
          role="radio"
          className={styles['platform']}
          aria-checked={entry.digest === chosen}
          tabIndex={entry.digest === chosen ? 0 : -1}
          title={entry.isPresent ? entry.digest : t('platformAbsent')}
          onClick={() => onChoose(entry.digest)}
          onKeyDown={(event) => step(event, index)}
        >
          <bdi>
            {entry.platform === null || entry.isAttestation
              ? shortenDigest(entry.digest)
              : platformLabel(entry.platform)}
          </bdi>
          <small>
            {entry.isAttestation
              ? t('attestation')
              : !entry.isPresent
                ? t('absent')
                : entry.totalSizeBytes === null
                  ? null
                  : format.bytes(entry.totalSizeBytes)}
          </small>
        </button>
      ))}
    </div>
  );
}
