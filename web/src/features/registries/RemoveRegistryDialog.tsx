import type { Registry } from 'bff/contract/registries';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { toast } from '../../ui/toast.ts';
import { useRegistryActions } from './registry-queries.ts';

export function RemoveRegistryDialog({ registry, onClose }: { registry: Registry; onClose: () => void }) {
  const { t } = useTranslation('registries');
  const { number } = useFormat();
  const errorWords = useErrorWords();
  const navigate = useNavigate();
  const { remove } = useRegistryActions(registry.id);
  const { name, catalog } = registry;
  return (
    <ConfirmDialog
      isOpen
      title={t('removal.title', { name })}
      touched={[
        t('removal.forgets.record'),
        t('removal.forgets.catalog', {
          tags: t('facts.tags', { count: catalog.tagCount, shown: number(catalog.tagCount) }),
          repositories: t('removal.repositories', { count: catalog.repositoryCount }),
        }),
      ]}
      confirmLabel={t('removal.action')}
      isDangerous
      isBusy={remove.isPending}
      error={errorWords(remove.error)}
      onConfirm={() =>
        remove.mutate(undefined, {
          onSuccess: () => {
            toast({ message: t('removal.done', { name }), tone: 'ok' });
            void navigate(paths.registries());
          },
        })
      }
      onClose={onClose}
    >
      <p>{t('removal.untouched')}</p>
      <p>{t('removal.body')}</p>
    </ConfirmDialog>
  );
}
