import Listener from "embedded:io/socket/listener";
import { BoundedTCP } from "./boundedtcp.js";

/** The SDK's class, as far as it is replaced here. Its declarations differ between versions of the SDK. */
interface NativeListener {
	read(): { close(): void } | undefined;
}

const Native = Listener as unknown as new (options: object) => NativeListener;

/** The SDK's listener, which returns sockets of the class BoundedTCP. */
export class BoundedListener extends Native {
	override read(): BoundedTCP | undefined {
		for (let from = super.read(); from; from = super.read())
			try {
				return new BoundedTCP({ from });
			} catch {
				// It was reset meanwhile, or lwIP had no memory for it, and is kept until it is closed. Others may wait behind it.
				from.close();
			}
		return undefined;
	}
}
