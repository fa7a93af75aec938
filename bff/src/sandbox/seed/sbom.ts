import { debianPackageOf } from './machine-files.ts';
import type { Workshop } from './workshop.ts';

/**
 * An SPDX 2.3 document that names what is really in the image: the packages its programs came from.
 * https://spdx.github.io/spdx-spec/v2.3/
 */
export async function spdxDocument(workshop: Workshop, repository: string, version: string): Promise<object> {
  const sources = [workshop.busybox, '/etc/ssl/certs/ca-certificates.crt'];
  const packages = [];
  for (const source of sources) {
    const found = source === undefined ? undefined : await debianPackageOf(source);
    if (found === undefined) continue;
    packages.push({
      SPDXID: `SPDXRef-${found.name}`,
      name: found.name,
      versionInfo: found.version,
      downloadLocation: 'NOASSERTION',
      externalRefs: [
        {
          referenceCategory: 'PACKAGE-MANAGER',
          referenceType: 'purl',
          referenceLocator: `pkg:deb/debian/${found.name}@${found.version}`,
        },
      ],
    });
  }
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: `${repository}:${version}`,
    documentNamespace: `urn:longshore:sandbox:${repository}:${version}`,
    creationInfo: { created: workshop.epoch.toISOString(), creators: ['Tool: longshore-sandbox'] },
    packages,
  };
}
