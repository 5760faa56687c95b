/** Stand-in for the SDK's `ssl/cert`. The stand-in of the TLSSocket does not use it: the simulator verifies certificates. */
export default class CertificateManager {
	verify(): boolean {
		return false;
	}

	_verify(): boolean {
		return false;
	}
}
