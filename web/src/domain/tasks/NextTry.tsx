import { useNextTry } from './next-try.ts';

/** Nothing where it is not known. */
export function NextTry({ at, className }: { at: string | null; className?: string | undefined }) {
  const words = useNextTry(at);
  return words === null ? null : <span className={className}>{words}</span>;
}
