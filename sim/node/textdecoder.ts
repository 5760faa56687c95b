/** Stand-in for the SDK's `text/decoder` in Node.js. Both behave the same with `fatal`. */

export default globalThis.TextDecoder;
