import express, { type ErrorRequestHandler, Router } from 'express';
import { ApiError } from '../../http/api-error.ts';
import type { RegistriesService } from '../registries/registries.service.ts';
import { type CatalogService, EnvelopeError } from './catalog.service.ts';

export interface CatalogRoutesDeps {
  readonly catalog: Pick<CatalogService, 'handleNotifications'>;
  readonly registries: Pick<RegistriesService, 'acceptsNotificationSecret'>;
}

// An envelope of one event is two kilobytes; this holds some two thousand.
const bodyLimit = '4mb';

/**
 * What registries post when something happens in them. Not in the contract: machines send it, in Distribution's format,
 * with a secret of their own instead of a session. The secret is asked for before a byte of the body is read.
 */
export function notificationRoutes({ catalog, registries }: CatalogRoutesDeps): Router {
  const router = Router();
  router.post(
    '/registries/:registryId/notifications',
    async (request, _response, next) => {
      const [, secret] = /^Bearer (\S{1,512})$/i.exec(request.headers.authorization ?? '') ?? [];
      const registryId = request.params['registryId'];
      const isAccepted =
        secret !== undefined &&
        registryId !== undefined &&
        registryIdPattern.test(registryId) &&
        (await registries.acceptsNotificationSecret(registryId, secret));
      if (!isAccepted) {
        throw new ApiError(
          'notification-unauthorized',
          'The notification carries no secret of this registry: make one on its page and put the lines into its configuration.',
        );
      }
      next();
    },
    express.json({
      limit: bodyLimit,
      strict: true,
      type: [
        'application/vnd.docker.distribution.events.v1+json',
        'application/json',
        'application/vnd.docker.distribution.events.v2+json',
      ],
    }),
    async (request, response) => {
      try {
        await catalog.handleNotifications(request.params['registryId'] ?? '', request.body);
      } catch (error) {
        if (error instanceof EnvelopeError) throw new ApiError('request-invalid', error.message);
        throw error;
      }
      response.status(202).end();
    },
  );
  router.use(sayLimit);
  return router;
}

const sayLimit: ErrorRequestHandler = (error: unknown, _request, _response, next) => {
  const isTooLarge = error instanceof Error && 'type' in error && error.type === 'entity.too.large';
  next(
    isTooLarge
      ? new ApiError('body-too-large', 'The notification is larger than 4 MB, the most that is accepted.')
      : error,
  );
};

const registryIdPattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
