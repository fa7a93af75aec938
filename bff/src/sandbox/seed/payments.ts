import { composeArtifact, composeAttestation, composeImage, composeIndex, blobOf, type SeedArtifact } from './image.ts';
import type { LayerEntry } from './layer.ts';
import type { Placement } from './push.ts';
import { type Release, placeReleases } from './releases.ts';
import { spdxDocument } from './sbom.ts';
import type { Workshop } from './workshop.ts';

const API_RELEASES: readonly Release[] = [
  { version: '2.6.8', daysAgo: 41, registries: ['production', 'branch-north', 'branch-south'] },
  { version: '2.6.9', daysAgo: 14, registries: ['production', 'branch-north'] },
  { version: '2.7.1', daysAgo: 9, registries: ['development', 'testing', 'staging', 'production', 'branch-north'] },
  { version: '2.7.2', daysAgo: 3, registries: ['development', 'testing', 'staging', 'production'] },
  { version: '2.7.3', daysAgo: 1, registries: ['development', 'testing'] },
  { version: '2.8.0-rc1', daysAgo: 0.01, registries: ['development'] },
];

const WORKER_RELEASES: readonly Release[] = [
  { version: '1.11.4', daysAgo: 30, registries: ['staging', 'production', 'branch-north', 'branch-south'] },
  { version: '1.12.0', daysAgo: 6, registries: ['development', 'testing', 'staging', 'production'] },
  { version: '1.12.1', daysAgo: 2, registries: ['development', 'testing'] },
];

const WEB_RELEASES: readonly Release[] = [
  { version: '5.0.2', daysAgo: 20, registries: ['testing', 'staging', 'production', 'branch-north', 'branch-south'] },
  { version: '5.1.0', daysAgo: 4, registries: ['development', 'testing', 'staging'] },
];

/** A service, a worker and a page: small images on busybox, in the states a release train is in. */
export async function paymentsPlacements(workshop: Workshop): Promise<Placement[]> {
  return [
    ...(await apiPlacements(workshop)),
    ...(await placeReleases('payments/worker', WORKER_RELEASES, (release) => worker(workshop, release))),
    ...(await placeReleases('payments/web', WEB_RELEASES, (release) => web(workshop, release))),
  ];
}

async function apiPlacements(workshop: Workshop): Promise<Placement[]> {
  const repository = 'payments/api';
  const built = new Map<string, SeedArtifact>();
  const placements = await placeReleases(repository, API_RELEASES, async (release) => {
    const image = await api(workshop, release);
    built.set(release.version, image);
    return image;
  });
  // Somebody patched the branch by hand: the same tag with another digest, which is what the matrix is for.
  const patched = await api(workshop, { version: '2.7.2', daysAgo: 2.5 }, { CURRENCY: 'SEK' });
  placements.push({ registryId: 'branch-north', repository, artifact: patched, tags: ['2.7.2'] });

  const described = built.get('2.7.2');
  if (described !== undefined) {
    const sbom = composeArtifact({
      artifactType: 'application/spdx+json',
      layers: [blobOf('application/spdx+json', JSON.stringify(await spdxDocument(workshop, repository, '2.7.2')))],
      subject: described,
      annotations: { 'org.opencontainers.image.created': workshop.daysAgo(3).toISOString() },
    });
    for (const registryId of ['development', 'testing', 'staging', 'production']) {
      placements.push({ registryId, repository, artifact: sbom, tags: [] });
    }
  }
  return placements;
}

