import { blobOf, composeArtifact, composeImage, composeIndex, type SeedArtifact } from './image.ts';
import type { SeedLayer } from './layer.ts';
import type { Placement } from './push.ts';
import { placeReleases, type Release } from './releases.ts';
import type { Workshop } from './workshop.ts';

const STOREFRONT_RELEASES: readonly Release[] = [
  { version: '3.0.0', daysAgo: 55, registries: ['production', 'branch-south'] },
  { version: '3.1.0', daysAgo: 12, registries: ['development', 'testing', 'staging', 'production', 'branch-north'] },
  { version: '3.2.0-beta.1', daysAgo: 0.5, registries: ['development'] },
];

const SITE_RELEASES: readonly Release[] = [
  { version: '2026.10', daysAgo: 40, registries: ['staging', 'production', 'branch-north', 'branch-south'] },
  { version: '2026.11', daysAgo: 7, registries: ['development', 'testing', 'staging'] },
];

const CHART_RELEASES: readonly Release[] = [
  { version: '0.4.0', daysAgo: 50, registries: ['staging', 'production'] },
  { version: '0.5.0', daysAgo: 11, registries: ['development', 'testing', 'staging'] },
];

/** A service on Node, content for two platforms, and a chart. */
export async function shopPlacements(workshop: Workshop, node: SeedLayer): Promise<Placement[]> {
  const storefronts = await placeReleases('shop/storefront', STOREFRONT_RELEASES, (release) =>
    storefront(workshop, node, release),
  );
  return [
    ...storefronts.map((placement) => ({ ...placement, mountFrom: 'platform/node' })),
    ...(await placeReleases('shop/site-content', SITE_RELEASES, (release) => siteContent(workshop, release))),
    ...(await placeReleases('shop/charts/storefront', CHART_RELEASES, (release) => chart(workshop, release))),
  ];
}

async function storefront(workshop: Workshop, node: SeedLayer, { version, daysAgo }: Release): Promise<SeedArtifact> {
  const server = `import { createServer } from 'node:http';

const goods = [{ name: 'rope', cents: 1250 }, { name: 'hook', cents: 480 }, { name: 'pallet', cents: 3100 }];
const server = createServer((request, response) => {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ version: '${version}', path: request.url, goods }) + '\\n');
});
server.listen(Number(process.env.PORT), () => console.log('storefront ${version} listens'));
process.on('SIGTERM', () => server.close());
`;
  const layer = await workshop.layer([{ path: 'app/server.mjs', content: server }], {
    createdBy: `COPY server.mjs /app/ # storefront ${version}`,
  });
  return composeImage({
    layers: [...workshop.shellLayers, node, layer],
    run: {
      Env: ['PATH=/usr/local/bin:/bin', 'PORT=3000', 'NODE_ENV=production'],
      ExposedPorts: { '3000/tcp': {} },
      User: '10001:10001',
      WorkingDir: '/app',
      Entrypoint: ['node', '/app/server.mjs'],
      Labels: {
        'org.opencontainers.image.title': 'shop/storefront',
        'org.opencontainers.image.version': version,
        'org.opencontainers.image.base.name': `platform/node:${process.versions.node}`,
      },
    },
    createdAt: workshop.daysAgo(daysAgo),
    platform: workshop.platform,
  });
}

/**
 * Files to mount, without a program: the same for every platform, which is why one machine can build it for two. Other
 * architectures' programs are not on this machine, and an image that only claims to run there would be a lie.
 */
async function siteContent(workshop: Workshop, { version, daysAgo }: Release): Promise<SeedArtifact> {
  const layer = await workshop.layer(
    [
      { path: 'site/index.html', content: `<!doctype html><title>Shop</title><h1>Shop, ${version}</h1>\n` },
      { path: 'site/robots.txt', content: 'User-agent: *\nAllow: /\n' },
      { path: 'site/version.json', content: `${JSON.stringify({ version })}\n` },
    ],
    { createdBy: `COPY site /site # content ${version}` },
  );
  const images = ['amd64', 'arm64'].map((architecture) =>
    composeImage({
      layers: [layer],
      run: {
        Labels: {
          'org.opencontainers.image.title': 'shop/site-content',
          'org.opencontainers.image.version': version,
          'org.opencontainers.image.description': 'Static files to mount as a volume; holds no program.',
        },
      },
      createdAt: workshop.daysAgo(daysAgo),
      platform: { os: 'linux', architecture },
    }),
  );
  return composeIndex(images, { 'org.opencontainers.image.version': version });
}

/** As `helm push` stores it: https://helm.sh/docs/topics/registries/#helm-chart-manifest */
async function chart(workshop: Workshop, { version, daysAgo }: Release): Promise<SeedArtifact> {
  const about = {
    apiVersion: 'v2',
    name: 'storefront',
    version,
    appVersion: '3.1.0',
    description: 'The shop’s front.',
  };
  const files = [
    {
      path: 'storefront/Chart.yaml',
      content: Object.entries(about)
        .map(([key, value]) => `${key}: "${value}"\n`)
        .join(''),
    },
    { path: 'storefront/values.yaml', content: 'image:\n  repository: shop/storefront\n  tag: "3.1.0"\nreplicas: 2\n' },
    { path: 'storefront/templates/deployment.yaml', content: DEPLOYMENT_TEMPLATE },
  ];
  const content = await workshop.layer(files, {
    createdBy: 'helm package',
    mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
  });
  return composeArtifact({
    config: blobOf('application/vnd.cncf.helm.config.v1+json', JSON.stringify(about)),
    layers: [content],
    annotations: {
      'org.opencontainers.image.created': workshop.daysAgo(daysAgo).toISOString(),
      'org.opencontainers.image.title': about.name,
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.description': about.description,
    },
  });
}

const DEPLOYMENT_TEMPLATE = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-storefront
spec:
  replicas: {{ .Values.replicas }}
  selector: { matchLabels: { app: storefront } }
  template:
    metadata: { labels: { app: storefront } }
    spec:
      containers:
        - name: storefront
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          ports: [{ containerPort: 3000 }]
`;
