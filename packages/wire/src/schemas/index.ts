export { parseCertificate, parseProof } from './certificate-schema.ts';
export { parseEntryBody, parseEntryHeader } from './entry-schema.ts';
export { parseEnvelope, parsePresence } from './envelope-schema.ts';
export { parseFrame } from './frame-schema.ts';
export { maxKeyFileBytes, parseKeyFile } from './key-file-schema.ts';
export type { Parsed } from './parse.ts';
