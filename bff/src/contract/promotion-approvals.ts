import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';

/** In a file of its own: the first page of the console asks for no more than this about promotions. */
export const countPromotionApprovals = endpoint({
  method: 'GET',
  path: '/promotion-approval-count',
  summary: 'How many promotions wait for the caller to approve or decline them',
  permission: 'artifact.push',
  response: z.object({ total: z.int() }),
  errors: [],
});
