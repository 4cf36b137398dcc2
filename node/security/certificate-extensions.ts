import type { X509Certificate } from 'node:crypto';
import forge from 'node-forge';

const { asn1 } = forge;
type Node = forge.asn1.Asn1;

export interface CertificateExtension {
  readonly oid: string;
  readonly isCritical: boolean;
  /** Its content, DER in binary text. */
  readonly value: string;
}

export const BASIC_CONSTRAINTS = '2.5.29.19';

/** Place of the extensions in the signed part of a certificate: `[3] EXPLICIT`. */
const EXTENSIONS_TAG = 3;

/** The extensions of a certificate, which node:crypto doesn't list. Throws when they can't be read. */
export function extensionsOf(certificate: X509Certificate): readonly CertificateExtension[] {
  const [signed] = childrenOf(asn1.fromDer(forge.util.createBuffer(certificate.raw.toString('binary'))));
  const wrapper = childrenOf(signed).find(
    ({ tagClass, type }) => tagClass === asn1.Class.CONTEXT_SPECIFIC && Number(type) === EXTENSIONS_TAG,
  );
  if (wrapper === undefined) return [];
  return childrenOf(childrenOf(wrapper)[0]).map(extensionOf);
}

/** Extension ::= SEQUENCE { OBJECT IDENTIFIER, BOOLEAN DEFAULT FALSE, OCTET STRING } */
function extensionOf(node: Node): CertificateExtension {
  const [oid, ...rest] = childrenOf(node);
  const octets = rest.at(-1);
  return {
    oid: asn1.derToOid(bytesOf(oid)),
    isCritical: rest.length === 2 && bytesOf(rest[0]) !== '\0',
    value: bytesOf(octets),
  };
}

/** Intermediate authorities that may follow this one; null when it sets no limit. */
export function pathLengthOf(extensions: readonly CertificateExtension[]): number | null {
  const constraints = extensions.find(({ oid }) => oid === BASIC_CONSTRAINTS);
  const length = constraints === undefined ? undefined : childrenOf(asn1.fromDer(constraints.value))[1];
  return length === undefined ? null : asn1.derToInteger(bytesOf(length));
}

function childrenOf(node: Node | undefined): readonly Node[] {
  return typeof node?.value === 'object' ? node.value : [];
}

function bytesOf(node: Node | undefined): string {
  if (typeof node?.value !== 'string') throw new Error('an extension is not built as X.509 says');
  return node.value;
}
