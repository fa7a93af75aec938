import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { CopyPreview, CopyRequest } from 'bff/contract/replication';
import { useEffect, useState } from 'react';
import { previewQuery } from './copy-queries.ts';

const PAUSE_MS = 250;
const nothing: CopyRequest = {
  source: { registryId: '', repository: '' },
  references: [],
  destinations: [],
  whenDifferent: 'replace',
};

export interface CopyPreviewState {
  /** Of the present choice; undefined until it is known. */
  data: CopyPreview | undefined;
  /** Of the choice before, to be shown faintly meanwhile. */
  previous: CopyPreview | undefined;
  error: Error | null;
  retry: () => void;
}

/** Asks a moment after the last change what a copy would do. */
export function useCopyPreview(request: CopyRequest | undefined): CopyPreviewState {
  const settled = useSettled(request);
  const query = useQuery({
    ...previewQuery(settled ?? nothing),
    enabled: settled !== undefined,
    placeholderData: keepPreviousData,
  });
  const isCurrent = JSON.stringify(settled) === JSON.stringify(request) && !query.isPlaceholderData;
  return {
    data: isCurrent && request !== undefined ? query.data : undefined,
    previous: query.data,
    error: query.error,
    retry: () => void query.refetch(),
  };
}

function useSettled(request: CopyRequest | undefined): CopyRequest | undefined {
  const [settled, setSettled] = useState(request);
  const key = JSON.stringify(request);
  useEffect(() => {
    const timer = setTimeout(
      () => setSettled(key === undefined ? undefined : (JSON.parse(key) as CopyRequest)),
      PAUSE_MS,
    );
    return () => clearTimeout(timer);
  }, [key]);
  return settled;
}
