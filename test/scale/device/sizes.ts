/** The numbers of connections that are measured. */
export const sizes = [1, 2, 4, 8, 16, 32];
/** The same as they are gone through: the first one for a start. */
export const grownTo = [1, ...sizes];
/** Sockets that are made without a server. */
export const bareCount = 8;
/** Messages by which computrons are counted. */
export const messages = 320;
