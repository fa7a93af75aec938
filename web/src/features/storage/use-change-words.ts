import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format.ts';

/** “+2 MB”, “−2 MB”, “±0”. */
export function useChangeWords(): (changeBytes: number) => string {
  const { t } = useTranslation('storage');
  const { bytes } = useFormat();
  return useCallback(
    (changeBytes) => {
      if (changeBytes === 0) return t('table.same');
      return t(changeBytes > 0 ? 'table.grew' : 'table.shrank', { bytes: bytes(Math.abs(changeBytes)) });
    },
    [t, bytes],
  );
}
