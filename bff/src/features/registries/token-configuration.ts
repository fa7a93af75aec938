import { stringify } from 'yaml';

/** What a registry needs to know this console's tokens; nothing in it is secret. */
export interface TokenTrust {
  readonly issuer: string;
  /** Of every key that is trusted now, one after another. */
  readonly certificatePem: string;
  readonly jwks: { readonly keys: readonly object[] };
}

/** Where the page says that the files are to be put. */
const certificateFile = '/etc/docker/registry/longshore.pem';
const jwksFile = '/etc/distribution/longshore-jwks.json';

/** The lines with which a Distribution registry trusts this console. Its service is its id here. */
export function tokenConfiguration(registryId: string, publicUrl: string, trust: TokenTrust) {
  const { issuer, certificatePem, jwks } = trust;
  const realm = `${publicUrl}/service/token`;
  const common = { realm, service: registryId, issuer };
  const yamlOf = (token: object) => stringify({ auth: { token } }, { lineWidth: 0 });
  return {
    ...common,
    certificatePem,
    jwks: `${JSON.stringify(jwks, null, 2)}\n`,
    version2Yaml: yamlOf({ ...common, rootcertbundle: certificateFile }),
    version3Yaml: yamlOf({ ...common, jwks: jwksFile }),
  };
}
