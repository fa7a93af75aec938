import type { Artifact } from 'bff/contract/artifacts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { DigestText } from '../../domain/DigestText.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import styles from './artifacts.module.css';
import type { Comparison } from './compare-artifacts.ts';
import { historyLine, layerHeightPx, stackLayers } from './layer-stack.ts';

interface ComparedLayersProps {
  left: Artifact;
  right: Artifact;
  comparison: Comparison;
}

/** Both stacks as one, from the bottom up: what they share, what only one has. */
export function ComparedLayers({ left, right, comparison }: ComparedLayersProps) {
  const { t } = useTranslation('artifacts');
  const format = useFormat();
  const lines = useMemo(() => new Map([...linesOf(left), ...linesOf(right)]), [left, right]);
  const { layers, counts } = comparison;
  if (layers.length === 0) return null;
  const largest = Math.max(...layers.map(({ layer }) => layer.sizeBytes));
  return (
    <section>
      <h2>{t('comparison.layers')}</h2>
      <p className={styles['stackHead']}>{t('comparison.layersSummary', counts)}</p>
      <ol className={styles['stack']} aria-label={t('comparison.layers')}>
        {layers.map(({ state, layer }, index) => {
          const line = lines.get(layer.digest) ?? layer.title;
          return (
            <li
              key={`${layer.digest} ${index}`}
              className={styles['layer']}
              data-kind={state}
              // What both have is one line high: the eye is led to what differs.
              style={{ minHeight: state === 'same' ? undefined : layerHeightPx(layer.sizeBytes, largest) }}
            >
              <span className={styles['layerMark']} aria-hidden="true" />
              <span className={styles['layerSize']}>{format.bytes(layer.sizeBytes)}</span>
              <span className={styles['layerStep']} title={line ?? undefined}>
                {line === null ? <span className={styles['quiet']}>{t('layers.noStep')}</span> : <code>{line}</code>}
              </span>
              <span className={styles['layerEnd']}>
                <span className={styles['sign']}>{t(`comparison.state.${state}`)}</span>
                <DigestText digest={layer.digest} />
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function linesOf(artifact: Artifact): [string, string][] {
  return stackLayers(artifact, false).flatMap(({ layer, step }): [string, string][] => {
    const line = historyLine(step?.createdBy ?? null);
    return layer === null || line === null ? [] : [[layer.digest, line]];
  });
}
