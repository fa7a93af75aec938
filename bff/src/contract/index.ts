import { accessTokenEndpoints } from './access-tokens.ts';
import { artifactEndpoints } from './artifacts.ts';
import { auditEndpoints } from './audit.ts';
import { collectionEndpoints } from './collections.ts';
import { groupEndpoints } from './groups.ts';
import { immutableRuleEndpoints } from './immutable-rules.ts';
import { memberEndpoints } from './members.ts';
import { policyEndpoints } from './policies.ts';
import { operationsEndpoints } from './operations.ts';
import { noticeEndpoints } from './notices.ts';
import { projectEndpoints } from './projects.ts';
import { promotionEndpoints } from './promotions.ts';
import { registryEndpoints } from './registries.ts';
import { replicationEndpoints } from './replication.ts';
import { repositoryEndpoints } from './repositories.ts';
import { retentionEndpoints } from './retention.ts';
import { robotEndpoints } from './robots.ts';
import { searchEndpoints } from './search.ts';
import { sessionEndpoints } from './session.ts';
import { settingsEndpoints } from './settings.ts';
import { storageEndpoints } from './storage.ts';
import { tagHistoryEndpoints } from './tag-history.ts';
import { trashEndpoints } from './trash.ts';
import { userEndpoints } from './users.ts';

/** Every operation of the API. Web code imports the noun it needs (`bff/contract/registries`), not this. */
export const contract = {
  ...sessionEndpoints,
  ...accessTokenEndpoints,
  ...registryEndpoints,
  ...projectEndpoints,
  ...memberEndpoints,
  ...robotEndpoints,
  ...immutableRuleEndpoints,
  ...noticeEndpoints,
  ...repositoryEndpoints,
  ...artifactEndpoints,
  ...searchEndpoints,
  ...replicationEndpoints,
  ...policyEndpoints,
  ...operationsEndpoints,
  ...promotionEndpoints,
  ...trashEndpoints,
  ...tagHistoryEndpoints,
  ...collectionEndpoints,
  ...retentionEndpoints,
  ...storageEndpoints,
  ...userEndpoints,
  ...groupEndpoints,
  ...auditEndpoints,
  ...settingsEndpoints,
};
