/** TCP classes for pico, in place of modules/network/sockets: see boundedtcp.ts. */
export { BoundedListener as Listener } from "../pico/boundedlistener.js";
export { BoundedTCP as TCP } from "../pico/boundedtcp.js";
