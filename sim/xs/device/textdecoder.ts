/**
 * Stand-in for the SDK's `text/decoder`: the engine has an older version of the same native code. Results are
 * the same with `fatal`. Without it, the number of replacement characters may differ for a malformed sequence
 * that is split across two calls.
 */

import { TextDecoder } from "./machine.js";

export default TextDecoder;
