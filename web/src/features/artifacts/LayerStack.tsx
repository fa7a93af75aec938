import type { Artifact } from 'bff/contract/artifacts';
import { type CSSProperties, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DigestText } from '../../domain/DigestText.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import styles from './artifacts.module.css';
import { distinctBytes } from './compare-artifacts.ts';
import { historyLine, type StackedLayer, stackLayers } from './layer-stack.ts';

const LINE_PX = 20;
const PADDING_PX = 8;

/** The layers in the order they were made, as high as they are heavy, each with the step that made it. */
export function LayerStack({ artifact }: { artifact: Artifact }) {
  const { t } = useTranslation('artifacts');
  const format = useFormat();
  const [withEmptySteps, setWithEmptySteps] = useState(false);
  const stacked = useMemo(() => stackLayers(artifact, withEmptySteps), [artifact, withEmptySteps]);
  const hasEmptySteps = artifact.history.some(({ layer }) => layer === null);
  if (artifact.layers.length === 0) return <EmptyState title={t('layers.none')}>{t('layers.noneNext')}</EmptyState>;
  return (
    <>
      <div className={styles['stackHead']}>
        <span title={t('layers.heightNote')}>
          {t('layers.summary', {
            count: artifact.layers.length,
            size: format.bytes(distinctBytes(artifact.layers)),
          })}
        </span>
        {hasEmptySteps ? (
          <label>
            <input
              type="checkbox"
              checked={withEmptySteps}
              onChange={(event) => setWithEmptySteps(event.target.checked)}
            />
            {t('layers.emptySteps')}
          </label>
        ) : null}
      </div>
      <ol className={styles['stack']} aria-label={t('layers.title')}>
        {stacked.map((one, index) => (
          <LayerLine key={`${one.layer?.digest ?? 'step'} ${index}`} stacked={one} />
        ))}
      </ol>
    </>
  );
}

function LayerLine({ stacked: { layer, step, heightPx } }: { stacked: StackedLayer }) {
  const { t } = useTranslation('artifacts');
  const format = useFormat();
  const [isOpen, setIsOpen] = useState(false);
  const line = historyLine(step?.createdBy ?? null) ?? layer?.title ?? step?.comment ?? null;
  const kind = layer === null ? 'empty' : layer.alsoInRepositories > 0 ? 'shared' : 'own';
  const style = {
    minHeight: heightPx,
    '--lines': Math.max(1, Math.floor((heightPx - PADDING_PX) / LINE_PX)),
  } as CSSProperties;
  return (
    <li className={styles['layer']} data-kind={kind} style={style}>
      <span className={styles['layerMark']} aria-hidden="true" />
      <span className={styles['layerSize']}>
        {layer === null ? t('layers.noBytes') : format.bytes(layer.sizeBytes)}
      </span>
      {line === null ? (
        <span className={`${styles['layerStep']} ${styles['quiet']}`}>{t('layers.noStep')}</span>
      ) : (
        // The whole line on a click, for a mouse; it is all there for screen readers and for searching in the page.
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions -- It opens what can be read without it.
        <span
          className={styles['layerStep']}
          data-open={isOpen}
          title={isOpen ? undefined : line}
          onClick={() => setIsOpen((open) => !open)}
        >
          <code>{line}</code>
        </span>
      )}
      <span className={styles['layerEnd']}>
        {layer === null || layer.alsoInRepositories === 0 ? null : (
          <span className={styles['shared']} title={t('layers.shared', { count: layer.alsoInRepositories })}>
            {t('layers.sharedShort', { count: layer.alsoInRepositories })}
          </span>
        )}
        {layer === null ? null : <DigestText digest={layer.digest} />}
      </span>
    </li>
  );
}
