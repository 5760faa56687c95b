/** Number of objects that a step creates. */
export const copies = 8;
/** Messages per step: sent, received by a client, received by a server. */
export const messages = 17000;
/** Reconnects per step: of a client, and to a server. */
export const reconnects = 250;
/** Size of each send queue in bytes. */
export const sendQueueSize = 64;
