import { Router } from 'express';
import * as contract from '../../contract/immutable-rules.ts';
import { ApiError } from '../../http/api-error.ts';
import { mountEndpoint, projectNotFound } from '../../http/mount-endpoint.ts';
import type { RequestAccess } from '../../http/request-access.ts';
import { type Rule, RulePatternError, type RulePatterns } from './immutable-rules.ts';
import { type ImmutableRulesService, RuleProjectMissingError } from './immutable-rules.service.ts';

export function immutableRulesRoutes({ rules }: { readonly rules: ImmutableRulesService }): Router {
  const router = Router();
  mountEndpoint(router, contract.listImmutableRules, async ({ params: { project } }, { access }) => ({
    items: (await visibleRules(rules, project, access)).map(ruleAnswer),
  }));
  mountEndpoint(router, contract.createImmutableRule, async ({ params: { project }, body }, context) => {
    const { access, audit, account } = context;
    audit.note({ target: targetOf(body), environment: body.environment });
    await authorizeDraft(access, project, body.environment);
    const rule = await mapped(project, () => rules.create(project, body, account?.username ?? null));
    audit.note({ after: patternsOf(body) });
    return ruleAnswer(rule);
  });
  mountEndpoint(router, contract.deleteImmutableRule, async ({ params: { project, ruleId } }, { access, audit }) => {
    const missing = () => new ApiError('immutable-rule-not-found', 'There is no such rule any more.');
    const rule = (await visibleRules(rules, project, access)).find(({ id }) => id === ruleId.toLowerCase());
    if (rule === undefined) throw missing();
    audit.note({ target: targetOf(rule), environment: rule.environment, before: patternsOf(rule) });
    await authorizeRule(access, project, rule.environment);
    if (!(await rules.remove(project, rule.id))) throw missing();
  });
  mountEndpoint(router, contract.previewImmutableRule, async ({ params: { project }, body }, { access }) => {
    await authorizeDraft(access, project, body.environment);
    const { tagCount, sample } = await mapped(project, () => rules.preview(project, body));
    return { tagCount, sample: sample.map((tag) => ({ ...tag })) };
  });
  return router;
}

/** Those for every environment, and those of environments whose rules the caller may see. */
async function visibleRules(rules: ImmutableRulesService, project: string, access: RequestAccess): Promise<Rule[]> {
  const all = await mapped(project, () => rules.list(project));
  const isVisible = await Promise.all(
    all.map(async ({ environment }) =>
      environment === null ? true : access.may('member.read', { project, environment }),
    ),
  );
  return all.filter((_rule, index) => isVisible[index]);
}

/** In an environment that the caller named: hidden and unknown ones get the same answer. */
async function authorizeRule(access: RequestAccess, project: string, environment: string | null): Promise<void> {
  if (environment === null) {
    await access.authorizeEverywhere('project.manage', project, () => projectNotFound(project));
  } else {
    await access.authorizeOpenly('project.manage', { project, environment });
  }
}

async function authorizeDraft(access: RequestAccess, project: string, environment: string | null): Promise<void> {
  await authorizeRule(access, project, environment);
  if (environment !== null && !(await access.environments()).includes(environment)) {
    const message = `No registry serves the environment “${environment}”.`;
    throw new ApiError('request-invalid', message, { fields: [{ path: 'environment', message }] });
  }
}

function targetOf({ repositoryPattern, tagPattern }: RulePatterns): string {
  return `${repositoryPattern}:${tagPattern}`;
}

function patternsOf({ environment, repositoryPattern, tagPattern }: RulePatterns) {
  return { environment, repositoryPattern, tagPattern };
}

function ruleAnswer({ createdAt, ...rule }: Rule): contract.ImmutableRule {
  return { ...rule, createdAt: createdAt.toISOString() };
}

async function mapped<T>(project: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RuleProjectMissingError) throw projectNotFound(project);
    if (error instanceof RulePatternError) {
      const fields = [{ path: error.field, message: error.message }];
      throw new ApiError('request-invalid', error.message, { fields });
    }
    throw error;
  }
}