/** Answers on port 8080 with busybox’s web server: `/`, and `/cgi-bin/payments` as JSON. */
async function api(
  workshop: Workshop,
  { version, daysAgo }: Pick<Release, 'version' | 'daysAgo'>,
  environment: Readonly<Record<string, string>> = {},
): Promise<SeedArtifact> {
  const entries: LayerEntry[] = [
    { path: 'srv/api/index.html', content: `<!doctype html><title>payments</title><h1>payments api ${version}</h1>\n` },
    { path: 'srv/api/cgi-bin/payments', mode: 0o755, content: paymentsScript(version) },
    {
      path: 'srv/api/cgi-bin/health',
      mode: 0o755,
      content: '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\nok\\n"\n',
    },
    { path: 'etc/payments/rates.csv', content: 'currency,per_euro\nEUR,1\nSEK,11.2\nCNY,7.8\nUSD,1.1\n' },
  ];
  const layer = await workshop.layer(entries, { createdBy: `COPY srv etc / # payments api ${version}` });
  const settings = Object.entries({ TZ: 'Europe/Berlin', CURRENCY: 'EUR', ...environment });
  return composeImage({
    layers: [...workshop.shellLayers, layer],
    run: {
      Env: ['PATH=/bin', ...settings.map(([name, value]) => `${name}=${value}`)],
      ExposedPorts: { '8080/tcp': {} },
      User: 'app',
      WorkingDir: '/srv/api',
      Entrypoint: ['httpd', '-f', '-v', '-p', '8080', '-h', '/srv/api'],
      Labels: labels('payments/api', version),
    },
    createdAt: workshop.daysAgo(daysAgo),
    platform: workshop.platform,
  });
}

function paymentsScript(version: string): string {
  return `#!/bin/sh
rate=$(awk -F, -v wanted="$CURRENCY" '$1 == wanted { print $2 }' /etc/payments/rates.csv)
printf 'Content-Type: application/json\\r\\n\\r\\n'
printf '{"version":"${version}","currency":"%s","perEuro":%s}\\n' "$CURRENCY" "$rate"
`;
}

async function worker(workshop: Workshop, { version, daysAgo }: Release): Promise<SeedArtifact> {
  const script = `#!/bin/sh
# Settles what lies in the inbox, one file after the other.
trap 'echo "worker ${version} stops"; exit 0' TERM INT
echo "worker ${version} starts"
while :; do
  for file in /var/spool/payments/*; do
    [ -f "$file" ] && echo "settled $(basename "$file")" && rm -f "$file"
  done
  sleep "\${INTERVAL_SECONDS:-5}" & wait $!
done
`;
  const layer = await workshop.layer(
    [
      { path: 'usr/bin/payments-worker', mode: 0o755, content: script },
      { path: 'var/spool/payments', directory: true, mode: 0o777 },
    ],
    { createdBy: `COPY payments-worker /usr/bin/ # worker ${version}` },
  );
  return composeImage({
    layers: [...workshop.shellLayers, layer],
    run: {
      Env: ['PATH=/bin:/usr/bin', 'INTERVAL_SECONDS=5'],
      User: 'app',
      Volumes: { '/var/spool/payments': {} },
      Entrypoint: ['/usr/bin/payments-worker'],
      Labels: labels('payments/worker', version),
    },
    createdAt: workshop.daysAgo(daysAgo),
    platform: workshop.platform,
  });
}

/** An index as BuildKit writes it: one image, and a statement about it of platform unknown/unknown. */
async function web(workshop: Workshop, { version, daysAgo }: Release): Promise<SeedArtifact> {
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Pay</title>
<link rel="stylesheet" href="pay.css"><main><h1>Pay an invoice</h1><p>Version ${version}</p></main></html>\n`;
  const layer = await workshop.layer(
    [
      { path: 'srv/web/index.html', content: page },
      { path: 'srv/web/pay.css', content: 'main { font: 1rem/1.5 system-ui; max-width: 40rem; margin: 4rem auto; }\n' },
    ],
    { createdBy: `COPY dist /srv/web # page ${version}` },
  );
  const image = composeImage({
    layers: [...workshop.shellLayers, layer],
    run: {
      Env: ['PATH=/bin'],
      ExposedPorts: { '8080/tcp': {} },
      User: 'app',
      Entrypoint: ['httpd', '-f', '-p', '8080', '-h', '/srv/web'],
      Labels: labels('payments/web', version),
    },
    createdAt: workshop.daysAgo(daysAgo),
    platform: workshop.platform,
  });
  const statement = {
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: 'https://spdx.dev/Document',
    subject: [{ name: `payments/web@${version}`, digest: { sha256: image.digest.slice('sha256:'.length) } }],
    predicate: await spdxDocument(workshop, 'payments/web', version),
  };
  return composeIndex([image, composeAttestation(image, statement, workshop.daysAgo(daysAgo))]);
}

function labels(repository: string, version: string): Record<string, string> {
  return {
    'org.opencontainers.image.title': repository,
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.description': 'An example of the Longshore sandbox, made from files on this machine.',
  };
}
