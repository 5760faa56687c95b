/** How many there are more of what a step makes. */
export const copies = 8;
/** Messages of one step: sent, received by a client, received by a server. */
export const messages = 17000;
/** Reconnects of one step: of a client, and to a server. */
export const reconnects = 250;
/** Octets of each send queue. */
export const sendQueueSize = 64;
