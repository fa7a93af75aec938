import { artifactEndpoints } from './artifacts.ts';
import { projectEndpoints } from './projects.ts';
import { registryEndpoints } from './registries.ts';
import { replicationEndpoints } from './replication.ts';
import { repositoryEndpoints } from './repositories.ts';
import { searchEndpoints } from './search.ts';
import { sessionEndpoints } from './session.ts';

/** Every operation of the API. Web code imports the noun it needs (`bff/contract/registries`), not this. */
export const contract = {
  ...sessionEndpoints,
  ...registryEndpoints,
  ...projectEndpoints,
  ...repositoryEndpoints,
  ...artifactEndpoints,
  ...searchEndpoints,
  ...replicationEndpoints,
};
