/** Types of the parts of the Moddable SDK that the device code uses, as in the SDK's own typings. */

/** Prints to the console of the device. */
declare function trace(...values: unknown[]): void;

interface Math {
	/** Returns a random integer from `lowest` to `limit` (exclusive). */
	irandom(lowest: number, limit: number): number;
	irandom(limit?: number): number;
}

interface ArrayBufferConstructor {
	/** Encodes a string in UTF-8. A lone surrogate gives invalid UTF-8. */
	fromString(text: string): ArrayBuffer;
}

interface StringConstructor {
	/** Decodes UTF-8 without strict validation. */
	fromArrayBuffer(bytes: ArrayBuffer): string;
}

declare module "timer" {
	export default class Timer {
		private constructor();
		/** Calls back after `interval` milliseconds, then every `repeat` milliseconds if that is given. */
		static set(callback: (timer: Timer) => void, interval?: number, repeat?: number): Timer;
		static repeat(callback: (timer: Timer) => void, interval: number): Timer;
		/** Restarts a timer with a new interval. */
		static schedule(timer: Timer, interval?: number, repeat?: number): void;
		static clear(timer: Timer | undefined | null): void;
		/** Blocks the machine. */
		static delay(milliseconds: number): void;
		private readonly brand: boolean;
	}
}

declare module "text/decoder" {
	export default class TextDecoder {
		constructor(label?: "utf-8", options?: { fatal?: boolean; ignoreBOM?: boolean });
		decode(bytes?: ArrayBuffer | Uint8Array, options?: { stream?: boolean }): string;
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
		write(bytes: ArrayBuffer | ArrayBufferView): number | undefined;
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
		/** Name servers of the network; undefined or empty if unknown. */
		static get(what: "DNS"): string[];
	}
}

declare module "system" {}

declare module "instrumentation" {
	export default class Instrumentation {
		/** Number of an instrument; undefined if the platform does not have it. */
		static map(name: "System Free Memory" | "XS Slot Heap Used" | "XS Chunk Heap Used"): number | undefined;
		/** Value of an instrument; undefined in builds without instrumentation. */
		static get(what: number | undefined): number | undefined;
	}
}

declare module "debug" {
	export default class Debug {
		/** Runs the garbage collector. */
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
		/** 500: has an address; 400: joined; 300: joining; 200: not connected. */
		readonly connection: number;
		readonly address: string | undefined;
		/**
		 * Joins a network.
		 * @throws Error if the attempt cannot be started
		 */
		connect(options: { SSID: string; password?: string }): void;
		close(): void;
	}
}

declare module "sntp" {
	export default class SNTP {
		/** Asks a server for the time. The callback gets the time in seconds since 1970, or why there is none. */
		constructor(options: { host: string }, callback: (message: number, value?: number | string) => void);
		static readonly time: 1;
		static readonly retry: 2;
		static readonly error: -1;
	}
}

declare module "time" {
	export default class Time {
		/** Sets the clock, in seconds since 1970. */
		static set(seconds: number): void;
	}
}

declare module "Resource" {
	/** Data of the app's manifest, which stays in flash. */
	export default class Resource {
		/** @throws URIError when the manifest does not include it */
		constructor(path: string);
		static exists(path: string): boolean;
		readonly byteLength: number;
		slice(begin: number, end?: number): ArrayBuffer;
	}
}
