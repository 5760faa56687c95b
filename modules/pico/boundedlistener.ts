import Listener from "embedded:io/socket/listener";
import { BoundedTCP } from "./boundedtcp.js";

/** The SDK's class, as far as it is replaced here. Its declarations differ between versions of the SDK. */
interface NativeListener {
	read(): object | undefined;
}

const Native = Listener as unknown as new (options: object) => NativeListener;

/** The SDK's listener, which returns sockets of the class BoundedTCP. */
export class BoundedListener extends Native {
	override read(): BoundedTCP | undefined {
		const from = super.read();
		return from && new BoundedTCP({ from });
	}
}
