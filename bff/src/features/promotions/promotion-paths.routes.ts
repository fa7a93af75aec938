import type { Router } from 'express';
import * as contract from '../../contract/promotions.ts';
import { ApiError } from '../../http/api-error.ts';
import { mountEndpoint, projectNotFound } from '../../http/mount-endpoint.ts';
import type { RequestAccess } from '../../http/request-access.ts';
import type { PathStep } from './promotions.ts';
import type { PromotionsService } from './promotions.service.ts';

/** The environments that a project's tags go through. */
export function mountPaths(router: Router, promotions: Pick<PromotionsService, 'readPath' | 'setPath'>): void {
  const answer = async (project: string, access: RequestAccess): Promise<contract.PromotionPath> => {
    const path = await promotions.readPath(project);
    const environments = await access.environments();
    const may = await Promise.all(
      environments.map((environment) => access.may('catalog.read', { project, environment })),
    );
    const seen = environments.filter((_environment, index) => may[index]);
    const steps = path.effective.filter(({ environment }) => seen.includes(environment));
    const others = seen.filter((environment) => !steps.some((step) => step.environment === environment));
    return { steps: steps.map((step) => ({ ...step })), isDefault: path.steps === null, others, version: path.version };
  };
  mountEndpoint(router, contract.getPromotionPath, ({ params: { project } }, { access }) => answer(project, access));
  mountEndpoint(router, contract.updatePromotionPath, async ({ params: { project }, body }, context) => {
    const { access, account, audit } = context;
    // Nobody can put an environment in order that is hidden from them.
    await access.authorizeEverywhere('project.manage', project, () => projectNotFound(project));
    const before = await promotions.readPath(project);
    audit.note({ before: { path: wordsOf(before.steps) }, after: { path: wordsOf(body.steps) } });
    checkSteps(body.steps, await access.environments());
    if (!(await promotions.setPath(project, body.version, body.steps, account?.username ?? null))) {
      const sentence = `Somebody else changed the path of ${project} meanwhile. Load it anew, then change it again.`;
      throw new ApiError('version-conflict', sentence);
    }
    return answer(project, access);
  });
}

function checkSteps(steps: readonly PathStep[] | null, environments: readonly string[]): void {
  const names = (steps ?? []).map(({ environment }) => environment);
  const unknown = names.find((name) => !environments.includes(name));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  const message =
    unknown === undefined
      ? twice === undefined
        ? undefined
        : `“${twice}” is on the path twice.`
      : `No registry serves the environment “${unknown}”.`;
  if (message === undefined) return;
  throw new ApiError('request-invalid', message, { fields: [{ path: 'steps', message }] });
}

/** As people read it in the audit log. */
function wordsOf(steps: readonly PathStep[] | null): string {
  if (steps === null) return 'the environments in their order';
  return steps
    .map(({ environment, needsApproval }) => (needsApproval ? `${environment} (with approval)` : environment))
    .join(' → ');
}
