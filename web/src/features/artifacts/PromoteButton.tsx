import Button from '@mui/material/Button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LazyPromoteDialog } from '../../domain/promotion/LazyPromoteDialog.tsx';
import type { PromotionSource } from '../../domain/promotion/promotion-path.ts';
import { usePromotionSteps } from '../../domain/promotion/promotion-queries.ts';
import type { KnownRegistry } from '../../domain/registry-directory.ts';
import { projectOf } from '../../paths.ts';

interface PromoteButtonProps extends Omit<PromotionSource, 'registryId'> {
  registry: KnownRegistry;
}

/** There where the project's path leads on to an environment into which the reader may push. */
export function PromoteButton({ registry, repository, tag, digest }: PromoteButtonProps) {
  const { t } = useTranslation('artifacts');
  const steps = usePromotionSteps(projectOf(repository), registry.environment);
  const [source, setSource] = useState<PromotionSource | null>(null);
  if (steps.length === 0 && source === null) return null;
  return (
    <>
      <Button variant="outlined" onClick={() => setSource({ registryId: registry.id, repository, tag, digest })}>
        {t('promote')}
      </Button>
      <LazyPromoteDialog source={source} onClose={() => setSource(null)} />
    </>
  );
}
