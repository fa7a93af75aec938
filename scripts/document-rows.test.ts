import { holdRowsToTests } from './document-rows.ts';

holdRowsToTests('docs/decisions/045-abuse.md', 'attempt', 40);
holdRowsToTests('docs/decisions/051-faults.md', 'fault', 30);
