import { setting } from '../setting.ts';
import { ACCESS_RANGES } from '../unsecured-access.ts';
import { oneOf, optional, text, type ValueForm } from '../value-form.ts';

/** SHA-1 fingerprints in hex, `;` between; given as upper case. */
const thumbprints: ValueForm<readonly string[]> = {
  expected: "SHA-1 thumbprints of 40 hexadecimal digits (several with ';' between)",
  parse: (value) => {
    const parts = listOf(value).map((part) => part.toUpperCase());
    return parts.every((part) => /^[0-9A-F]{40}$/.test(part)) ? parts : undefined;
  },
};

const issuers: ValueForm<readonly string[]> = {
  expected: "paths of certificate files, or certificates in base64 (several with ';' between)",
  parse: (value) => listOf(value),
};

function listOf(value: string): readonly string[] {
  return value
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export const unsecuredAccessAllowed = setting(
  'Security.UnsecuredAccessAllowed',
  oneOf(ACCESS_RANGES),
  'Local' as const,
  'From where plain HTTP may be reachable; listening on more than loopback needs PrivateNetwork or PublicNetwork.',
);
export const certificatePath = setting(
  'Security.Certificate.Path',
  optional(text),
  null,
  'Server certificate for https: PEM with its chain, or PKCS#12 (.pfx). Read again when it changes.',
);
export const certificateKeyPath = setting(
  'Security.Certificate.Key.Path',
  optional(text),
  null,
  'Private key of a certificate in PEM; not set: it is in the same file.',
);
export const certificatePassword = setting(
  'Security.Certificate.Password',
  optional(text),
  null,
  'Password of the PKCS#12 file, or of the key.',
);
export const trustedCasPath = setting(
  'Security.Certificate.TrustedCAs.Path',
  optional(text),
  null,
  'PEM bundle of the authorities that certify nodes and the operator, and nobody else; not set: nodes must all have one certificate.',
);
export const wellKnownAdmins = setting(
  'Security.WellKnownCertificates.Admin',
  thumbprints,
  [],
  'Client certificates that are cluster administrators.',
);
export const wellKnownIssuers = setting(
  'Security.WellKnownIssuers.Admin',
  issuers,
  [],
  'Authorities whose certificates all are cluster administrators.',
);
export const certificateExec = setting(
  'Security.Certificate.Load.Exec',
  optional(text),
  null,
  'Command that gives the server certificate; not supported, so setting it is refused.',
  ['Security.Certificate.Exec', 'Security.Certificate.Exec.Load'],
);

export const SECURITY_SETTINGS = [
  unsecuredAccessAllowed,
  certificatePath,
  certificateKeyPath,
  certificatePassword,
  trustedCasPath,
  wellKnownAdmins,
  wellKnownIssuers,
  certificateExec,
] as const;
