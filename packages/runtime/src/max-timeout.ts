/** `setTimeout` holds a signed 32-bit number; more fires at once. Longer waits are cut here, and asked for again. */
export const maxTimeoutMs = 2 ** 31 - 1;
