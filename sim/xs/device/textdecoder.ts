/**
 * Stand-in for the SDK's `text/decoder`: the engine brings an older version of the same native code. They agree
 * on everything with `fatal`; without it, they may differ in the number of replacement characters for a
 * sequence that is malformed across two calls.
 */

import { TextDecoder } from "./machine.js";

export default TextDecoder;
