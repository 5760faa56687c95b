/** Types of the Moddable SDK's multicast DNS, as far as it is used here. */
declare module "embedded:network/dnssd" {
	interface Claim {
		readonly host: string;
		/** The name is this device's. */
		readonly onReady?: () => void;
		/** Another device has the name. */
		readonly onError?: () => void;
	}

	interface Advertisement {
		/** For example "_http._tcp". */
		readonly serviceType: string;
		readonly name?: string;
		readonly host: string;
		readonly port: number;
		readonly txt?: Map<string, string>;
	}

	export default class DNSSD {
		constructor(options: { readonly socket: { readonly io: unknown } });
		claim(options: Claim): { close(): void };
		advertise(options: Advertisement): { close(): void };
		close(): void;
	}
}
