/** Stand-in for the SDK's UDP, which its DNS resolver uses. The simulator's resolver does not need it. */
export default class UDP {}
