/** Numbers of connections to measure. */
export const sizes = [1, 2, 4, 8, 16, 32];
/** The same with a warm-up at the start. */
export const grownTo = [1, ...sizes];
/** Number of sockets without a server. */
export const bareCount = 8;
/** Number of messages for counting computrons. */
export const messages = 320;
