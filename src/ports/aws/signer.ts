/** Signs what is published, with a key that may never leave where it is kept. */
export interface Signer {
  /** Its public key: 32 bytes, Ed25519 (RFC 8032). */
  publicKey: Buffer;
  /** The Ed25519 signature of a message, 64 bytes. */
  sign: (message: Buffer) => Promise<Buffer>;
}
