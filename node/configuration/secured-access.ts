import { resolve } from 'node:path';
import { ConfigurationError } from './configuration-error.ts';
import type { ListenUrl } from './listen-url.ts';
import type { SettingValues } from './setting-values.ts';
import * as security from './settings/security-settings.ts';
import { serverUrl } from './settings/server-settings.ts';
import { isUnsecuredAccessAllowed } from './unsecured-access.ts';

/** How a node is to serve HTTPS. Paths are absolute; what the files hold is not looked at here. */
export interface SecurityConfiguration {
  readonly certificatePath: string;
  /** null: in the same file. */
  readonly keyPath: string | null;
  readonly password: string | null;
  readonly trustedCasPath: string | null;
  /** Upper case. */
  readonly wellKnownAdmins: readonly string[];
  /** Paths, or base64 of DER. */
  readonly wellKnownIssuers: readonly string[];
}

/** null: plain HTTP, where that is allowed. Throws ConfigurationError for whatever is less safe than it looks. */
export function securityOf(
  values: SettingValues,
  serverUrls: readonly ListenUrl[],
  workingDirectory: string,
): SecurityConfiguration | null {
  refuseCommands(values);
  const path = values.get(security.certificatePath);
  for (const url of serverUrls) {
    if (url.scheme === 'https') refuseMissingCertificate(values, url, path);
    else refuseOpenness(values, url, path);
  }
  if (path === null) {
    refuseOrphans(values);
    return null;
  }
  const absolute = (given: string | null) => (given === null ? null : resolve(workingDirectory, given));
  return {
    certificatePath: resolve(workingDirectory, path),
    keyPath: absolute(values.get(security.certificateKeyPath)),
    password: values.get(security.certificatePassword),
    trustedCasPath: absolute(values.get(security.trustedCasPath)),
    wellKnownAdmins: values.get(security.wellKnownAdmins),
    wellKnownIssuers: values
      .get(security.wellKnownIssuers)
      // How every certificate begins in base64.
      .map((issuer) => (issuer.startsWith('MII') ? issuer : resolve(workingDirectory, issuer))),
  };
}

function refuseCommands(values: SettingValues): void {
  const setting = security.certificateExec;
  if (values.get(setting) === null) return;
  throw new ConfigurationError([
    `${setting.key} is set in ${values.sourceOf(setting)}, but this version takes certificates from files only: set Security.Certificate.Path, and let whatever gives the certificate write that file. The node reads it again when it changes.`,
  ]);
}

function refuseMissingCertificate(values: SettingValues, url: ListenUrl, path: string | null): void {
  if (path !== null) return;
  throw new ConfigurationError([
    `ServerUrl is '${textOf(url)}' in ${values.sourceOf(serverUrl)}, but there is no certificate to serve HTTPS with: set Security.Certificate.Path, or use http.`,
  ]);
}

function refuseOpenness(values: SettingValues, url: ListenUrl, path: string | null): void {
  const source = values.sourceOf(serverUrl);
  if (path !== null) {
    const setting = security.certificatePath;
    throw new ConfigurationError([
      `${setting.key} is set in ${values.sourceOf(setting)}, but ServerUrl is '${textOf(url)}' in ${source}, which nobody would be safe with: write https, or remove the certificate.`,
    ]);
  }
  const allowed = values.get(security.unsecuredAccessAllowed);
  if (isUnsecuredAccessAllowed(url.host, allowed)) return;
  throw new ConfigurationError([
    `ServerUrl is '${textOf(url)}' in ${source}, which is reachable from outside the range that Security.UnsecuredAccessAllowed=${allowed} allows for plain HTTP. Listen on 127.0.0.1, serve https with Security.Certificate.Path, or set Security.UnsecuredAccessAllowed to PrivateNetwork or PublicNetwork if everybody in that network may read and write all data.`,
  ]);
}

/** Settings of a certificate that isn't there: somebody believes to be protected. */
function refuseOrphans(values: SettingValues): void {
  for (const setting of [
    security.certificateKeyPath,
    security.certificatePassword,
    security.trustedCasPath,
  ]) {
    if (values.get(setting) === null) continue;
    throw new ConfigurationError([
      `${setting.key} is set in ${values.sourceOf(setting)}, but Security.Certificate.Path is not: there is no certificate that it could belong to.`,
    ]);
  }
}

function textOf({ scheme, host, port }: ListenUrl): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
