/** Stand-in for the SDK's `x509`. The stand-in of the TLSSocket does not use it: the simulator verifies certificates. */
export default {};
