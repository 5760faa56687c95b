/** What the device code uses of the Moddable SDK, with the types that its own typings give. */

/** Writes to the console of the device. */
declare function trace(...values: unknown[]): void;

interface Math {
	/** A random integer from `lowest` up to, not including, `limit`. */
	irandom(lowest: number, limit: number): number;
	irandom(limit?: number): number;
}

interface ArrayBufferConstructor {
	/** The octets of a string in UTF-8. A lone surrogate gives octets that are not UTF-8. */
	fromString(text: string): ArrayBuffer;
}

interface StringConstructor {
	/** The string of octets in UTF-8, not checked strictly. */
	fromArrayBuffer(octets: ArrayBuffer): string;
}

declare module "timer" {
	export default class Timer {
		private constructor();
		/** Calls back once after `interval` milliseconds, and with `repeat` again and again. */
		static set(callback: (timer: Timer) => void, interval?: number, repeat?: number): Timer;
		static repeat(callback: (timer: Timer) => void, interval: number): Timer;
		/** Gives a timer a new interval, from now on. */
		static schedule(timer: Timer, interval?: number, repeat?: number): void;
		static clear(timer: Timer | undefined | null): void;
		/** Stalls the machine. */
		static delay(milliseconds: number): void;
		private readonly brand: boolean;
	}
}

declare module "text/decoder" {
	export default class TextDecoder {
		constructor(label?: "utf-8", options?: { fatal?: boolean; ignoreBOM?: boolean });
		decode(octets?: ArrayBuffer | Uint8Array, options?: { stream?: boolean }): string;
	}
}

declare module "crypt" {
	export class Digest {
		constructor(algorithm: "SHA1");
		write(data: string | ArrayBuffer): void;
		close(): ArrayBuffer;
	}
}

declare module "embedded:io/socket/tcp" {
	export interface Options {
		address?: string;
		host?: string;
		port?: number;
		from?: TCP;
		nodelay?: boolean;
		onReadable?: (this: TCP, count: number) => void;
		onWritable?: (this: TCP, count: number) => void;
		onError?: (this: TCP) => void;
		format?: "number" | "buffer";
		target?: unknown;
	}
	export default class TCP {
		constructor(options: Options);
		readonly remoteAddress: string | undefined;
		readonly remotePort: number | undefined;
		target: unknown;
		format: "number" | "buffer";
		read(count?: number): ArrayBuffer;
		read(buffer: ArrayBuffer | Uint8Array): number;
		write(octets: ArrayBuffer | ArrayBufferView): number | undefined;
		close(): void;
	}
}

declare module "embedded:io/socket/listener" {
	import type TCP from "embedded:io/socket/tcp";
	export default class Listener {
		constructor(options: {
			port?: number;
			address?: string;
			onReadable?: (this: Listener, requests: number) => void;
			target?: unknown;
		});
		readonly port: number;
		read(): TCP | undefined;
		close(): void;
	}
}

declare module "embedded:io/socket/udp" {
	export default class UDP {
		constructor(options: object);
	}
}

declare module "embedded:network/dns/resolver/udp" {
	export default class Resolver {
		constructor(options: object);
		resolve(options: {
			host: string;
			onResolved(host: string, address: string): void;
			onError(error?: unknown): void;
		}): void;
		close(): void;
	}
}

declare module "net" {
	export default class Net {
		/** The network's name servers; undefined or none where they are not known. */
		static get(what: "DNS"): string[];
	}
}

declare module "system" {}

declare module "instrumentation" {
	export default class Instrumentation {
		/** The number of a measure; undefined where the platform does not have it. */
		static map(name: "System Free Memory" | "XS Slot Heap Used" | "XS Chunk Heap Used"): number | undefined;
		/** The value of a measure; undefined in builds without instrumentation. */
		static get(what: number | undefined): number | undefined;
	}
}

declare module "debug" {
	export default class Debug {
		/** Collects garbage now. */
		static gc(): void;
	}
}

declare module "mc/config" {
	const config: Readonly<Record<string, unknown>>;
	export default config;
}

declare module "embedded:network/interface/wifi" {
	export default class WiFi {
		constructor(options: { onChanged?: (property: "connection" | "address") => void });
		/** 500 with an address, 400 joined, 300 while joining, 200 otherwise. */
		readonly connection: number;
		readonly address: string | undefined;
		/** Joins a network. @throws Error when that cannot even be begun */
		connect(options: { SSID: string; password?: string }): void;
		close(): void;
	}
}
