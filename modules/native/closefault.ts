import { CloseCode, isSendableCloseCode } from "../rfc6455/closecode.js";
import { TextReader } from "../rfc6455/utf8.js";

/** Why a close frame is refused. */
interface CloseFault {
	readonly code: CloseCode;
	readonly message: string;
}

/** What is wrong with the payload of a close frame, if anything is (RFC 6455 section 5.5.1). */
export function closeFault(payload: ArrayBuffer): CloseFault | undefined {
	const octets = new Uint8Array(payload);
	if (octets.length === 0) return undefined;
	if (octets.length === 1)
		return {
			code: CloseCode.protocolError,
			message: "the payload of a close frame has 1 byte; a close code has 2",
		};
	const code = ((octets[0] as number) << 8) | (octets[1] as number);
	if (!isSendableCloseCode(code))
		return { code: CloseCode.protocolError, message: `the close code ${code} must not be sent` };
	try {
		new TextReader().decode(payload.slice(2), true);
		return undefined;
	} catch {
		return { code: CloseCode.invalidData, message: "the reason of a close frame is not UTF-8" };
	}
}
