export {
  claimantsOf,
  claimedAfter,
  mergeRecords,
  ownerOf,
  recordText,
  releasedRecord,
} from '@bothy/wire';
export {
  type Access,
  type AccessContext,
  canPublish,
  canSubscribe,
  mayRetain,
  type Principal,
} from './access-rules.ts';
export {
  type CertificateRequest,
  issueCertificate,
  type VerifiedCertificate,
  verifyCertificate,
} from './certificates.ts';
export { minPassphraseChars, type PersonKey, readKeyFile, writeKeyFile } from './key-file.ts';
export { deviceIdOf, exportPublicKey, generateKeyPair, importPublicKey, personIdOf } from './keys.ts';
export { createIdentity, formerDevices, type LocalIdentity, renewDevice } from './local-identity.ts';
export { type ClaimResult, MemoryNameDirectory, type NameDirectory } from './name-directory.ts';
export {
  ClusterNameDirectory,
  type ClusterNamesOptions,
  type NameAgreement,
} from './names/cluster-name-directory.ts';
export type { Admission, LocalNames, OwnerChange } from './names/local-names.ts';
export {
  Challenges,
  everyRegister,
  makeProof,
  type NonceRegister,
  type NonceUse,
  type ProofRequest,
  randomNonce,
  UsedNonces,
  type VerifiedProof,
  verifyProof,
} from './proofs.ts';
export { defaultSignInRate, SignInRate, type SignInRateLimits } from './sign-in-rate.ts';
export { hashText, signText, verifyText } from './signatures.ts';
