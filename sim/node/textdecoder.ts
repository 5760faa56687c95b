/** Stand-in for the SDK's `text/decoder` in Node: the two agree where `fatal` is set. */

export default globalThis.TextDecoder;
